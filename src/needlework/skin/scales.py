"""Scales: what may be scored, what a score means, and whether a change is more than the scale's own noise."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal, TypeAlias

from needlework.skin import packs
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Scale

Direction: TypeAlias = Literal["better", "worse", "changed", "no measurable change", "not known"]


class ScoreError(ValueError):
    """A score that the scale does not have. Names the scale and what it accepts."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A change between two scores [points], and what may be said of it.

    `not known` means that nobody has measured the smallest change this scale can tell from noise.
    """

    points: float
    smallest_points: float | None
    basis: str | None
    direction: Direction
    sentence: str


def scales(indication: str | None = None, pack: Pack | None = None) -> tuple[Scale, ...]:
    """Every scale, or those for an indication, its own first. Raises `UnknownCodeError`."""
    pack = pack or packs.shipped()
    if indication is None:
        return tuple(pack.scales.values())
    return tuple(pack.scales[code] for code in packs.find(indication, pack.indications, "indication").scales)


def get(code: str, pack: Pack | None = None) -> Scale:
    """One scale. Raises `UnknownCodeError` with the nearest codes."""
    return packs.find(code, (pack or packs.shipped()).scales, "scale")


def anchors(code: str, pack: Pack | None = None) -> dict[float, str]:
    """What single scores mean, in our own words. Raises `UnknownCodeError`."""
    pairs = (anchor.split(": ", 1) for anchor in get(code, pack).anchors)
    return {float(value): meaning for value, meaning in pairs}


def score_allowed(scale: str, value: float, pack: Pack | None = None) -> bool:
    """Whether the scale has this score. Raises `UnknownCodeError`."""
    row = get(scale, pack)
    if not isfinite(value) or not row.score_min_points <= value <= row.score_max_points:
        return False
    steps = (value - row.score_min_points) / row.step_points
    return abs(steps - round(steps)) < 1e-6


def check_score(scale: str, value: float, pack: Pack | None = None) -> None:
    """Raises `ScoreError`, with the accepted range, when the scale does not have this score."""
    if not score_allowed(scale, value, pack):
        row = get(scale, pack)
        raise ScoreError(
            f"{row.name} goes from {row.score_min_points:g} to {row.score_max_points:g} "
            f"in steps of {row.step_points:g}; {value:g} is none of its scores."
        )


def change(
    scale: str, before: float, after: float, *, smallest_points: float | None = None, pack: Pack | None = None
) -> ScoreChange:
    """What may be said about two scores of one person.

    `smallest_points` is the smallest change that the clinic's own raters can tell from noise; it goes before the one of
    the table. Below it there is “no measurable change”. Raises `ScoreError` for a score the scale does not have.
    """
    row = get(scale, pack)
    check_score(scale, before, pack)
    check_score(scale, after, pack)
    points = round(after - before, 6)
    smallest = row.detectable_change_points if smallest_points is None else smallest_points
    basis = row.detectable_basis if smallest_points is None else "Measured by the clinic."
    return ScoreChange(points, smallest, basis, *_said(row, before, after, smallest))


def _said(row: Scale, before: float, after: float, smallest: float | None) -> tuple[Direction, str]:
    points = round(after - before, 6)
    size = f"{abs(points):g} point{'' if abs(points) == 1 else 's'} {'lower' if points < 0 else 'higher'}"
    shift = f"{row.name}: from {before:g} to {after:g}, {size}"
    if points == 0:
        return "no measurable change", f"{row.name}: the same score. No measurable change."
    if smallest is None:
        return (
            "not known",
            f"{shift}. Nobody has measured how much of this is noise, so we do not call it a change.",
        )
    if abs(points) < smallest:
        return (
            "no measurable change",
            f"{shift}, less than the {smallest:g} it can tell apart. No measurable change.",
        )
    if row.direction == "no direction":
        return "changed", f"{shift}."
    improved = (points < 0) == (row.direction == "higher is worse")
    return ("better" if improved else "worse"), f"{shift}, which is {'better' if improved else 'worse'}."
