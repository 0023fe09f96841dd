"""What a puncture field amounts to: density, evenness on several scales, coverage, and how often a spot is hit again.

Evenness: the skin is cut into square cells, and the counts of those which lie wholly in the zone are compared with
the count that the plan expects. Small cells show the needles of the drum, cells of 20 mm the strokes of the hand.
"""

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from needlework.skin.punctures import engines, fields, formulas
from needlework.skin.punctures.fields import Field
from needlework.skin.punctures.formulas import MM2_PER_CM2, PuncturesError, positive, whole
from needlework.skin.punctures.heads import Head
from needlework.skin.punctures.kernels import Counts, Engine, Floats
from needlework.skin.punctures.strokes import DEFAULT, STAR, Hand
from needlework.skin.punctures.zones import Zone, whole_cells
from needlework.skin.units import Degrees, Mm, PerCm2

CELLS_MM: Final[tuple[int, ...]] = (1, 5, 10, 20)
NEAR_MM: Final[tuple[Mm, ...]] = (0.25, 0.5, 1.0)
LOW_SHARE: Final = 0.8
QUERIES: Final = 50_000


@dataclass(frozen=True, slots=True)
class Grid:
    """Counts in square cells that lie wholly in the zone.

    `cv` is the root mean square deviation from the expected count, over the expected count; `fano` the variance over
    the mean, 1 for pure chance; `p5` and `p95` hold nine cells of ten between them. `below_80_share` is the share of
    cells under four fifths of the target.
    """

    cell_mm: int
    cells: int
    mean: float
    cv: float
    fano: float
    p5: float
    p95: float
    below_80_share: float


@dataclass(frozen=True, slots=True)
class Measures:
    """One field, measured. A grid is missing where no cell of its size fits into the zone."""

    n: int
    density_per_cm2: PerCm2
    grids: Mapping[int, Grid]
    coverage: Mapping[Mm, float]
    rehit_last_pass: Mapping[Mm, float]
    seed: int


def measure(
    field: Field,
    *,
    target_per_cm2: PerCm2 | None = None,
    coverage_mm: Sequence[Mm] = NEAR_MM,
    rehit_mm: Sequence[Mm] = (0.25,),
    queries: int = QUERIES,
) -> Measures:
    """Everything about a field. The target is what the plan would give edge to edge, unless another is given."""
    grids = measure_grids(
        grid_of(field),
        field.zone,
        expected_per_cm2=field.expected_per_cm2 or field.density_per_cm2,
        target_per_cm2=target_per_cm2 or field.planned_per_cm2 or field.density_per_cm2,
    )
    last = len(field.pass_counts)
    return Measures(
        n=field.n,
        density_per_cm2=field.density_per_cm2,
        grids=grids,
        coverage=coverage(field, coverage_mm, queries=queries) if coverage_mm else {},
        rehit_last_pass={near: rehit(field, last, near) for near in rehit_mm},
        seed=field.seed,
    )


def simulate_grids(
    head: Head,
    zone: Zone,
    passes: int,
    *,
    hand: Hand = DEFAULT,
    directions: Sequence[Degrees] = STAR,
    pitch_mm: Mm | None = None,
    seed: int = 0,
    engine: Engine = "numpy",
    target_per_cm2: PerCm2 | None = None,
) -> Measures:
    """Density and grids of the field `simulate` would give, without holding its points; no coverage, no re-hit."""
    counts = _empty_grid(zone)
    n = 0
    for run in fields.runs_of(head, zone, passes, hand, directions, pitch_mm, seed, engine):
        engines.tally(run, zone.left, zone.bottom, counts, engine)
        n += run.total
    planned = formulas.density(head.per_pass, passes)
    grids = measure_grids(
        _folded(counts),
        zone,
        expected_per_cm2=planned * (head.width_mm / (pitch_mm or head.width_mm)),
        target_per_cm2=target_per_cm2 or planned,
    )
    return Measures(
        n=n, density_per_cm2=n / zone.area_cm2, grids=grids, coverage={}, rehit_last_pass={}, seed=seed
    )


def grid_of(field: Field) -> Counts:
    """Counts in cells of 1 mm over the box around the zone: rows from the bottom, columns from the left."""
    counts = _empty_grid(field.zone)
    engines.count_points(field.xy[0], field.xy[1], field.zone.left, field.zone.bottom, counts)
    return _folded(counts)


