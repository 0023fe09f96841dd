"""How far a hand strays, from the strokes it made: spreads with their uncertainty, sheet by sheet and together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.special import chdtri

from needlework.skin.hands.tracks import Stroke
from needlework.skin.punctures import Hand
from needlework.skin.units import Degrees, Mm

FREEDOM_MIN: Final = 4
APART_DEG: Final[Degrees] = 20.0
"""Strokes whose directions differ by more are of different passes."""
WIDEST_DEG: Final[Degrees] = 50.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the bounds between which the true one lies with 95 % certainty."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard deviation and its degrees of freedom: how many strokes it rests on, less what was fitted.

    >>> Spread(3.0, 10).estimate
    Estimate(value=3.0, low=2.1, high=5.26)
    """

    sd: float
    freedom: int

    @property
    def estimate(self) -> Estimate:
        """The spread with its 95 % interval, as for strokes that stray normally."""
        low, high = (math.sqrt(self.freedom / float(chdtri(self.freedom, p))) for p in (0.025, 0.975))
        return Estimate(self.sd, round(self.sd * low, 2), round(self.sd * high, 2))


@dataclass(frozen=True, slots=True)
class Found:
    """What strokes say of a hand; None, with the reason, where they are too few."""

    angle: Spread | None
    lateral: Spread | None
    directions_deg: tuple[Degrees, ...]
    not_enough: tuple[str, ...]


def pool(spreads: Sequence[Spread]) -> Spread | None:
    """Several sheets of one hand together; None for none.

    >>> pool([Spread(3.0, 4), Spread(5.0, 4)])
    Spread(sd=4.123, freedom=8)
    """
    freedom = sum(one.freedom for one in spreads)
    if not freedom:
        return None
    return Spread(round(math.sqrt(sum(one.sd**2 * one.freedom for one in spreads) / freedom), 3), freedom)


def hand(angle: Spread, lateral: Spread) -> Hand:
    """The hand to plan with."""
    return Hand(min(angle.sd, 45.0), min(lateral.sd, 50.0))


def of_strokes(strokes: Sequence[Stroke], pitch_mm: Mm) -> Found:
    """How far the strokes stray about their directions, and from even places beside one another.

    `pitch_mm` is how far apart neighbouring strokes were meant to be. Each direction counts by itself; its mean and the
    distance of its strokes are fitted, so that only what strays is left.
    """
    passes = _directions(strokes)
    said: list[str] = []
    if any(_width(one) > WIDEST_DEG for one in passes):
        return Found(None, None, (), (
            "The directions of the strokes run into one another, so that they cannot be told apart. Roll the sheet in "
            "one direction only, or in two at a right angle.",
        ))  # fmt: skip
    directions = tuple(round(float(np.mean([angle for angle, _ in one])), 1) % 180 for one in passes)
    angles = [
        Spread(float(np.std([angle for angle, _ in one], ddof=1)), len(one) - 1)
        for one in passes
        if len(one) > 1
    ]
    angle = pool(angles)
    if angle is None or angle.freedom < FREEDOM_MIN:
        said.append(
            f"Not enough strokes for the spread of the angle: {len(strokes)} were found, and it needs five in one "
            "direction, or three in each of two."
        )
        angle = None
    sides: list[Spread] = []
    twice = False
    for one in passes:
        whole = sorted(
            stroke.middle_mm if same else -stroke.middle_mm for (_, (stroke, same)) in one if stroke.whole
        )
        every = sorted(stroke.middle_mm if same else -stroke.middle_mm for (_, (stroke, same)) in one)
        if len(every) * pitch_mm > 1.4 * (every[-1] - every[0] + pitch_mm):
            twice = True
        elif len(whole) >= 3:
            sides.append(_strays(whole, pitch_mm))
    lateral = pool(sides)
    if lateral is None or lateral.freedom < FREEDOM_MIN:
        why = (
            "the strokes lie closer than their distance: one direction was rolled more than once. Roll each once, or "
            "say how far apart the strokes were meant to be."
            if twice
            else "it needs six whole strokes beside one another in one direction, or four in each of two."
        )
        said.append(f"Not enough for the sideways spread: {why}")
        lateral = None
    return Found(angle, lateral, directions, tuple(said))


_Placed = tuple[float, tuple[Stroke, bool]]


def _directions(strokes: Sequence[Stroke]) -> list[list[_Placed]]:
    """The strokes by direction: angle [°], the stroke, and whether its sides are as those of the others.

    A direction of 179° is one of -1°, seen from its other end; the circle is cut where the widest gap is.
    """
    if not strokes:
        return []
    ordered = sorted(strokes, key=lambda one: one.direction_deg)
    angles = [one.direction_deg for one in ordered]
    gaps = [(angles[i] - angles[i - 1]) % 180 if len(angles) > 1 else 180.0 for i in range(len(angles))]
    cut = int(np.argmax(gaps))
    placed: list[_Placed] = [(one.direction_deg, (one, True)) for one in ordered[cut:]]
    placed += [(one.direction_deg + 180, (one, False)) for one in ordered[:cut]]
    groups = [[placed[0]]]
    for before, after in pairwise(placed):
        if after[0] - before[0] > APART_DEG:
            groups.append([])
        groups[-1].append(after)
    return groups


def _width(group: list[_Placed]) -> Degrees:
    return group[-1][0] - group[0][0]


def _strays(middles: list[float], pitch_mm: Mm) -> Spread:
    """How far places stray from even ones. One gap in the row may be a stroke that was left out."""
    numbers = [0]
    for before, after in pairwise(middles):
        gap = (after - before) / pitch_mm
        numbers.append(numbers[-1] + (1 if gap < 1.75 else round(gap)))
    line = np.polynomial.Polynomial.fit(numbers, middles, 1)
    off = np.array(middles) - line(np.array(numbers))
    freedom = len(middles) - 2
    return Spread(math.sqrt(float(off @ off) / freedom), freedom)
