"""The catalogue: what is known about a model of device, what is assumed, and what nobody states."""

from __future__ import annotations

from dataclasses import dataclass

from needlework.clinic.models import DeviceModel
from needlework.skin import devices
from needlework.skin.devices import Device
from needlework.skin.tables import UnknownCodeError

from .packs import cited


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a label of this class of device states. An empty `value` was not stated anywhere."""

    name: str
    value: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the catalogue says about one model, with where it comes from."""

    facts: tuple[Fact, ...]
    geometry: tuple[Fact, ...]
    note: str
    authority: str
    confirmed: bool
    sources: tuple[str, ...]


def sheet(model: DeviceModel) -> Sheet:
    """Everything known about a model: from the shipped tables, or for others from its own row of the catalogue."""
    try:
        device = devices.get(model.code)
    except UnknownCodeError:
        return _imported(model)
    facts = (
        Fact("Needle length", _length(device), _assumed(device, "needle_mm_min", "needle_mm_max")),
        Fact("Greatest depth", _depth(device), _assumed(device, "needle_mm_max", "evaluated_mm_max")),
        Fact("Puncture rate", *_rate(device)),
        Fact("Single use", "yes" if device.single_use else "no", device.assumes("single_use")),
        Fact("Sterile", _yes(device.sterile), device.assumes("sterile")),
        Fact("Disposal", device.disposal),
    )
    return Sheet(
        facts,
        _geometry(device),
        device.note,
        device.authority,
        device.status == "confirmed",
        cited(device.source),
    )


def _imported(model: DeviceModel) -> Sheet:
    def assumed(*fields: str) -> bool:
        return any(field in model.assumptions for field in fields)

    low, high = (None if mm is None else float(mm) for mm in (model.needle_mm_min, model.needle_mm_max))
    length = _span(low, high, "mm")
    facts = (
        Fact("Needle length", length, assumed("needle_mm_min", "needle_mm_max")),
        Fact("Greatest depth", _span(high, high, "mm"), assumed("needle_mm_max")),
        Fact("Puncture rate", ""),
        Fact("Single use", _yes(model.single_use)),
        Fact("Sterile", _yes(model.sterile)),
        Fact("Disposal", ""),
        Fact("Model number", model.model_number),
    )
    geometry = (
        Fact("Number of needles", "" if model.needles is None else str(model.needles), assumed("needles")),
    )
    return Sheet(facts, geometry, model.description, "", False, (model.source,) if model.source else ())


_GEOMETRY = {
    "roller": ("needles", "rows", "needles_per_row", "row_step_deg", "width_mm", "drum_diameter_mm"),
    "stamp": ("needles", "head_mm"),
    "pen": ("needles", "head_mm"),
}


def _geometry(device: Device) -> tuple[Fact, ...]:
    fields = (*_GEOMETRY[device.kind], "needle_diameter_mm", "depth_tolerance_mm")
    found = []
    for field in fields:
        value = getattr(device, field)
        name = devices.said(field)
        found.append(
            Fact(name[0].upper() + name[1:], "" if value is None else f"{value:g}", device.assumes(field))
        )
    return tuple(found)


def _assumed(device: Device, *fields: str) -> bool:
    return any(device.assumes(field) for field in fields)


def _span(low: float | None, high: float | None, unit: str) -> str:
    return "" if low is None and high is None else f"{devices.between(low, high)} {unit}"


def _length(device: Device) -> str:
    return _span(device.needle_mm_min, device.needle_mm_max, "mm")


def _depth(device: Device) -> str:
    if device.needle_mm_max is None:
        return ""
    if device.evaluated_mm_max is None:
        return f"{device.needle_mm_max:g} mm, the longest needle"
    return f"{device.needle_mm_max:g} mm; evaluated up to {device.evaluated_mm_max:g} mm"


def _rate(device: Device) -> tuple[str, bool]:
    """Punctures in time for a motor, in one movement for a hand; and whether a part of that is assumed."""
    needles = device.needles
    if device.kind == "pen":
        strokes = _span(device.frequency_hz_min, device.frequency_hz_max, "strokes a second")
        assumed = _assumed(device, "frequency_hz_min", "frequency_hz_max")
        fastest = device.frequency_hz_max
        if not strokes or needles is None or fastest is None:
            return strokes, assumed
        return f"{strokes}, up to {needles * fastest:,.0f} punctures a second", assumed or device.assumes(
            "needles"
        )
    if needles is None:
        return "", False
    movement = "turn of the drum" if device.kind == "roller" else "press"
    return f"by hand: {needles} punctures in one {movement}", device.assumes("needles")


def _yes(said: bool | None) -> str:
    return "" if said is None else "yes" if said else "no"


def imported(*, most: int) -> tuple[list[DeviceModel], int]:
    """Models from public device records, by name, and how many there are in all. They are the same for every clinic."""
    rows = DeviceModel.objects.filter(imported=True)
    return list(rows.order_by("name", "pk")[:most]), rows.count()
