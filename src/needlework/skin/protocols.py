"""A concern into a proposed plan, and a plan into findings.

The proposal says what sources describe, and says where they are thin. The check refuses what must not be done and
warns of what is outside the protocol; lay charts are shown as notes and never stop anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, TypeAlias

from needlework.skin import anatomy, devices, evidence, findings, packs
from needlework.skin.devices import Device
from needlework.skin.findings import Finding, Verdict, finding_json
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Area, Protocol, Sex, Topical
from needlework.skin.units import Mm, PerCm2

Span: TypeAlias = tuple[float, float]
"""From, to; both included."""

NEEDLE_MM: Final = (0.05, 5.0)
PASSES: Final = (1, 60)
DARK_SKIN: Final = 5
"""From this Fitzpatrick type on, the cautions for dark skin hold."""

DARK_SKIN_MM: Final = 1.0
"""Above this length they hold where no indication gives a range [mm]; a working assumption."""


class PlanError(ValueError):
    """A figure that no plan can have. Names the field and the accepted range."""

    def __init__(self, field: str, wrong: str) -> None:
        super().__init__(f"{field}: {wrong}")
        self.field = field


class NoProtocolError(ValueError):
    """The concern is not treated in this area. Says where it is."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to treat the concern. None where no source gives a range."""

    protocol: str
    target: str
    device_kinds: tuple[devices.Kind, ...]
    devices: tuple[str, ...]
    needle_mm: Span | None
    passes: tuple[int, int] | None
    density_per_cm2_max: PerCm2 | None
    endpoint: str
    treatments: tuple[int, int] | None
    interval_weeks: Span | None
    preparation: str
    goes_with: tuple[Topical, ...]
    thin_evidence: bool
    note: str
    override_by: str
    authority: str
    status: str
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a concern: the usual way first. `cautions` are for this person's skin."""

    pack: str
    indication: str
    area: str
    options: tuple[Option, ...]
    expectation: evidence.Expectation
    cautions: tuple[Finding, ...]
    not_under_needles: tuple[Topical, ...]
    notes: tuple[str, ...]

    @property
    def first(self) -> Option:
        """The usual way."""
        return self.options[0]


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """What stands against a plan for one area. Notes inform and count for nothing."""

    pack: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """`refuse`, `care` or `clear`."""
        given = {finding.verdict for finding in self.findings}
        return "refuse" if "refuse" in given else "care" if given else "clear"


def propose(
    indication: str,
    area: str,
    skin_type: int | None = None,
    sex: Sex | None = None,
    *,
    pack: Pack | None = None,
) -> Proposal:
    """What the sources describe for a concern.

    `skin_type` is Fitzpatrick 1 to 6. Raises `UnknownCodeError`, `PlanError` for an impossible skin type, and
    `NoProtocolError` where the concern is not treated in this area.
    """
    pack = pack or packs.shipped()
    place = anatomy.get(area, pack)
    rows = protocols_for(indication, area, pack=pack)
    dark = is_dark(skin_type)
    cautions = [findings.of_bound(pack.bounds["dark-skin-depth"], place)] if dark else []
    return Proposal(
        pack=pack.id,
        indication=indication,
        area=area,
        options=tuple(_option(row, dark=dark, pack=pack) for row in rows),
        expectation=evidence.expectation(indication, pack),
        cautions=tuple(cautions),
        not_under_needles=tuple(row for row in pack.topicals.values() if row.under_needles == "no"),
        notes=_notes(place, None, sex, pack),
    )


def protocols_for(indication: str, area: str, *, pack: Pack | None = None) -> tuple[Protocol, ...]:
    """The protocols of an indication for an area, the usual one first.

    Raises `UnknownCodeError`, and `NoProtocolError` where there is none or the area is never needled.
    """
    pack = pack or packs.shipped()
    row = packs.find(indication, pack.indications, "indication")
    place = anatomy.get(area, pack)
    if place.inside_orbital_rim:
        raise NoProtocolError(f"{place.name}: {pack.bounds['orbital-rim'].because}")
    fits = [
        protocol
        for protocol in pack.protocols.values()
        if protocol.indication == indication and place.region in protocol.regions
    ]
    if not fits or (row.units and place.unit not in row.units):
        where = ", ".join(row.units or row.regions)
        raise NoProtocolError(
            f"There is no protocol for {row.name.lower()} here ({place.name}). Known: {where}."
        )
    return tuple(sorted(fits, key=lambda protocol: protocol.rank))


