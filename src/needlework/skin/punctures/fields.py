"""The puncture field: every puncture of a plan, drawn from a seed.

The same seed gives the same field: the generator is NumPy's PCG64, and what machines may differ in (the last bits of
a sine) is rounded away before it is used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from needlework.skin.punctures import engines, formulas, kernels, strokes
from needlework.skin.punctures.formulas import MM2_PER_CM2, PuncturesError, positive, whole
from needlework.skin.punctures.heads import Head, StampHead
from needlework.skin.punctures.kernels import Engine, Floats, Ints
from needlework.skin.punctures.strokes import DEFAULT, STAR, Hand, Segments
from needlework.skin.punctures.zones import Zone
from needlework.skin.units import Cm2, Degrees, Mm, PerCm2

PUNCTURES_MAX: Final = 150_000_000
"""More would not fit the memory of a small machine; `measures.tally` streams them instead."""
PASSES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Punctures in the order in which they were made.

    `xy` has the shape (2, n) [mm], read-only; `pass_counts` one entry per pass (for a stamp: per press);
    `expected_per_cm2` is the density of the closed form for the strokes as they lie (None for a stamp), and
    `planned_per_cm2` what it would be edge to edge.
    """

    xy: Floats
    pass_counts: Ints
    zone: Zone
    expected_per_cm2: PerCm2 | None
    planned_per_cm2: PerCm2 | None
    seed: int
    engine: Engine

    @property
    def n(self) -> int:
        """How many punctures."""
        return int(self.xy.shape[1])

    @property
    def points(self) -> Floats:
        """The punctures [mm], shape (n, 2)."""
        return self.xy.T

    @property
    def area_cm2(self) -> Cm2:
        """The needled area without its holes [cm²]."""
        return self.zone.area_cm2

    @property
    def density_per_cm2(self) -> PerCm2:
        """Punctures over area [1/cm²]."""
        return self.n / self.zone.area_cm2

    def of_pass(self, number: int) -> Floats:
        """The punctures of one pass, counted from 1: shape (2, k) [mm]."""
        end = int(self.pass_counts[:number].sum())
        return self.xy[:, end - int(self.pass_counts[number - 1]) : end]

    def before_pass(self, number: int) -> Floats:
        """The punctures of all passes before one, counted from 1: shape (2, k) [mm]."""
        return self.xy[:, : int(self.pass_counts[: number - 1].sum())]


def simulate(
    head: Head,
    zone: Zone,
    passes: int,
    *,
    hand: Hand = DEFAULT,
    directions: Sequence[Degrees] = STAR,
    pitch_mm: Mm | None = None,
    seed: int = 0,
    engine: Engine = "numpy",
) -> Field:
    """Roll, or glide, a head over a zone.

    Pass k goes in direction k of `directions` [°], which repeat; `pitch_mm` is the distance between neighbouring
    strokes, the width of the head if None. Raises `PuncturesError` for anything that cannot be needled so.
    """
    planned = formulas.density(head.per_pass, passes)
    expected = (
        planned
        if pitch_mm is None
        else planned * head.width_mm / positive("pitch_mm", pitch_mm, "pitch", "mm")
    )
    if expected * zone.area_cm2 > PUNCTURES_MAX:
        raise PuncturesError(
            "passes",
            f"This plan makes about {expected * zone.area_cm2:,.0f} punctures: at most {PUNCTURES_MAX:,} can be held. "
            "Take fewer passes or a smaller area.",
        )
    runs = list(runs_of(head, zone, passes, hand, directions, pitch_mm, seed, engine))
    total = sum(run.total for run in runs)
    xy = np.empty((2, total))
    done = 0
    for run in runs:
        n = run.total
        engines.write_points(run, xy[0, done : done + n], xy[1, done : done + n], engine)
        done += n
    xy.setflags(write=False)
    return Field(
        xy=xy,
        pass_counts=np.concatenate([run.pass_counts for run in runs]),
        zone=zone,
        expected_per_cm2=expected,
        planned_per_cm2=planned,
        seed=seed,
        engine=engine,
    )


