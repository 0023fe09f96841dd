"""How a roller, a stamp or a pen punctures a piece of skin: how densely, how evenly, how often twice.

`formulas` holds the closed forms. `simulate` rolls a head (`heads`) over a zone (`zones`) with a hand (`strokes`),
`press` aims a stamp at lesions; `measure` says what the field of punctures amounts to. `sample` does it for several
seeds and gives means with their standard errors.

>>> from needlework.skin import devices, punctures
>>> head = punctures.heads.of_device(devices.get("dermaroller-mf-8"), needle_mm=1.5)
>>> field = punctures.simulate(head, punctures.rectangle(200, 250), passes=15, seed=1)
>>> field.points.shape == (field.n, 2), round(field.expected_per_cm2)
(True, 229)
"""

from needlework.skin.punctures import formulas, heads
from needlework.skin.punctures.fields import Field, density_near, press, simulate
from needlework.skin.punctures.formulas import PuncturesError
from needlework.skin.punctures.heads import Head, StampHead
from needlework.skin.punctures.kernels import Engine, check_engine
from needlework.skin.punctures.measures import (
    Grid,
    Measures,
    coverage,
    grid_of,
    measure,
    rehit,
    simulate_grids,
    strip_cv,
)
from needlework.skin.punctures.samples import Figure, PressSample, Sample, press_once, sample, sample_presses
from needlework.skin.punctures.strokes import DEFAULT, PERFECT, STAR, Hand
from needlework.skin.punctures.zones import Zone, polygon, rectangle

__all__ = [
    "DEFAULT",
    "PERFECT",
    "STAR",
    "Engine",
    "Field",
    "Figure",
    "Grid",
    "Hand",
    "Head",
    "Measures",
    "PressSample",
    "PuncturesError",
    "Sample",
    "StampHead",
    "Zone",
    "check_engine",
    "coverage",
    "density_near",
    "formulas",
    "grid_of",
    "heads",
    "measure",
    "polygon",
    "press",
    "press_once",
    "rectangle",
    "rehit",
    "sample",
    "sample_presses",
    "simulate",
    "simulate_grids",
    "strip_cv",
]
