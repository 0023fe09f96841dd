"""The scars of the demonstration's patients: the concerns they come with, and the single marks on their cheeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from needlework.clinic.actions import lesions, treatments
from needlework.clinic.actions.treatments import AreaDone
from needlework.clinic.models import Course, DeviceModel, Patient, Treatment

from . import founding, lives
from .house import House

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


def treat(house: House, course: Course, *, by: str, at: datetime, pain: int) -> Treatment:
    """A whole treatment in which the roller is followed by a stamp, pressed on each marked scar."""
    who, minute = house.as_(by), timedelta(minutes=1)
    treatment = lives.prepare(house, course, by=by, at=at)
    begin = at + 70 * minute
    lives.needle(house, treatment, by=by, at=begin)
    stamp = DeviceModel.objects.get(code="derma-stamp")
    unit = founding.next_unit(house, stamp, site=treatment.site, on=at.date())
    use = treatments.use_device(
        treatment=treatment, unit=unit, scanned=unit.scanned, by=who, at=begin + 18 * minute
    )
    treatments.witness_packet(
        use=use, witness="seen", witnessed_by=treatment.patient.name, by=who, at=begin + 19 * minute
    )
    for area in ("cheek-left", "cheek-right"):
        presses = [
            (lesion, 6 if lesion.kind == "ice-pick" else 4)
            for lesion in treatment.patient.lesions.filter(area=area, voided_at=None)
        ]
        done = AreaDone(
            area=area,
            indication="atrophic-acne-scars",
            needle_mm=Decimal("1.5"),
            passes=max(count for _lesion, count in presses),
            presses=presses,
            endpoint="pinpoint-bleeding",
            device_use=use,
        )
        treatments.treat_areas(treatment=treatment, areas=[done], by=who, at=begin + 22 * minute)
    treatment = treatments.finish(treatment=treatment, by=who, at=begin + 26 * minute)
    lives.wind_down(house, treatment, by=by, pain=pain, at=begin + 28 * minute)
    return treatment
