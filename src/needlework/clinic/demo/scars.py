"""The scars of the demonstration's patients: the concerns they come with, and the single marks on their cheeks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from needlework.clinic.actions import lesions
from needlework.clinic.models import Patient

from .lives import House

CHEEKS = (
    ("atrophic-acne-scars", "cheek-left", "Rolling and boxcar scars"),
    ("atrophic-acne-scars", "cheek-right", "Rolling scars"),
)
MARKS = (
    ("cheek-left", "ice-pick", "0.35", "0.35"),
    ("cheek-left", "boxcar", "0.55", "0.45"),
    ("cheek-left", "rolling", "0.65", "0.65"),
    ("cheek-right", "rolling", "0.45", "0.55"),
    ("cheek-right", "pock", "0.65", "0.35"),
)


def mark(house: House, patient: Patient, *, by: str, at: datetime) -> None:
    """The practitioner marks what stands out on each cheek."""
    for area, kind, x, y in MARKS:
        lesions.mark(
            patient=patient, area=area, kind=kind, x=Decimal(x), y=Decimal(y), by=house.as_(by), at=at
        )
