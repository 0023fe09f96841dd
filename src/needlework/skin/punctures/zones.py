"""The piece of skin that is needled: a flat polygon, with holes where nothing is to be needled.

Lengths in mm. Skin is taken as flat: across a curved cheek a drum touches less than this says.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from needlework.skin.punctures.formulas import PuncturesError, positive
from needlework.skin.punctures.kernels import Floats
from needlework.skin.units import Cm2, Mm

Ring = tuple[tuple[Mm, Mm], ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """Made by `rectangle` or `polygon`. The first ring is the outline, the others are holes."""

    rings: tuple[Ring, ...] = field(repr=False)
    area_mm2: float
    left: Mm
    bottom: Mm
    right: Mm
    top: Mm
    is_rectangle: bool

    @property
    def area_cm2(self) -> Cm2:
        """The area without the holes [cm²]."""
        return self.area_mm2 / 100

    @property
    def width_mm(self) -> Mm:
        """From left to right [mm]."""
        return self.right - self.left

    @property
    def height_mm(self) -> Mm:
        """From bottom to top [mm]."""
        return self.top - self.bottom

    @property
    def narrow_mm(self) -> Mm:
        """The shorter side of the box around the zone [mm]."""
        return min(self.width_mm, self.height_mm)

    def contains(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Which points lie inside and in no hole. Arrays of one shape, [mm]."""
        if self.is_rectangle:
            return (x >= self.left) & (x < self.right) & (y >= self.bottom) & (y < self.top)
        inside = np.zeros(x.shape, dtype=np.bool_)
        for (xa, ya), (xb, yb) in edges(self):
            if ya != yb:
                crosses = (ya <= y) != (yb <= y)
                inside ^= crosses & (x < xa + (y - ya) * ((xb - xa) / (yb - ya)))
        return inside


def rectangle(width_mm: Mm, height_mm: Mm) -> Zone:
    """A zone with its lower left corner at the origin. Raises `PuncturesError`."""
    w = positive("zone", width_mm, "width of the zone", "mm")
    h = positive("zone", height_mm, "height of the zone", "mm")
    ring = ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))
    return Zone(rings=(ring,), area_mm2=w * h, left=0.0, bottom=0.0, right=w, top=h, is_rectangle=True)


def polygon(outline: Ring, holes: tuple[Ring, ...] = ()) -> Zone:
    """Any zone whose edges do not cross, with holes inside it. Corners in mm, in either sense.

    Raises `PuncturesError` for fewer than three corners, an edge of no length, edges that cross or touch, and a hole
    that is not inside.
    """
    rings = tuple(
        _closed(ring, "outline" if i == 0 else f"hole {i}") for i, ring in enumerate((outline, *holes))
    )
    if any(_is_flat(ring) for ring in rings):
        raise PuncturesError(
            "zone", "The corners of the zone or of a hole lie on one line, which encloses no area."
        )
    _check_crossings(rings)
    for i, hole in enumerate(rings[1:], start=1):
        inside = [_winds(other, hole[0]) for j, other in enumerate(rings) if j != i]
        if not inside[0]:
            raise PuncturesError("zone", f"Hole {i} of the zone lies outside its outline.")
        if any(inside[1:]):
            raise PuncturesError("zone", f"Hole {i} of the zone lies in another hole: leave it out.")
    areas = [abs(_signed_area(ring)) for ring in rings]
    xs, ys = [x for x, _ in rings[0]], [y for _, y in rings[0]]
    return Zone(
        rings=rings,
        area_mm2=areas[0] - sum(areas[1:]),
        left=min(xs),
        bottom=min(ys),
        right=max(xs),
        top=max(ys),
        is_rectangle=False,
    )


@lru_cache(maxsize=64)
def edges(zone: Zone) -> tuple[tuple[tuple[Mm, Mm], tuple[Mm, Mm]], ...]:
    """Every edge of every ring, from corner to corner."""
    return tuple((a, b) for ring in zone.rings for a, b in zip(ring, ring[1:] + ring[:1], strict=True))


@lru_cache(maxsize=64)
def whole_cells(zone: Zone, cell_mm: Mm) -> NDArray[np.bool_]:
    """Which square cells, counted from the lower left, lie wholly in the zone: an array of rows, then columns."""
    columns, rows = int(zone.width_mm / cell_mm + 1e-9), int(zone.height_mm / cell_mm + 1e-9)
    if zone.is_rectangle:
        return np.ones((rows, columns), dtype=np.bool_)
    x: Floats = zone.left + (np.arange(columns, dtype=np.float64) + 0.5) * cell_mm
    y: Floats = zone.bottom + (np.arange(rows, dtype=np.float64) + 0.5) * cell_mm
    cells = zone.contains(*np.meshgrid(x, y))
    for (xa, ya), (xb, yb) in edges(zone):
        touched = _touched(xa, ya, xb, yb, x, y, cell_mm / 2)
        cells &= ~touched
    cells.setflags(write=False)
    return cells


