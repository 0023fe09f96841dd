"""Quantities by name, so that a signature says its unit, and the units which a column of a table may carry.

The names are plain floats: they document, they do not convert. Whoever has micrometres divides by 1000.
"""

from typing import Final, TypeAlias

Mm: TypeAlias = float
"""Length, depth [mm]."""
Cm2: TypeAlias = float
"""Area of skin [cm²]."""
PerCm2: TypeAlias = float
"""Punctures per area of skin [1/cm²]."""
Mg: TypeAlias = float
"""Mass of a drug substance [mg]."""
Gram: TypeAlias = float
"""Mass of a product as it is squeezed from the tube [g]."""
Kg: TypeAlias = float
"""Body weight [kg]."""
Percent: TypeAlias = float
"""Strength of a preparation [g per 100 g]."""
Minutes: TypeAlias = float
Hours: TypeAlias = float
Days: TypeAlias = float
Years: TypeAlias = float
Hz: TypeAlias = float
"""Strokes of a needle per second [1/s]."""
Degrees: TypeAlias = float
"""Angle [°]."""

SIGNS: Final[dict[str, str]] = {
    "per_cm2": "/cm²",
    "per_mm2": "/mm²",
    "mg_per_kg": "mg/kg",
    "mm_per_s": "mm/s",
    "mm": "mm",
    "cm2": "cm²",
    "cm": "cm",
    "um": "µm",
    "mg": "mg",
    "g": "g",
    "kg": "kg",
    "ml": "ml",
    "percent": "%",
    "seconds": "s",
    "minutes": "min",
    "hours": "h",
    "days": "d",
    "weeks": "weeks",
    "months": "months",
    "years": "years",
    "hz": "Hz",
    "deg": "°",
    "points": "points",
    "share": "(0 to 1)",
}
"""What a column name says, and how a page prints it. The longer names come first, as `of_column` takes the first fit."""


def of_column(name: str) -> str | None:
    """The unit which a column's name carries, as printed, or None.

    >>> of_column("needle_mm_max"), of_column("density_per_cm2"), of_column("passes")
    ('mm', '/cm²', None)
    """
    padded = f"_{name}_"
    return next((sign for unit, sign in SIGNS.items() if f"_{unit}_" in padded), None)
