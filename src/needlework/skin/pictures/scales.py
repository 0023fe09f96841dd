"""Scales of pictures: what two pictures share that are to be compared."""

import math
from dataclasses import dataclass

from needlework.skin.units import Mm, PerCm2


@dataclass(frozen=True, slots=True)
class Scale:
    """How far each picture reaches; what is None, a picture chooses for itself."""

    density_per_cm2: PerCm2 | None = None
    window_mm: Mm | None = None
    passes: int | None = None
    depth_mm: Mm | None = None


def nice(value: float) -> float:
    """The next round figure from here up, for the end of a scale.

    >>> [nice(value) for value in (0.7, 3, 61, 229, 1080)]
    [1.0, 3.0, 80.0, 300.0, 1500.0]
    """
    if value <= 0:
        return 1.0
    ten = 10.0 ** math.floor(math.log10(value))
    return next(
        step * ten for step in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0, 10.0) if step * ten >= value * (1 - 1e-9)
    )