def _touched(xa: Mm, ya: Mm, xb: Mm, yb: Mm, x: Floats, y: Floats, half: Mm) -> NDArray[np.bool_]:
    """Which cells with centres x, y an edge passes through: no axis of edge and cell keeps them apart."""
    slack = half - 1e-9
    in_x = (x + slack > min(xa, xb)) & (x - slack < max(xa, xb))
    in_y = (y + slack > min(ya, yb)) & (y - slack < max(ya, yb))
    touched = np.zeros((y.size, x.size), dtype=np.bool_)
    columns, rows = np.flatnonzero(in_x), np.flatnonzero(in_y)
    if columns.size and rows.size:
        nx, ny = yb - ya, xa - xb
        away = np.abs(nx * (x[columns][None, :] - xa) + ny * (y[rows][:, None] - ya))
        touched[np.ix_(rows, columns)] = away < slack * (abs(nx) + abs(ny))
    return touched


def _closed(ring: Ring, said: str) -> Ring:
    corners = tuple((float(x), float(y)) for x, y in ring)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    if not np.isfinite(np.array(corners)).all():
        raise PuncturesError("zone", f"A corner of the {said} of the zone is not a number.")
    if len(corners) < 3:
        raise PuncturesError(
            "zone", f"The {said} of the zone has {len(corners)} corners: it needs at least 3."
        )
    if any(a == b for a, b in zip(corners, corners[1:] + corners[:1], strict=True)):
        raise PuncturesError("zone", f"The {said} of the zone names the same corner twice running.")
    return corners


def _signed_area(ring: Ring) -> float:
    x, y = np.array(ring).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _is_flat(ring: Ring) -> bool:
    (xa, ya), (xb, yb) = ring[0], ring[1]
    return all((xb - xa) * (y - ya) == (yb - ya) * (x - xa) for x, y in ring[2:])


def _check_crossings(rings: tuple[Ring, ...]) -> None:
    starts = np.array([corner for ring in rings for corner in ring])
    ends = np.array([corner for ring in rings for corner in ring[1:] + ring[:1]])
    number = np.concatenate([np.full(len(ring), i) for i, ring in enumerate(rings)])
    order = np.concatenate([np.arange(len(ring)) for ring in rings])
    for i in range(len(starts)):
        later = np.arange(i + 1, len(starts))
        same = number[later] == number[i]
        size = len(rings[number[i]])
        gap = (order[later] - order[i]) % size
        neighbour = same & ((gap == 1) | (gap == size - 1))
        crossed = _meet(starts[i], ends[i], starts[later], ends[later]) & ~neighbour
        crossed |= neighbour & _folds_back(starts[i], ends[i], starts[later], ends[later])
        if crossed.any():
            other = later[np.argmax(crossed)]
            at = ", ".join(f"({x:g}, {y:g})" for x, y in (starts[i], starts[other]))
            raise PuncturesError(
                "zone",
                f"The outline of the zone crosses or touches itself near the edges that begin at {at}: "
                "draw it so that no two edges meet.",
            )


def _meet(a: Floats, b: Floats, c: Floats, d: Floats) -> NDArray[np.bool_]:
    """Whether the edge a-b meets each of the edges c-d, touching included."""

    def side(p: Floats, q: Floats, r: Floats) -> Floats:
        turn: Floats = np.sign(
            (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1])
            - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])
        )
        return turn

    apart = (
        (np.maximum(a, b) < np.minimum(c, d)).any(axis=-1)
        | (np.maximum(c, d) < np.minimum(a, b)).any(axis=-1)
        | (side(a, b, c) * side(a, b, d) > 0)
        | (side(c, d, a) * side(c, d, b) > 0)
    )
    met: NDArray[np.bool_] = ~apart
    return met


def _folds_back(a: Floats, b: Floats, c: Floats, d: Floats) -> NDArray[np.bool_]:
    """Whether an edge runs back along the neighbour it shares a corner with."""
    one, two = b - a, d - c
    flat = one[0] * two[:, 1] - one[1] * two[:, 0] == 0
    folded: NDArray[np.bool_] = flat & (one[0] * two[:, 0] + one[1] * two[:, 1] < 0)
    return folded


def _winds(ring: Ring, point: tuple[Mm, Mm]) -> bool:
    x, y = point
    inside = False
    for (xa, ya), (xb, yb) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ya <= y) != (yb <= y) and x < xa + (y - ya) * (xb - xa) / (yb - ya):
            inside = not inside
    return inside
