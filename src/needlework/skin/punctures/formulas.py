"""Closed forms: what a roller, a stamp or a pen puts into the skin on average.

The formulas are geometry and hold exactly for even rolling; how a hand really moves is simulated (`fields`). One
pass is one straight roll over the skin, so a stroke there and back is two. More punctures are not known to be
better: no trial has compared densities.
"""

import math
from typing import Final

from needlework.skin.units import Hz, Mm, PerCm2

MM2_PER_CM2: Final = 100.0
DRAG_MM_MAX: Final[Mm] = 0.2
"""A pen's needle should not be dragged further than this while it is in the skin [mm]. A working assumption."""


LITTLE: Final = 0.01
"""A pass adds little when it brings less than this share of the skin near a puncture: a rule for drawings."""


class PuncturesError(ValueError):
    """An input that no needling can have. Carries the name of the input; the sentence says what is allowed."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def positive(field: str, value: float, said: str, unit: str = "") -> float:
    """The value, if it is a finite number above zero. Raises `PuncturesError`."""
    if not (math.isfinite(value) and value > 0):
        shown = f"{value:g} {unit}".rstrip()
        raise PuncturesError(field, f"The {said} is {shown}: it must be a number above 0.")
    return value


def whole(field: str, value: int, said: str, high: int = 1_000_000) -> int:
    """The value, if it is a whole number from 1 to `high`. Raises `PuncturesError`."""
    if isinstance(value, bool) or int(value) != value or not 1 <= value <= high:
        raise PuncturesError(field, f"The {said} is {value}: it must be a whole number from 1 to {high}.")
    return int(value)


def rolling_radius_mm(drum_diameter_mm: Mm, needle_mm: Mm = 0.0, depth_mm: Mm | None = None) -> Mm:
    """The radius on which a drum rolls [mm]: that of the bare drum when the needles are fully in.

    With needles of `needle_mm` that reach only `depth_mm`, the drum rides higher by the difference.
    """
    radius = positive("drum_diameter_mm", drum_diameter_mm, "diameter of the drum", "mm") / 2
    if depth_mm is None:
        return radius
    if not 0 <= depth_mm <= needle_mm:
        raise PuncturesError(
            "depth_mm",
            f"The depth is {depth_mm:g} mm: it must lie between 0 and the length of the needle ({needle_mm:g} mm).",
        )
    return radius + needle_mm - depth_mm


def density_per_pass(needles: int, radius_mm: Mm, width_mm: Mm) -> PerCm2:
    """Punctures of one pass of a roller [1/cm²]: its needles over the surface it rolls off in one turn.

    >>> round(density_per_pass(192, 10, 20), 2)
    15.28
    """
    whole("needles", needles, "number of needles")
    positive("radius_mm", radius_mm, "rolling radius", "mm")
    positive("width_mm", width_mm, "width", "mm")
    return MM2_PER_CM2 * needles / (2 * math.pi * radius_mm * width_mm)


def density(per_pass: PerCm2, passes: int, *, width_mm: Mm = 1.0, pitch_mm: Mm | None = None) -> PerCm2:
    """Punctures after some passes [1/cm²]; `pitch_mm` is the distance between neighbouring strokes.

    Without a pitch the strokes lie edge to edge.
    """
    positive("per_pass", per_pass, "density of a pass", "per cm²")
    whole("passes", passes, "number of passes")
    share = 1.0 if pitch_mm is None else width_mm / positive("pitch_mm", pitch_mm, "pitch", "mm")
    return passes * per_pass * share


def passes_for(target: PerCm2, per_pass: PerCm2) -> int:
    """The fewest passes that reach a target density [1/cm²].

    >>> [passes_for(target, density_per_pass(192, 10, 20)) for target in (50, 100, 150, 200, 250, 300)]
    [4, 7, 10, 14, 17, 20]
    """
    positive("target_per_cm2", target, "target density", "per cm²")
    positive("per_pass", per_pass, "density of a pass", "per cm²")
    # A target that is exactly a multiple of one pass is not to be missed by the last bit.
    return max(1, math.ceil(target / per_pass * (1 - 1e-12)))


def fano(per_pass: PerCm2, cell_mm: Mm = 1.0) -> float:
    """Variance over mean of the counts in small square cells, for even rolling; pure chance would give 1."""
    return max(0.0, 1.0 - per_pass / MM2_PER_CM2 * cell_mm**2)


def coverage(per_pass: PerCm2, passes: int, within_mm: Mm) -> float:
    """Share of the skin that lies within a distance [mm] of some puncture.

    Holds while the distance is below half the spacing of the needles, about 1.2 mm on a standard roller.
    """
    whole("passes", passes, "number of passes")
    return float(1.0 - _missed(per_pass, within_mm) ** passes)


def little_more_after(per_pass: PerCm2, within_mm: Mm, little: float = LITTLE) -> int:
    """The fewest passes after which one more adds less than `little` to the coverage: geometry, and no advice.

    >>> little_more_after(15.28, 0.5), little_more_after(15.28, 0.25)
    (20, 37)
    """
    missed = _missed(per_pass, within_mm)
    passes = 1
    if 0 < missed < 1 and (1 - missed) * missed > little:
        passes = max(1, math.ceil(math.log(little / (1 - missed)) / math.log(missed)))
    return passes


def rehit(per_pass: PerCm2, pass_number: int, within_mm: Mm) -> float:
    """Chance that a puncture of the given pass lies within a distance [mm] of one from an earlier pass.

    >>> round(rehit(15.28, 15, 0.25), 2)
    0.35
    """
    whole("pass_number", pass_number, "number of the pass")
    return float(1.0 - _missed(per_pass, within_mm) ** (pass_number - 1))


def _missed(per_pass: PerCm2, within_mm: Mm) -> float:
    positive("per_pass", per_pass, "density of a pass", "per cm²")
    positive("within_mm", within_mm, "distance", "mm")
    return max(0.0, 1.0 - per_pass / MM2_PER_CM2 * math.pi * within_mm**2)


def stamp_centre_density(needles: int, head_mm: Mm, presses: int, sigma_mm: Mm) -> PerCm2:
    """Punctures at the centre of a lesion after some presses of a stamp aimed at it [1/cm²].

    `sigma_mm` is the spread of the aim along each axis; 0 is a perfect aim.

    >>> round(stamp_centre_density(10, 8, 10, 1.5))
    193
    """
    whole("needles", needles, "number of needles")
    whole("presses", presses, "number of presses")
    positive("head_mm", head_mm, "diameter of the head", "mm")
    spread(sigma_mm)
    hit = 1.0 if sigma_mm == 0 else -math.expm1(-((head_mm / 2) ** 2) / (2 * sigma_mm**2))
    return MM2_PER_CM2 * presses * needles / (math.pi * head_mm**2 / 4) * hit


def spread(sigma_mm: Mm) -> Mm:
    """The spread of the aim [mm], if it is 0 (a perfect aim) or one a hand can have. Raises `PuncturesError`."""
    if not (sigma_mm == 0 or 0.001 <= sigma_mm <= 100):
        raise PuncturesError(
            "sigma_mm", f"The spread of the aim is {sigma_mm:g} mm: it must be 0, or 0.001 to 100 mm."
        )
    return sigma_mm


def pen_density_per_pass(needles: int, frequency_hz: Hz, speed_mm_per_s: float, head_mm: Mm) -> PerCm2:
    """Punctures of one glide of a pen [1/cm²]; it depends on the speed of the hand more than on anything else.

    >>> round(pen_density_per_pass(12, 90, 20, 5)), round(pen_density_per_pass(12, 90, 5, 5))
    (1080, 4320)
    """
    whole("needles", needles, "number of needles")
    positive("head_mm", head_mm, "diameter of the head", "mm")
    return MM2_PER_CM2 * needles / (pen_step_mm(frequency_hz, speed_mm_per_s) * head_mm)


def pen_step_mm(frequency_hz: Hz, speed_mm_per_s: float) -> Mm:
    """How far the pen glides from one stroke of its needles to the next [mm]."""
    positive("frequency_hz", frequency_hz, "stroke rate", "per second")
    positive("speed_mm_per_s", speed_mm_per_s, "speed of the glide", "mm/s")
    return speed_mm_per_s / frequency_hz


def pen_drag_mm(frequency_hz: Hz, speed_mm_per_s: float, share_in_skin: float = 0.5) -> Mm:
    """How far a pen's needle is dragged while it is in the skin [mm], to be kept below `DRAG_MM_MAX`.

    `share_in_skin` is the share of each stroke for which the needle is in; half is a working assumption.
    """
    if not 0 <= share_in_skin <= 1:
        raise PuncturesError(
            "share_in_skin", f"The share of a stroke in the skin is {share_in_skin:g}: it must be 0 to 1."
        )
    return share_in_skin * pen_step_mm(frequency_hz, speed_mm_per_s)
