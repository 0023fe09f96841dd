"""Needle-bearing heads as they print on the skin.

A roller and a pen print alike: each needle, or ring of needles, leaves equally spaced points on a line along the
stroke. So one head serves for both: where its lines lie across the stroke, how far each is shifted along it, and how
far apart the points of a line are.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from needlework.skin import devices
from needlework.skin.devices import Device, GeometryUnknownError, between
from needlework.skin.punctures import formulas
from needlework.skin.punctures.formulas import PuncturesError, positive, whole
from needlework.skin.units import Degrees, Hz, Mm, PerCm2

GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))
EVEN_SPREAD: Final = "even spread of the needles over the head"
RASTER_DEG: Final[Degrees] = 15.0
"""The needles of the standard drum stand 15° apart (Schwarz & Laaff 2011)."""


@dataclass(frozen=True, slots=True)
class Head:
    """A rolling or gliding head.

    `width_mm` is what one stroke covers, `step_mm` the distance of neighbouring points on a line; `lateral_mm` and
    `along_mm` hold one entry per line.
    """

    name: str
    width_mm: Mm
    step_mm: Mm
    lateral_mm: tuple[Mm, ...] = field(repr=False)
    along_mm: tuple[Mm, ...] = field(repr=False)

    @property
    def per_pass(self) -> PerCm2:
        """Density of one pass, strokes edge to edge [1/cm²]."""
        return formulas.MM2_PER_CM2 * len(self.lateral_mm) / (self.step_mm * self.width_mm)


@dataclass(frozen=True, slots=True)
class StampHead:
    """A head that is pressed: where its needles lie about the centre [mm]."""

    name: str
    head_mm: Mm
    needles_mm: tuple[tuple[Mm, Mm], ...] = field(repr=False)


def roller(
    *,
    rows: int,
    needles_per_row: int,
    width_mm: Mm,
    drum_diameter_mm: Mm,
    row_step_deg: Degrees | None = None,
    needle_mm: Mm = 0.0,
    depth_mm: Mm | None = None,
    name: str = "roller",
) -> Head:
    """A drum with evenly spaced rings of needles.

    `row_step_deg` is by how much each ring is turned against its neighbour. Where it is not known, rings whose own
    needles are further apart than 15° are taken to fill the gap in steps of 15°, the others to stand on gaps (half
    the pitch): an assumption, which changes the evenness a little and the density not at all. Raises
    `PuncturesError`.
    """
    whole("rows", rows, "number of rings of needles", 1000)
    whole("needles_per_row", needles_per_row, "number of needles in a ring", 1000)
    positive("width_mm", width_mm, "width of the roller", "mm")
    radius = formulas.rolling_radius_mm(drum_diameter_mm, needle_mm, depth_mm)
    if row_step_deg is None:
        pitch_deg = 360.0 / needles_per_row
        row_step_deg = RASTER_DEG if pitch_deg > RASTER_DEG else pitch_deg / 2
    step_mm = 2 * math.pi * radius / needles_per_row
    return Head(
        name=name,
        width_mm=width_mm,
        step_mm=step_mm,
        lateral_mm=tuple((k + 0.5) * width_mm / rows - width_mm / 2 for k in range(rows)),
        along_mm=tuple(math.fmod(math.radians(row_step_deg) * k * radius, step_mm) for k in range(rows)),
    )


def pen(*, needles: int, head_mm: Mm, frequency_hz: Hz, speed_mm_per_s: float, name: str = "pen") -> Head:
    """A pen in an even glide. Where its needles sit is taken to be an even spread. Raises `PuncturesError`."""
    step_mm = formulas.pen_step_mm(frequency_hz, speed_mm_per_s)
    spots = even_spread(needles, head_mm)
    return Head(
        name=name,
        width_mm=head_mm,
        step_mm=step_mm,
        lateral_mm=tuple(y for _, y in spots),
        along_mm=tuple(x for x, _ in spots),
    )


def stamp(*, needles: int, head_mm: Mm, name: str = "stamp") -> StampHead:
    """A stamp. Where its needles sit is taken to be an even spread. Raises `PuncturesError`."""
    return StampHead(name=name, head_mm=head_mm, needles_mm=even_spread(needles, head_mm))


def even_spread(needles: int, head_mm: Mm) -> tuple[tuple[Mm, Mm], ...]:
    """Needles spread evenly over a round head, each with the same area, as seeds in a sunflower.

    After Vogel H. A better way to construct the sunflower head. Math Biosci 1979;44:179-189.
    """
    whole("needles", needles, "number of needles", 1000)
    positive("head_mm", head_mm, "diameter of the head", "mm")
    radii = (head_mm / 2 * math.sqrt((i + 0.5) / needles) for i in range(needles))
    return tuple(
        (r * math.cos(i * GOLDEN_ANGLE), r * math.sin(i * GOLDEN_ANGLE)) for i, r in enumerate(radii)
    )


def of_device(
    device: Device,
    *,
    needle_mm: Mm | None = None,
    depth_mm: Mm | None = None,
    speed_mm_per_s: float | None = None,
    frequency_hz: Hz | None = None,
) -> Head:
    """The head of a roller or pen in the catalogue.

    A pen needs the speed of the glide, and its stroke rate if the catalogue gives no single one. Raises
    `devices.GeometryUnknownError` for a figure that nobody states, `devices.MeasureError` for a length which the label
    does not allow, and `PuncturesError`.
    """
    if needle_mm is not None:
        device.check_length(needle_mm)
    if device.kind == "roller":
        length = needle_mm if needle_mm is not None else device.needle_mm_max or 0.0
        return roller(
            rows=device.known("rows"),
            needles_per_row=device.known("needles_per_row"),
            width_mm=device.known("width_mm"),
            drum_diameter_mm=device.known("drum_diameter_mm"),
            row_step_deg=device.row_step_deg,
            needle_mm=length,
            depth_mm=depth_mm,
            name=device.name,
        )
    if device.kind == "stamp":
        raise PuncturesError(
            "device", f"{device.name} is pressed, not rolled: plan it by presses on a lesion."
        )
    if speed_mm_per_s is None:
        raise PuncturesError(
            "speed_mm_per_s",
            f"What {device.name} delivers depends on how fast it glides: give a speed in mm/s.",
        )
    return pen(
        needles=device.known("needles"),
        head_mm=device.known("head_mm"),
        frequency_hz=_stroke_rate(device, frequency_hz),
        speed_mm_per_s=speed_mm_per_s,
        name=device.name,
    )


def assumed(device: Device, *, drawn: bool = True) -> tuple[str, ...]:
    """What is assumed about the needles of a device, in words, for a drawing or for the density alone."""
    used = {
        "roller": ("rows", "needles_per_row", "row_step_deg", "width_mm", "drum_diameter_mm"),
        "stamp": ("needles", "head_mm"),
        "pen": ("needles", "head_mm", "frequency_hz_max"),
    }[device.kind]
    found = tuple(
        devices.said_with(name, getattr(device, name))
        for name in used
        if device.assumes(name) and (drawn or name != "row_step_deg")
    )
    return found if device.kind == "roller" or not drawn else (*found, EVEN_SPREAD)


def stamp_of_device(device: Device) -> StampHead:
    """The head of a stamp in the catalogue. Raises `devices.GeometryUnknownError`, `PuncturesError`."""
    if device.kind != "stamp":
        raise PuncturesError("device", f"{device.name} is a {device.kind}: presses are planned for a stamp.")
    return stamp(needles=device.known("needles"), head_mm=device.known("head_mm"), name=device.name)


def _stroke_rate(device: Device, given: Hz | None) -> Hz:
    low, high = device.frequency_hz_min, device.frequency_hz_max
    if given is None:
        if high is None:
            raise GeometryUnknownError(
                device.name, "frequency_hz_max", "Read it from the device and give it yourself."
            )
        if low != high:
            raise PuncturesError(
                "frequency_hz", f"{device.name} runs at {between(low, high)} strokes a second: say which."
            )
        return high
    if (low is not None and given < low) or (high is not None and given > high):
        raise PuncturesError(
            "frequency_hz",
            f"{device.name} runs at {between(low, high)} strokes a second: {given:g} is out of its range.",
        )
    return positive("frequency_hz", given, "stroke rate", "per second")