def check_plan(
    area: str,
    device: str | Device,
    needle_mm: Mm,
    passes: int,
    indication: str | None = None,
    sex: Sex | None = None,
    skin_type: int | None = None,
    *,
    pack: Pack | None = None,
) -> PlanCheck:
    """What stands against needling an area with a device at a length, so many times.

    `device` is a code of the catalogue or a device as its packet is labelled. For a stamp, `passes` counts presses on
    one place. Raises `UnknownCodeError`, and `PlanError` for a figure that no plan can have.
    """
    pack = pack or packs.shipped()
    place = anatomy.get(area, pack)
    tool = devices.get(device) if isinstance(device, str) else device
    _check_figures(needle_mm, passes)
    dark = is_dark(skin_type)
    found: list[Finding] = []
    notes: list[str] = []
    if place.inside_orbital_rim:
        found.append(findings.of_bound(pack.bounds["orbital-rim"], place))
    found += _label(tool, needle_mm, place, pack, notes)
    for bound in pack.bounds.values():
        above = bound.needle_mm_above
        if above is not None and place.region in bound.regions and needle_mm > above + 1e-9:
            found.append(findings.of_bound(bound, place))
    if indication is not None and not place.inside_orbital_rim:
        found += _against_protocol(indication, tool, needle_mm, passes, place, dark=dark, pack=pack)
    elif dark and needle_mm > DARK_SKIN_MM:
        found.append(findings.of_bound(pack.bounds["dark-skin-depth"], place))
    notes += _notes(place, needle_mm, sex, pack)
    return PlanCheck(pack.id, tuple(found), tuple(notes))


def check_topical(code: str, *, pack: Pack | None = None) -> Finding | None:
    """What stands against a product on the skin while the needles work. Raises `UnknownCodeError`."""
    row = packs.find(code, (pack or packs.shipped()).topicals, "topical")
    return findings.of_topical(row)


def is_dark(skin_type: int | None) -> bool:
    """Whether the cautions for skin type V and VI hold. Raises `PlanError` for a type that is not 1 to 6."""
    if skin_type is None:
        return False
    if skin_type not in range(1, 7):
        raise PlanError("skin_type", f"{skin_type} is not a Fitzpatrick type. Give 1 to 6.")
    return skin_type >= DARK_SKIN


def _check_figures(needle_mm: Mm, passes: int) -> None:
    low, high = NEEDLE_MM
    if not isfinite(needle_mm) or not low <= needle_mm <= high:
        raise PlanError(
            "needle_mm",
            f"{needle_mm:g} is outside {low:g} to {high:g} mm. Give millimetres (1000 µm are 1 mm).",
        )
    if not PASSES[0] <= passes <= PASSES[1]:
        raise PlanError(
            "passes", f"{passes} is outside {PASSES[0]} to {PASSES[1]}. Count there-and-back as two."
        )


def _label(tool: Device, needle_mm: Mm, place: Area, pack: Pack, notes: list[str]) -> list[Finding]:
    if tool.needle_mm_max is None:
        notes.append(f"The labelled needle length of {tool.name} is not known here. Read it off the packet.")
        return []
    shortest = tool.needle_mm_min if tool.needle_mm_min is not None else tool.needle_mm_max
    if shortest - 1e-9 <= needle_mm <= tool.needle_mm_max + 1e-9:
        return []
    made_for = (
        f"{shortest:g} mm" if shortest == tool.needle_mm_max else f"{shortest:g} to {tool.needle_mm_max:g} mm"
    )
    return [findings.of_bound(pack.bounds["above-label"], place, f"{tool.name} is made for {made_for}.")]


def _against_protocol(
    indication: str, tool: Device, needle_mm: Mm, passes: int, place: Area, *, dark: bool, pack: Pack
) -> list[Finding]:
    try:
        rows = protocols_for(indication, place.code, pack=pack)
    except NoProtocolError as none:
        return [findings.of_bound(pack.bounds["no-length-known"], place, str(none))]
    found: list[Finding] = []
    fitting = [row for row in rows if tool.kind in row.device_kinds]
    if not fitting:
        kinds = " or ".join(dict.fromkeys(kind for row in rows for kind in row.device_kinds))
        found.append(findings.of_bound(pack.bounds["device-for-indication"], place, f"Proposed: {kinds}."))
    row = (fitting or list(rows))[0]
    needle = _span(row.needle_mm_min, row.needle_mm_max)
    if needle is None:
        found.append(findings.of_bound(pack.bounds["no-length-known"], place))
    elif not needle[0] - 1e-9 <= needle_mm <= needle[1] + 1e-9:
        said = f"The range is {needle[0]:g} to {needle[1]:g} mm."
        found.append(findings.of_bound(pack.bounds["outside-protocol-length"], place, said, row.source))
    elif dark and needle_mm > sum(needle) / 2 + 1e-9:
        found.append(findings.of_bound(pack.bounds["dark-skin-depth"], place))
    if (
        row.passes_min is not None
        and row.passes_max is not None
        and not row.passes_min <= passes <= row.passes_max
    ):
        said = f"The range is {row.passes_min} to {row.passes_max}."
        found.append(findings.of_bound(pack.bounds["outside-protocol-passes"], place, said, row.source))
    return found


