"""Where the lines of a head run over the skin: strokes drawn at random, cut to the zone.

A stroke is a straight line, given by its direction and its distance from the middle of the zone. The hand turns it
by a random angle about the foot of that distance and moves it sideways. Lines drawn so cover every spot with the
same chance, whatever the spread of the angle, so the mean density is that of the closed form. One generator draws
for both engines, and both start from the segments made here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from needlework.skin.punctures import kernels
from needlework.skin.punctures.formulas import PuncturesError
from needlework.skin.punctures.heads import Head
from needlework.skin.punctures.kernels import FAR, Engine, Floats, Ints
from needlework.skin.punctures.zones import Zone, edges
from needlework.skin.units import Degrees, Mm

LINES_AT_ONCE: Final = 1 << 16
_GRAIN: Final = 2.0**40


@dataclass(frozen=True, slots=True)
class Hand:
    """How far a hand strays: the spread (standard deviation) of each stroke's angle and of its sideways place."""

    angle_sd_deg: Degrees
    lateral_sd_mm: Mm

    def __post_init__(self) -> None:
        if not (math.isfinite(self.angle_sd_deg) and 0 <= self.angle_sd_deg <= 45):
            raise PuncturesError(
                "hand", f"The hand's angle strays by {self.angle_sd_deg:g}°: it must be 0° to 45°."
            )
        if not (math.isfinite(self.lateral_sd_mm) and 0 <= self.lateral_sd_mm <= 50):
            raise PuncturesError(
                "hand", f"The hand strays sideways by {self.lateral_sd_mm:g} mm: it must be 0 to 50 mm."
            )


PERFECT: Final = Hand(0.0, 0.0)
"""A hand that never strays."""
DEFAULT: Final = Hand(5.0, 3.0)
"""A working assumption, until a practitioner's own dye rolls replace it."""
STAR: Final[tuple[Degrees, ...]] = (0.0, 90.0, 45.0, 135.0)
"""Directions of successive passes: along, across, and the two diagonals."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Runs of equally spaced punctures, in the order of the passes: first point, step, count [mm]."""

    x: Floats
    y: Floats
    dx: Floats
    dy: Floats
    counts: Ints
    pass_counts: Ints

    @property
    def total(self) -> int:
        """How many punctures."""
        return int(self.counts.sum())