def runs_of(
    head: Head,
    zone: Zone,
    passes: int,
    hand: Hand,
    directions: Sequence[Degrees],
    pitch_mm: Mm | None,
    seed: int,
    engine: Engine,
) -> Iterator[Segments]:
    """The segments of a plan, after its inputs were checked. Raises `PuncturesError`."""
    kernels.check_engine(engine)
    whole("passes", passes, "number of passes", PASSES_MAX)
    if zone.narrow_mm < head.width_mm * (1 - 1e-9):
        raise PuncturesError(
            "zone",
            f"The area is {zone.narrow_mm:g} mm across at its narrower side, less than the {head.width_mm:g} mm "
            f"of the head: choose an area of at least {head.width_mm:g} mm both ways, or a narrower device.",
        )
    pitch = head.width_mm if pitch_mm is None else positive("pitch_mm", pitch_mm, "pitch", "mm")
    if not 0.1 <= pitch <= 10 * head.width_mm:
        raise PuncturesError(
            "pitch_mm",
            f"The pitch is {pitch:g} mm: it must be 0.1 mm to ten widths of the head ({10 * head.width_mm:g} mm).",
        )
    if not directions or not all(-360 <= angle <= 360 for angle in directions):
        raise PuncturesError("directions", "Give at least one direction, in degrees from -360 to 360.")
    return strokes.draw(
        head,
        zone,
        passes=passes,
        hand=hand,
        directions=tuple(float(angle) for angle in directions),
        pitch_mm=pitch,
        rng=generator(seed),
        engine=engine,
    )


def generator(seed: int) -> np.random.Generator:
    """The generator of a seed. Raises `PuncturesError` for one that is none."""
    if isinstance(seed, bool) or int(seed) != seed or not 0 <= seed < 2**63:
        raise PuncturesError("seed", f"The seed is {seed}: it must be a whole number from 0 to 2^63 - 1.")
    return np.random.Generator(np.random.PCG64(int(seed)))


def press(
    head: StampHead,
    zone: Zone,
    lesions_mm: Sequence[tuple[Mm, Mm]],
    presses: int,
    *,
    sigma_mm: Mm,
    seed: int = 0,
) -> Field:
    """Press a stamp onto lesions, `presses` times onto each, aimed with a spread of `sigma_mm` along each axis.

    Each press is turned at random; punctures outside the zone are not made. Raises `PuncturesError`, also for a
    lesion outside the zone.
    """
    whole("presses", presses, "number of presses", 10_000)
    formulas.spread(sigma_mm)
    if zone.narrow_mm < head.head_mm:
        raise PuncturesError(
            "zone",
            f"The area is {zone.narrow_mm:g} mm across at its narrower side, less than the {head.head_mm:g} mm "
            "of the head: choose a larger area or a smaller head.",
        )
    aims = np.array(lesions_mm, dtype=np.float64).reshape(-1, 2)
    if not len(aims):
        raise PuncturesError("lesions", "Mark at least one lesion to press the stamp on.")
    inside = zone.contains(aims[:, 0], aims[:, 1])
    if not inside.all():
        x, y = aims[np.argmin(inside)]
        raise PuncturesError("lesions", f"The lesion at ({x:g}, {y:g}) mm lies outside the area.")
    rng = generator(seed)
    centres = np.repeat(aims, presses, axis=0)
    centres += rng.standard_normal(centres.shape) * sigma_mm
    turn = rng.random((len(centres), 1)) * (2 * np.pi)
    needles = np.array(head.needles_mm)
    c, s = np.cos(turn), np.sin(turn)
    x = centres[:, :1] + c * needles[:, 0] - s * needles[:, 1]
    y = centres[:, 1:] + s * needles[:, 0] + c * needles[:, 1]
    made = zone.contains(x, y)
    xy = np.stack([x[made], y[made]])
    xy.setflags(write=False)
    return Field(
        xy=xy,
        pass_counts=made.sum(axis=1).astype(np.int64),
        zone=zone,
        expected_per_cm2=None,
        planned_per_cm2=None,
        seed=seed,
        engine="numpy",
    )


def density_near(field: Field, spot_mm: tuple[Mm, Mm], radius_mm: Mm) -> PerCm2:
    """Punctures within a disc about a spot, over the disc's area [1/cm²]; the disc is taken to lie in the zone."""
    positive("radius_mm", radius_mm, "radius", "mm")
    away: NDArray[np.float64] = np.hypot(field.xy[0] - spot_mm[0], field.xy[1] - spot_mm[1])
    return float(MM2_PER_CM2 * np.count_nonzero(away <= radius_mm) / (np.pi * radius_mm**2))