def _option(row: Protocol, *, dark: bool, pack: Pack) -> Option:
    needle = _span(row.needle_mm_min, row.needle_mm_max)
    interval = _span(row.interval_weeks_min, row.interval_weeks_max)
    if dark and needle is not None:
        needle = (needle[0], sum(needle) / 2)
    if dark and interval is not None:
        interval = (sum(interval) / 2, interval[1])
    return Option(
        protocol=row.code,
        target=row.target,
        device_kinds=row.device_kinds,
        devices=_devices(row, needle),
        needle_mm=needle,
        passes=_whole_span(row.passes_min, row.passes_max),
        density_per_cm2_max=row.density_per_cm2_max,
        endpoint=row.endpoint,
        treatments=_whole_span(row.treatments_min, row.treatments_max),
        interval_weeks=interval,
        preparation=row.preparation,
        goes_with=tuple(pack.topicals[code] for code in row.goes_with),
        thin_evidence=row.thin_evidence,
        note=row.note,
        override_by=row.override_by,
        authority=row.authority,
        status=row.status,
        research=row.research,
        source=row.source,
    )


def _devices(row: Protocol, needle: Span | None) -> tuple[str, ...]:
    """The medical devices of the catalogue whose labelled length reaches into the range, or is not known."""
    fits: list[str] = []
    for tool in devices.all():
        if tool.kind not in row.device_kinds or tool.setting != "medical":
            continue
        if _may_reach(tool, needle):
            fits.append(tool.code)
    return tuple(fits)


def _may_reach(tool: Device, needle: Span | None) -> bool:
    if needle is None or tool.needle_mm_min is None or tool.needle_mm_max is None:
        return True
    return tool.needle_mm_min <= needle[1] + 1e-9 and tool.needle_mm_max >= needle[0] - 1e-9


def _notes(place: Area, needle_mm: Mm | None, sex: Sex | None, pack: Pack) -> tuple[str, ...]:
    if place.inside_orbital_rim:
        return () if place.note is None else (place.note,)
    notes: list[str] = []
    if place.lay_chart_needle_mm_max is not None:
        notes.append(
            f"A lay chart gives {place.lay_chart_needle_mm_max:g} mm at most here. It is no authority and stops nothing."
        )
    skin = anatomy.thickness(place.code, sex, pack)
    if skin is not None and needle_mm is not None and needle_mm > skin.total_mm:
        notes.append(
            f"The needle ({needle_mm:g} mm) is longer than the skin there is thick on average "
            f"({skin.total_mm:.2f} mm). How deep the tip goes depends on device and hand; it may pass the dermis."
        )
    if place.note is not None:
        notes.append(place.note)
    return tuple(notes)


def _span(low: float | None, high: float | None) -> Span | None:
    return None if low is None or high is None else (low, high)


def _whole_span(low: int | None, high: int | None) -> tuple[int, int] | None:
    return None if low is None or high is None else (low, high)


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """The proposal as one JSON object; a range is a pair, or null where no source gives one."""
    return {
        "pack": proposal.pack,
        "indication": proposal.indication,
        "area": proposal.area,
        "options": [
            {
                "protocol": option.protocol,
                "target": option.target,
                "device_kinds": list(option.device_kinds),
                "devices": list(option.devices),
                "needle_mm": _pair(option.needle_mm),
                "passes": _pair(option.passes),
                "density_per_cm2_max": option.density_per_cm2_max,
                "endpoint": option.endpoint,
                "treatments": _pair(option.treatments),
                "interval_weeks": _pair(option.interval_weeks),
                "preparation": option.preparation,
                "goes_with": [topical.code for topical in option.goes_with],
                "thin_evidence": option.thin_evidence,
                "note": option.note,
                "override_by": option.override_by,
                "authority": option.authority,
                "status": option.status,
                "source": list(option.source),
            }
            for option in proposal.options
        ],
        "expectation": evidence.expectation_json(proposal.expectation),
        "cautions": [finding_json(finding) for finding in proposal.cautions],
        "not_under_needles": [topical.code for topical in proposal.not_under_needles],
        "notes": list(proposal.notes),
    }


def plan_json(check: PlanCheck) -> dict[str, Any]:
    """The check as one JSON object."""
    return {
        "pack": check.pack,
        "findings": [finding_json(finding) for finding in check.findings],
        "notes": list(check.notes),
        "verdict": check.verdict,
    }


def _pair(span: Sequence[float] | None) -> list[float] | None:
    return None if span is None else list(span)
