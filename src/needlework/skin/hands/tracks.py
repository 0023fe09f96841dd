"""The strokes of a roller on a sheet, found among its dots.

A drum leaves a lattice: as many rows as it has rings of needles, evenly spaced across the stroke, with evenly spaced
dots along each. For every direction and every place across, the dots near such rows are added up with the phase they
have along the stroke: those of one stroke agree, all others cancel. The strongest stroke is taken, its dots are set
aside, and so on until nothing stands out.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from needlework.skin.hands.dots import Points
from needlework.skin.punctures import Head
from needlework.skin.units import Degrees, Mm

BINS: Final = 12
"""Places across a stroke that are told apart, per distance of two rows."""
NEAR_MM: Final[Mm] = 0.4
CLEAR: Final = 6.0
"""How many times chance a stroke must answer. Of a million places that are tried, chance reaches 3.7 in one."""
FEWEST: Final = 24
FILLED: Final = 0.55
MOST: Final = 80
MIDDLE_MM: Final[Mm] = 30.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """One straight roll.

    `direction_deg` is from 0 to 180, against the clock from the lower edge of the sheet; `middle_mm` how far the middle
    of the drum passed from the middle of the sheet, to the left of the direction; `dots` how many dots it left; `whole`
    whether all its rows lie on the sheet, so that its middle is certain.
    """

    direction_deg: Degrees
    middle_mm: Mm
    dots: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Tracks:
    """The strokes of a sheet and, from their lattices, how far apart neighbouring dots of a row lie [mm].

    `row_gap_mm` is the distance of two rows as the picture shows it: against that of the drum it tells of a wrong scale.
    """

    strokes: tuple[Stroke, ...]
    step_mm: Mm
    row_gap_mm: Mm
    explained: float


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    angle: float
    middle: float
    phase: float
    own: NDArray[np.int64]
    occupied: float
    whole: bool


def find(points: Points, head: Head, steps_mm: tuple[Mm, Mm]) -> Tracks | None:
    """The strokes of a drum among dots, which are measured from the middle of the sheet [mm].

    `steps_mm` bounds the distance of neighbouring dots in a row, as on paper the needles stand out by an unknown part
    of their length. None if no stroke stands out.
    """
    rows = np.array(head.lateral_mm)
    turn = np.array(head.along_mm) / head.step_mm
    step = _step_of(points, rows, turn, steps_mm)
    if step is None:
        return None
    search = _Search(points, rows, turn, step)
    strokes: list[_Fit] = []
    left = np.ones(len(points), dtype=np.bool_)
    missed = 0
    while len(strokes) < MOST and missed < 3:
        begun = len(strokes)
        for angle, middle in search.strongest():
            fit = _best_fit(points, left, rows, turn, step, angle, middle)
            if fit is not None and fit.own.size >= FEWEST and fit.occupied >= FILLED:
                strokes.append(fit)
                left[fit.own] = False
                search.take_away(points[fit.own])
            elif len(strokes) == begun:
                search.silence(angle, middle)
                missed += 1
        if len(strokes) == begun and not search.heard:
            break
    if not strokes:
        return None
    found = tuple(
        Stroke(
            direction_deg=math.degrees(one.angle) % 180,
            middle_mm=one.middle if math.degrees(one.angle) % 360 < 180 else -one.middle,
            dots=int(one.own.size),
            whole=one.whole,
        )
        for one in strokes
    )
    gap = float(np.median([_row_gap(points[one.own], one, rows) for one in strokes[:6]]))
    return Tracks(found, step, gap, float(1 - left.mean()))


class _Search:
    """Every direction and place across, and how much the dots that are left speak for a stroke there."""

    def __init__(self, points: Points, rows: Points, turn: Points, step: Mm) -> None:
        self.radius = float(np.hypot(points[:, 0], points[:, 1]).max()) + 1.0
        self.step = step
        self.bin = float(rows[1] - rows[0]) / BINS
        self.angles = np.arange(0.0, math.pi, 0.3 / self.radius)
        self.bins = math.ceil(2 * self.radius / self.bin) + 3
        self.turn = np.exp(-2j * math.pi * turn).astype(np.complex64)
        self.first = float(rows[0])
        self.pulse = np.zeros((self.angles.size, self.bins), dtype=np.complex64)
        self.count = np.zeros((self.angles.size, self.bins), dtype=np.float32)
        self.silent = np.zeros((self.angles.size, self.bins + (len(rows) - 1) * BINS), dtype=np.bool_)
        self.heard = False
        self._add(points, 1)

    def _add(self, points: Points, sign: int) -> None:
        c, s = np.cos(self.angles)[:, None], np.sin(self.angles)[:, None]
        base = np.arange(self.angles.size)[:, None] * self.bins
        size = self.count.size
        for begin in range(0, len(points), 256):
            x, y = points[begin : begin + 256].T
            place = (c * y - s * x + self.radius) / self.bin + 1
            low = place.astype(np.int64)
            part = (place - low).ravel()
            turned = ((2 * math.pi / self.step) * (c * x + s * y)).astype(np.float32).ravel()
            real, imaginary = np.cos(turned), np.sin(turned)
            at = (low + base).ravel()
            for shift, weight in ((0, 1 - part), (1, part)):
                for wave, whole in ((real, self.pulse.real), (imaginary, self.pulse.imag)):
                    whole += sign * np.bincount(at + shift, weight * wave, size).reshape(whole.shape)
                self.count += sign * np.bincount(at + shift, weight, size).reshape(self.count.shape)

    def take_away(self, points: Points) -> None:
        """Leave dots out from now on."""
        self._add(points, -1)

    def strongest(self, most: int = 6) -> list[tuple[float, Mm]]:
        """Direction and middle of the strokes that stand out most, strongest first: far from one another."""
        loudness = self.loudness()
        rows = self.turn.size
        found: list[tuple[float, Mm]] = []
        loudest = float(loudness.max(initial=0))
        self.heard = loudest > 0
        while len(found) < most:
            i, place = np.unravel_index(int(np.argmax(loudness)), loudness.shape)
            if loudness[i, place] <= 0.5 * loudest:
                break
            first = (place - (rows - 1) * BINS - 1) * self.bin - self.radius
            found.append((float(self.angles[i]), float(first - self.first)))
            away = np.abs(self.angles - self.angles[i])
            near = np.minimum(away, math.pi - away) < 0.1
            low, high = max(0, int(place) - rows * BINS), int(place) + rows * BINS
            loudness[near, low:high] = 0
        return found

    def loudness(self) -> NDArray[np.float32]:
        """How many dots agree on a stroke, by direction and by the place of its first row; 0 for what chance does."""
        rows = self.turn.size
        width = self.bins + (rows - 1) * BINS
        total = np.zeros((self.angles.size, width), dtype=np.complex64)
        count = np.full((self.angles.size, width), 1e-3, dtype=np.float32)
        # A stroke whose first row lies beyond the sheet still has others on it.
        for k, turned in enumerate(self.turn):
            at = (rows - 1 - k) * BINS
            total[:, at : at + self.bins] += self.pulse * turned
            count[:, at : at + self.bins] += self.count
        agreeing: NDArray[np.float32] = np.abs(total)
        # A dot's weight is shared by the two places it lies between: two thirds of it, squared, on the average.
        agreeing[agreeing < CLEAR * np.sqrt(np.maximum(count, 8.0) * (2 / 3))] = 0
        agreeing[self.silent] = 0
        return agreeing

    def silence(self, angle: float, middle: Mm) -> None:
        """Pass over what turned out to be no stroke."""
        place = (middle + self.first + self.radius) / self.bin + 1 + (self.turn.size - 1) * BINS
        near = np.abs(self.angles - angle) < 0.02
        low = max(0, round(place) - BINS // 2)
        self.silent[np.ix_(near, np.arange(low, min(self.silent.shape[1], low + BINS)))] = True


def _best_fit(
    points: Points, left: NDArray[np.bool_], rows: Points, turn: Points, step: Mm, angle: float, middle: Mm
) -> _Fit | None:
    """The fit with the most dots, as a lattice also lies well on itself one or two rows further."""
    gap = float(rows[1] - rows[0])
    best: _Fit | None = None
    for moved in (0, -2, -1, 1, 2):
        fit = _fitted(points, left, rows, turn, step, angle, middle + moved * gap)
        if fit is not None and (best is None or fit.own.size > best.own.size):
            best = fit
    return best


def _fitted(
    points: Points, left: NDArray[np.bool_], rows: Points, turn: Points, step: Mm, angle: float, middle: Mm
) -> _Fit | None:
    """The lattice that lies best on the dots near one, and those dots."""
    index = np.flatnonzero(left)
    x, y = points[index].T
    phase: float | None = None
    own = np.zeros(0, dtype=np.int64)
    for near in (0.8, 0.6, NEAR_MM, NEAR_MM):
        c, s = math.cos(angle), math.sin(angle)
        along, across = c * x + s * y, c * y - s * x
        k = np.clip(np.rint((across - middle - rows[0]) / (rows[1] - rows[0])), 0, len(rows) - 1).astype(int)
        off = across - middle - rows[k]
        beside = np.abs(off) < near
        wave = np.exp(2j * math.pi * (along / step - turn[k]))
        if phase is None or near > NEAR_MM:
            phase = float(np.angle(wave[beside].sum()) / (2 * math.pi) * step)
        shift = along - turn[k] * step - phase
        shift -= np.rint(shift / step) * step
        on = beside & (np.hypot(off, shift) < near)
        if np.count_nonzero(on) < FEWEST // 2:
            return None
        slope, base = _line(along[on], off[on])
        angle += math.atan(slope)
        middle += base
        phase += float(shift[on].mean())
        own = on
    spots = along[own]
    low, high = np.quantile(spots, [0.02, 0.98])
    on_sheet = _rows_on_sheet(points, angle, middle, rows, (low + high) / 2)
    places = max(1.0, on_sheet * float(high - low) / step)
    within = np.count_nonzero((spots >= low) & (spots <= high))
    return _Fit(angle, middle, phase or 0.0, index[own], float(within / places), on_sheet == len(rows))


def _line(x: Points, y: Points) -> tuple[float, float]:
    """Slope, and height at 0, of the straight line through points; flat where they do not spread."""
    spread = float(((x - x.mean()) ** 2).sum())
    if spread < 100:
        return 0.0, float(y.mean())
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / spread)
    return slope, float(y.mean() - slope * x.mean())


def _rows_on_sheet(points: Points, angle: float, middle: Mm, rows: Points, along: Mm) -> int:
    """How many rows of a stroke lie on the sheet halfway along it, by the box about all dots."""
    c, s = math.cos(angle), math.sin(angle)
    x = c * along - s * (middle + rows)
    y = s * along + c * (middle + rows)
    low, high = points.min(axis=0), points.max(axis=0)
    inside = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    return int(np.count_nonzero(inside))


def _step_of(points: Points, rows: Points, turn: Points, bounds: tuple[Mm, Mm]) -> Mm | None:
    """How far apart dots of a row lie: the distance at which the strongest stroke is strongest.

    Looked for in the middle of the sheet, where fewer directions and distances can be told apart; then made exact.
    """
    low, high = bounds
    away = np.hypot(points[:, 0], points[:, 1])
    radius = min(float(away.max()), MIDDLE_MM)
    middle = points[away <= radius]
    best, found = 0.0, None
    for step in np.arange(low, high + 1e-9, low**2 / (3 * radius)):
        search = _Search(middle, rows, turn, float(step))
        loudest = float(search.loudness().max(initial=0))
        if loudest > best:
            best, found = loudest, (float(step), *search.strongest(1)[0])
    if found is None:
        return None
    step, angle, offset = found
    everywhere = np.ones(len(middle), dtype=np.bool_)
    trials = np.linspace(step - low**2 / (3 * radius), step + low**2 / (3 * radius), 41)
    fits = [(_fitted(middle, everywhere, rows, turn, float(one), angle, offset), one) for one in trials]
    fit, step = max(fits, key=lambda pair: 0 if pair[0] is None else pair[0].own.size)
    if fit is None:
        return None
    # Over its whole length, as far as the sheet goes, the stroke tells the distance best.
    c, s = math.cos(fit.angle), math.sin(fit.angle)
    along, across = c * points[:, 0] + s * points[:, 1], c * points[:, 1] - s * points[:, 0]
    k = np.clip(np.rint((across - fit.middle - rows[0]) / (rows[1] - rows[0])), 0, len(rows) - 1).astype(int)
    on = np.abs(across - fit.middle - rows[k]) < NEAR_MM
    fine = np.linspace(step * 0.985, step * 1.015, 301)
    answers = [abs(np.exp(2j * math.pi * (along[on] / one - turn[k[on]])).sum()) for one in fine]
    return float(fine[int(np.argmax(answers))])


def _row_gap(own: Points, fit: _Fit, rows: Points) -> Mm:
    """The distance of two rows of one stroke, by the line through its dots' places across."""
    across = math.cos(fit.angle) * own[:, 1] - math.sin(fit.angle) * own[:, 0] - fit.middle
    gap = float(rows[1] - rows[0])
    slope, _ = _line(np.rint((across - rows[0]) / gap) * gap, across)
    return gap * slope if slope else gap