def draw(
    head: Head,
    zone: Zone,
    *,
    passes: int,
    hand: Hand,
    directions: tuple[Degrees, ...],
    pitch_mm: Mm,
    rng: np.random.Generator,
    engine: Engine,
) -> Iterator[Segments]:
    """The segments of all passes, several passes at a time."""
    angles = np.radians(np.array(directions))
    most = 4.0
    half_w, half_h = zone.width_mm / 2, zone.height_mm / 2
    corner = math.hypot(half_w, half_h)
    across = np.abs(half_w * np.sin(angles)) + np.abs(half_h * np.cos(angles))
    fan = corner * math.sin(min(math.pi / 2, most * math.radians(hand.angle_sd_deg)))
    side = max(abs(y) for y in head.lateral_mm) + most * hand.lateral_sd_mm
    reach = np.minimum(across + fan, corner) + side
    strokes = math.ceil(2 * float(reach.max()) / pitch_mm) + 1
    at_once = max(1, LINES_AT_ONCE // (strokes * len(head.lateral_mm)))
    for first in range(0, passes, at_once):
        n = min(at_once, passes - first)
        turn = np.arange(first, first + n) % len(directions)
        offset = rng.random((n, 1)) * pitch_mm
        stray = rng.standard_normal((2, n, strokes))
        phase = rng.random(n * strokes) * head.step_mm
        theta = (angles[turn][:, None] + stray[0] * math.radians(hand.angle_sd_deg)).ravel()
        middle = (
            (offset + np.arange(strokes) * pitch_mm - reach[turn][:, None]) + stray[1] * hand.lateral_sd_mm
        ).ravel()
        yield _cut(head, zone, theta, middle, phase, n, engine)


def _cut(
    head: Head, zone: Zone, theta: Floats, middle: Floats, phase: Floats, passes: int, engine: Engine
) -> Segments:
    # Rounding hides the last bits, in which machines' sines differ, and makes a right angle exactly right.
    c = np.rint(np.cos(theta) * _GRAIN) / _GRAIN
    s = np.rint(np.sin(theta) * _GRAIN) / _GRAIN
    lateral, along, step = np.array(head.lateral_mm), np.array(head.along_mm), head.step_mm
    at_x, at_y = zone.left + zone.width_mm / 2, zone.bottom + zone.height_mm / 2
    if engine == "compiled" and zone.is_rectangle:
        x, y, dx, dy = np.empty((4, c.size * lateral.size))
        counts = np.empty(c.size * lateral.size, dtype=np.int64)
        half_w, half_h = zone.width_mm / 2, zone.height_mm / 2
        kernels.compiled("cut")(
            c, s, middle, phase, lateral, along, step, half_w, half_h, at_x, at_y, x, y, dx, dy, counts
        )
        return Segments(x, y, dx, dy, counts, counts.reshape(passes, -1).sum(axis=1))
    c, s = c[:, None], s[:, None]
    across, start = middle[:, None] + lateral, phase[:, None] + along
    owner = None
    if zone.is_rectangle:
        low, high = _within_rectangle(across, c, s, zone)
    else:
        line, low, high = _within_polygon(across, c, s, zone)
        across, start = across.ravel()[line], start.ravel()[line]
        stroke = line // lateral.size
        c, s, owner = c[stroke, 0], s[stroke, 0], stroke // (theta.size // passes)
    # The points of a line are start + i * step, i whole, measured from its foot: the first i, and how many.
    first = np.ceil((low - start) / step)
    counts = np.maximum(np.ceil((high - start) / step) - first, 0.0).astype(np.int64)
    if owner is None:
        pass_counts = counts.reshape(passes, -1).sum(axis=1)
    else:
        pass_counts = np.zeros(passes, dtype=np.int64)
        np.add.at(pass_counts, owner, counts)
    u = start + first * step
    return Segments(
        x=(at_x + (c * u - s * across)).ravel(),
        y=(at_y + (s * u + c * across)).ravel(),
        dx=np.broadcast_to(c * step, across.shape).ravel(),
        dy=np.broadcast_to(s * step, across.shape).ravel(),
        counts=counts.ravel(),
        pass_counts=pass_counts,
    )


def _within_rectangle(across: Floats, c: Floats, s: Floats, zone: Zone) -> tuple[Floats, Floats]:
    """From where to where each line lies inside, measured from its foot; from beyond to before where it misses."""
    from_x, to_x = _between(across, s, c, zone.width_mm / 2)
    from_y, to_y = _between(across, -c, s, zone.height_mm / 2)
    return np.maximum(from_x, from_y), np.minimum(to_x, to_y)


def _between(across: Floats, lean: Floats, rise: Floats, half: Mm) -> tuple[Floats, Floats]:
    """Where a line lies between the two sides at `half` to either side of the middle, one way."""
    along_side = rise == 0
    rise = np.where(along_side, 1.0, rise)
    middle, off = across * (lean / rise), half / np.abs(rise)
    if along_side.any():
        # It meets neither side: all of it lies between them, or none.
        parallel = along_side[:, 0]
        off = np.broadcast_to(off, across.shape).copy()
        off[parallel] = np.where(np.abs(across[parallel]) < half, FAR, -FAR)
        middle[parallel] = 0.0
    return middle - off, middle + off


def _within_polygon(across: Floats, c: Floats, s: Floats, zone: Zone) -> tuple[Ints, Floats, Floats]:
    """Line by line, the stretches inside: the crossings with the edges in order, taken two by two."""
    corners = np.array(edges(zone)) - (zone.left + zone.width_mm / 2, zone.bottom + zone.height_mm / 2)
    (xa, ya), (xb, yb) = corners[:, 0].T, corners[:, 1].T
    beside = across[:, :, None]
    # How far each corner lies beside the line, and along it: strokes first, then lines, then edges.
    da, db = ((c * y - s * x)[:, None, :] - beside for x, y in ((xa, ya), (xb, yb)))
    ua, ub = ((c * x + s * y)[:, None, :] for x, y in ((xa, ya), (xb, yb)))
    crossed = (da >= 0) != (db >= 0)
    gap = np.where(crossed, da - db, 1.0)
    at = np.where(crossed, ua + (ub - ua) * (da / gap), np.inf).reshape(across.size, -1)
    at.sort(axis=1)
    most = int(crossed.sum(axis=2).max(initial=0))
    pairs = at[:, : most + most % 2].reshape(across.size, -1, 2)
    line, pair = np.nonzero(np.isfinite(pairs[:, :, 1]))
    return line, pairs[line, pair, 0], pairs[line, pair, 1]
