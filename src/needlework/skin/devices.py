"""The catalogue of needling devices: what is known of their needles, and what is assumed.

A figure that no source gives is None: "not known" is an answer, and nobody has to guess what stands for it. A figure
that is a working assumption is named in `assumptions`, so that a page can mark it and a clinic can replace it with
what the packet says (`as_labelled`). The catalogue holds models; a packet in the drawer is a device unit of the
record.
"""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeAlias

from needlework.skin import tables
from needlework.skin.tables import CODE, Range, TableError, UnknownCodeError
from needlework.skin.units import Degrees, Hz, Mm

Kind: TypeAlias = Literal["roller", "stamp", "pen"]
"""How the needles meet the skin: rolled over it, pressed into it by hand, or driven by a motor."""


class GeometryUnknownError(ValueError):
    """A figure is needed which nobody states for this device. Carries the field's name."""

    def __init__(self, device: str, field: str, hint: str) -> None:
        self.device = device
        self.field = field
        super().__init__(f"The {_SAID[field]} of {device} is not known. {hint}")


class MeasureError(ValueError):
    """A figure that no such device can have. Carries the field's name."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Device:
    """One model.

    `needle_mm_min` and `needle_mm_max` are the lengths which the label allows (equal where the needle is fixed);
    `evaluated_mm_max` is the greatest one which the label calls evaluated, where that is less. `single_use` is True
    for every part that bears needles; it says what a label or paper states, unless `assumptions` names it.
    `unit_is` says what one packet is: the device, or the cartridge of a pen. `head_mm` is the diameter of the
    pressed or gliding face, `drum_diameter_mm` that of the bare roll without its needles, `width_mm` its length
    along the axle, `row_step_deg` by how much one ring of needles is turned against its neighbour. `di` is the GTIN
    which the packet carries, where it is known.
    """

    code: Annotated[str, CODE]
    name: str
    maker: str | None
    kind: Kind
    setting: Literal["medical", "home"]
    needles: Annotated[int, Range(1, 1000)] | None
    rows: Annotated[int, Range(1, 100)] | None
    needles_per_row: Annotated[int, Range(1, 200)] | None
    row_step_deg: Annotated[Degrees, Range(0, 180)] | None
    width_mm: Annotated[Mm, Range(1, 100)] | None
    drum_diameter_mm: Annotated[Mm, Range(2, 100)] | None
    head_mm: Annotated[Mm, Range(1, 50)] | None
    needle_mm_min: Annotated[Mm, Range(0, 5)] | None
    needle_mm_max: Annotated[Mm, Range(0.05, 5)] | None
    evaluated_mm_max: Annotated[Mm, Range(0.05, 5)] | None
    depth_tolerance_mm: Annotated[Mm, Range(0.01, 1)] | None
    needle_diameter_mm: Annotated[Mm, Range(0.02, 1)] | None
    frequency_hz_min: Annotated[Hz, Range(1, 1000)] | None
    frequency_hz_max: Annotated[Hz, Range(1, 1000)] | None
    single_use: bool
    unit_is: Literal["device", "cartridge"]
    sterile: bool | None
    di: str | None
    assumptions: tuple[str, ...]
    disposal: str
    note: str
    status: Literal["confirmed", "unconfirmed"]
    authority: tables.Authority
    source: tuple[str, ...]

    def assumes(self, field: str) -> bool:
        """Whether a figure is a working assumption: no source states it."""
        return field in self.assumptions

    def known(self, field: str, hint: str = "Read it from the packet and give it yourself.") -> Any:
        """A figure that must be there. Raises `GeometryUnknownError`, ending in the hint, where it is not."""
        value = getattr(self, field)
        if value is None:
            raise GeometryUnknownError(self.name, field, hint)
        return value

    def check_length(self, needle_mm: Mm) -> Mm:
        """The length, if the label allows it or states none. Raises `MeasureError`."""
        if not 0 < needle_mm <= 5:
            raise MeasureError(
                "needle_mm",
                f"The length of the needle is {needle_mm:g} mm: it must be above 0 and at most 5 mm.",
            )
        low, high = self.needle_mm_min, self.needle_mm_max
        if (low is not None and needle_mm < low) or (high is not None and needle_mm > high):
            raise MeasureError(
                "needle_mm",
                f"{self.name} has needles of {between(low, high)} mm: {needle_mm:g} mm cannot be used with it.",
            )
        return needle_mm

    def as_labelled(self, **figures: float) -> "Device":
        """The same device with what its packet states; those figures are assumptions no longer.

        Raises `MeasureError` for a name that is no measure of a device, or a figure out of bounds.
        """
        for field, figure in figures.items():
            bounds = BOUNDS.get(field)
            if bounds is None:
                raise MeasureError(field, f"A device has no figure called “{field}”.")
            if not bounds.low <= figure <= bounds.high:
                raise MeasureError(
                    field,
                    f"The {_SAID[field]} of {self.name} cannot be {figure:g}: "
                    f"it lies between {bounds.low:g} and {bounds.high:g}.",
                )
        changed: dict[str, Any] = dict(figures)
        return _checked(
            dataclasses.replace(
                self, **changed, assumptions=tuple(name for name in self.assumptions if name not in figures)
            )
        )


def between(low: float | None, high: float | None) -> str:
    """A range in words; at least one end is known.

    >>> between(0, 1.5), between(1.5, 1.5), between(None, 90), between(0.2, None)
    ('0 to 1.5', '1.5', 'up to 90', '0.2 or more')
    """
    if low is None:
        return f"up to {high:g}"
    if high is None:
        return f"{low:g} or more"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def said(field: str) -> str:
    """A figure of a device in words, with its unit: `head_mm` is “diameter of the head (mm)”."""
    return _SAID.get(field, field.replace("_", " "))


def said_with(field: str, value: float | None) -> str:
    """The same with its value where it has one: “diameter of the head (8 mm)”."""
    name = said(field)
    if value is None:
        return name
    if not name.endswith(")"):
        return f"{name} ({value:g})"
    words, _, unit = name[:-1].rpartition("(")
    return f"{words}({value:g}{'' if unit == '°' else ' '}{unit})"


_SAID: Final[dict[str, str]] = {
    "needles": "number of needles",
    "rows": "number of rings of needles",
    "needles_per_row": "number of needles in a ring",
    "row_step_deg": "turn between neighbouring rings (°)",
    "width_mm": "width (mm)",
    "drum_diameter_mm": "diameter of the drum (mm)",
    "head_mm": "diameter of the head (mm)",
    "needle_mm_min": "shortest needle (mm)",
    "needle_mm_max": "longest needle (mm)",
    "evaluated_mm_max": "longest needle evaluated (mm)",
    "depth_tolerance_mm": "tolerance of the needle length (mm)",
    "needle_diameter_mm": "diameter of the needle (mm)",
    "frequency_hz_min": "lowest stroke rate (per second)",
    "frequency_hz_max": "highest stroke rate (per second)",
}


def _bounds() -> dict[str, Range]:
    hints = Device.__annotations__
    found: dict[str, Range] = {}
    for field in _SAID:
        annotated = next(part for part in hints[field].__args__ if hasattr(part, "__metadata__"))
        found[field] = annotated.__metadata__[0]
    return found


BOUNDS: Final[dict[str, Range]] = _bounds()
"""What each measure of a device can be, by its field."""


def all() -> tuple[Device, ...]:
    """Every device, in the order of the table. Raises `tables.TableError` if the table cannot be used."""
    return tuple(_by_code().values())


def get(code: str) -> Device:
    """One device by its code. Raises `tables.UnknownCodeError`, which names the nearest codes.

    >>> get("dermaroller-mf-8").needles
    192
    """
    try:
        return _by_code()[code]
    except KeyError:
        raise UnknownCodeError("device", code, _by_code()) from None


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Device]:
    devices = tables.read("devices.csv", Device, key="code")
    for line, device in enumerate(devices, start=2):
        for name in device.assumptions:
            if name not in _SAID and name not in ("single_use", "sterile"):
                raise TableError("devices.csv", line, "assumptions", f"“{name}” is not a figure of a device.")
        try:
            _checked(device)
        except MeasureError as wrong:
            raise TableError("devices.csv", line, wrong.field, str(wrong)) from None
    return {device.code: device for device in devices}


def _checked(device: Device) -> Device:
    """Figures that must agree with one another. Raises `MeasureError`."""
    low, high = device.needle_mm_min, device.needle_mm_max
    if low is not None and high is not None and low > high:
        raise MeasureError(
            "needle_mm_min", f"The shortest needle of {device.name} is longer than its longest."
        )
    slow, fast = device.frequency_hz_min, device.frequency_hz_max
    if slow is not None and fast is not None and slow > fast:
        raise MeasureError(
            "frequency_hz_min", f"The lowest stroke rate of {device.name} is above its highest."
        )
    rings, each, needles = device.rows, device.needles_per_row, device.needles
    if rings is not None and each is not None and needles is not None and rings * each != needles:
        raise MeasureError(
            "needles", f"{rings} rings of {each} are not the {needles} needles of {device.name}."
        )
    return device
