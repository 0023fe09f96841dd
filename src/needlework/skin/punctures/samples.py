"""The same plan drawn several times: each figure as a mean with its standard error."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from needlework.skin.punctures import fields, formulas, measures
from needlework.skin.punctures.fields import Field
from needlework.skin.punctures.formulas import whole
from needlework.skin.punctures.heads import Head, StampHead
from needlework.skin.punctures.kernels import Engine
from needlework.skin.punctures.measures import NEAR_MM, QUERIES, Measures
from needlework.skin.punctures.strokes import DEFAULT, STAR, Hand
from needlework.skin.punctures.zones import Zone, rectangle
from needlework.skin.units import Degrees, Mm, PerCm2

DISC_MM: Final[Mm] = 1.0
"""The radius of the disc about a lesion's middle in which a stamp's punctures are counted [mm]."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over seeds and its standard error, which one seed alone cannot give."""

    mean: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A plan over several seeds. A figure is None where the zone has no room for a cell of that size."""

    seed: int
    seeds: int
    n: Figure
    density_per_cm2: Figure
    density_closed_form_per_cm2: PerCm2
    cv_5mm: Figure | None
    cv_10mm: Figure | None
    cv_20mm: Figure | None
    fano_1mm: Figure | None
    coverage: dict[Mm, Figure]
    rehit_last_pass: dict[Mm, Figure]
    share_5mm_below_80pct: Figure | None


@dataclass(frozen=True, slots=True)
class PressSample:
    """A stamp on one lesion over several seeds."""

    seed: int
    seeds: int
    n: int
    density_centre_per_cm2: Figure
    density_closed_form_per_cm2: PerCm2
    disc_mm: Mm


def sample(
    head: Head,
    zone: Zone,
    passes: int,
    *,
    hand: Hand = DEFAULT,
    directions: Sequence[Degrees] = STAR,
    pitch_mm: Mm | None = None,
    seed: int = 0,
    seeds: int = 1,
    engine: Engine = "numpy",
    target_per_cm2: PerCm2 | None = None,
    coverage_mm: Sequence[Mm] = NEAR_MM,
    rehit_mm: Sequence[Mm] = (0.25,),
    queries: int = QUERIES,
    after_each: Callable[[int], None] | None = None,
) -> Sample:
    """Draw a plan with the seeds `seed`, `seed + 1`, ... and measure each field.

    `after_each` is told how many are done, for a progress bar. Raises `PuncturesError`.
    """
    whole("seeds", seeds, "number of seeds", 100_000)
    drawn: list[Measures] = []
    for i in range(seeds):
        if coverage_mm or rehit_mm:
            field = fields.simulate(
                head,
                zone,
                passes,
                hand=hand,
                directions=directions,
                pitch_mm=pitch_mm,
                seed=seed + i,
                engine=engine,
            )
            drawn.append(
                measures.measure(
                    field,
                    target_per_cm2=target_per_cm2,
                    coverage_mm=coverage_mm,
                    rehit_mm=rehit_mm,
                    queries=queries,
                )
            )
        else:
            drawn.append(
                measures.simulate_grids(
                    head,
                    zone,
                    passes,
                    hand=hand,
                    directions=directions,
                    pitch_mm=pitch_mm,
                    seed=seed + i,
                    engine=engine,
                    target_per_cm2=target_per_cm2,
                )
            )
        if after_each is not None:
            after_each(i + 1)

    def over(size: int, name: str) -> Figure | None:
        if size not in drawn[0].grids:
            return None
        return figure([float(getattr(one.grids[size], name)) for one in drawn])

    pitch = head.width_mm if pitch_mm is None else pitch_mm
    return Sample(
        seed=seed,
        seeds=seeds,
        n=figure([one.n for one in drawn]),
        density_per_cm2=figure([one.density_per_cm2 for one in drawn]),
        density_closed_form_per_cm2=formulas.density(
            head.per_pass, passes, width_mm=head.width_mm, pitch_mm=pitch
        ),
        cv_5mm=over(5, "cv"),
        cv_10mm=over(10, "cv"),
        cv_20mm=over(20, "cv"),
        fano_1mm=over(1, "fano"),
        coverage={near: figure([one.coverage[near] for one in drawn]) for near in coverage_mm},
        rehit_last_pass={near: figure([one.rehit_last_pass[near] for one in drawn]) for near in rehit_mm},
        share_5mm_below_80pct=over(5, "below_80_share"),
    )


def sample_presses(
    head: StampHead, presses: int, *, sigma_mm: Mm, seed: int = 0, seeds: int = 1, disc_mm: Mm = DISC_MM
) -> PressSample:
    """Press a stamp onto one lesion, and count the punctures in a disc about its middle. Raises `PuncturesError`."""
    whole("seeds", seeds, "number of seeds", 1_000_000)
    drawn = []
    for i in range(seeds):
        field, middle = press_once(head, presses, sigma_mm=sigma_mm, seed=seed + i, disc_mm=disc_mm)
        drawn.append(fields.density_near(field, middle, disc_mm))
    return PressSample(
        seed=seed,
        seeds=seeds,
        n=presses * len(head.needles_mm),
        density_centre_per_cm2=figure(drawn),
        density_closed_form_per_cm2=formulas.stamp_centre_density(
            len(head.needles_mm), head.head_mm, presses, sigma_mm
        ),
        disc_mm=disc_mm,
    )


def press_once(
    head: StampHead, presses: int, *, sigma_mm: Mm, seed: int = 0, disc_mm: Mm = DISC_MM
) -> tuple[Field, tuple[Mm, Mm]]:
    """One drawing of a stamp on one lesion, and where the lesion lies in it [mm]. Raises `PuncturesError`."""
    formulas.spread(sigma_mm)
    # Room for every puncture that can count, and for the whole head.
    side = 4 * head.head_mm + 2 * disc_mm + 12 * sigma_mm
    middle = (side / 2, side / 2)
    field = fields.press(head, rectangle(side, side), [middle], presses, sigma_mm=sigma_mm, seed=seed)
    return field, middle


def figure(values: Sequence[float]) -> Figure:
    """The mean of some values, and its standard error if there are two or more.

    >>> figure([1.0, 3.0])
    Figure(mean=2.0, standard_error=1.0)
    """
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Figure(mean, None)
    spread = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return Figure(mean, math.sqrt(spread / count))