def measure_grids(
    counts_1mm: Counts,
    zone: Zone,
    *,
    expected_per_cm2: PerCm2,
    target_per_cm2: PerCm2,
    cells_mm: Sequence[int] = CELLS_MM,
) -> Mapping[int, Grid]:
    """The grids of one field from its counts per mm², by the size of the cell [mm]."""
    found: dict[int, Grid] = {}
    fine, fine_mm = counts_1mm, 1
    for size in sorted(cells_mm):
        inside = whole_cells(zone, float(size))
        if not inside.size or not inside.any():
            continue
        if size % fine_mm:
            fine, fine_mm = counts_1mm, 1
        fine, fine_mm = _coarser(fine, size // fine_mm, inside.shape), size
        counts = fine.ravel() if zone.is_rectangle else fine[inside]
        found[size] = _grid(counts, size, expected_per_cm2, target_per_cm2)
    return MappingProxyType(found)


def _coarser(counts: NDArray[Any], times: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Sums over blocks of cells, cut to a number of rows and columns."""
    rows, columns = shape
    cut = counts[: rows * times, : columns * times]
    if times == 1:
        return cut
    # Few long additions are faster than many short ones.
    strips = cut.reshape(rows, times, -1).sum(axis=1, dtype=np.int32)
    sums: NDArray[Any] = strips[:, ::times].copy()
    for k in range(1, times):
        sums += strips[:, k::times]
    return sums


def _grid(counts: NDArray[Any], size: int, expected_per_cm2: PerCm2, target_per_cm2: PerCm2) -> Grid:
    # Counts are small whole numbers, so their histogram holds all, and costs one walk over the cells.
    cells = np.bincount(counts)
    value = np.arange(cells.size, dtype=np.float64)
    share = cells / counts.size
    mean = float(value @ share)
    expected = expected_per_cm2 / MM2_PER_CM2 * size**2
    target = target_per_cm2 / MM2_PER_CM2 * size**2
    below = np.cumsum(share)
    return Grid(
        cell_mm=size,
        cells=int(counts.size),
        mean=mean,
        cv=math.sqrt(float((value - expected) ** 2 @ share)) / expected,
        fano=float((value - mean) ** 2 @ share) / mean if mean else 0.0,
        p5=float(np.searchsorted(below, 0.05 - 1e-12)),
        p95=float(np.searchsorted(below, 0.95 - 1e-12)),
        below_80_share=float(share[value < LOW_SHARE * target].sum()),
    )


def strip_cv(field: Field, strip_mm: int = 5) -> tuple[float, float]:
    """How uneven strips of the zone are, from left to right and from bottom to top: spread over mean.

    A single direction of rolling shows as a large difference between the two. Only cells that lie wholly in the zone
    count. Raises `PuncturesError` where the zone has no room for two strips.
    """
    whole("strip_mm", strip_mm, "width of a strip", 1000)
    inside = whole_cells(field.zone, float(strip_mm))
    if min(np.count_nonzero(inside.any(axis=axis)) for axis in (0, 1)) < 2:
        raise PuncturesError("zone", f"The area has no room for two strips of {strip_mm} mm.")
    counts = _coarser(grid_of(field), strip_mm, inside.shape) * inside
    found = []
    for axis in (0, 1):
        cells = inside.sum(axis=axis)
        strips = counts.sum(axis=axis)[cells > 0] / cells[cells > 0]
        found.append(float(strips.std() / strips.mean()))
    return found[0], found[1]


def coverage(
    field: Field, within_mm: Sequence[Mm] = NEAR_MM, *, queries: int = QUERIES
) -> Mapping[Mm, float]:
    """Share of the zone within each distance [mm] of some puncture, by about `queries` evenly strewn probes."""
    for near in within_mm:
        positive("within_mm", near, "distance", "mm")
    whole("queries", queries, "number of probes", 100_000_000)
    zone = field.zone
    side = math.sqrt(zone.area_mm2 / queries)
    columns, rows = max(1, math.ceil(zone.width_mm / side)), max(1, math.ceil(zone.height_mm / side))
    # A stream of its own, so that measuring a field does not depend on how it was drawn.
    jitter = np.random.Generator(np.random.PCG64([field.seed, 1])).random((2, rows, columns))
    x = (zone.left + (np.arange(columns) + jitter[0]) * (zone.width_mm / columns)).ravel()
    y = (zone.bottom + (np.arange(rows)[:, None] + jitter[1]) * (zone.height_mm / rows)).ravel()
    if not zone.is_rectangle:
        inside = zone.contains(x, y)
        x, y = x[inside], y[inside]
    if field.n == 0 or x.size == 0:
        return dict.fromkeys(within_mm, 0.0)
    away = _nearest(field.xy, np.stack([x, y]), max(within_mm))
    return {near: float(np.count_nonzero(away <= near) / x.size) for near in within_mm}


def rehit(field: Field, pass_number: int, within_mm: Mm = 0.25) -> float:
    """Share of the punctures of one pass that lie within a distance [mm] of one of an earlier pass."""
    whole("pass_number", pass_number, "number of the pass", len(field.pass_counts))
    positive("within_mm", within_mm, "distance", "mm")
    before, now = field.before_pass(pass_number), field.of_pass(pass_number)
    if before.shape[1] == 0 or now.shape[1] == 0:
        return 0.0
    away = _nearest(before, now, within_mm)
    return float(np.count_nonzero(away <= within_mm) / now.shape[1])


def _nearest(points: Floats, queries: Floats, bound_mm: Mm) -> Floats:
    """The distance to the nearest point [mm], infinite beyond the bound."""
    # Imported here: it takes longer to load than most fields take to draw.
    tree_of: Any = importlib.import_module("scipy.spatial").cKDTree
    tree = tree_of(points.T, balanced_tree=False, compact_nodes=False)
    away: Floats = tree.query(queries.T, distance_upper_bound=bound_mm * (1 + 1e-9))[0]
    return away


def _empty_grid(zone: Zone) -> Counts:
    rows, columns = math.ceil(zone.height_mm) + 1, math.ceil(zone.width_mm) + 1
    if rows * columns > 400_000_000:
        raise PuncturesError("zone", "The area is larger than 400 m²: that is no piece of skin.")
    return np.zeros((rows, columns), dtype=np.int32)


def _folded(counts: Counts) -> Counts:
    counts[-2] += counts[-1]
    counts[:, -2] += counts[:, -1]
    return counts[:-1, :-1]
