"""Packets that were used: what a recall has to find again."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from needlework.clinic.models import Clinic, DeviceUnit, DeviceUse, Patient, Site, TreatmentArea
from needlework.clinic.rules import notices

from . import care, people, room
from .people import NOW

LOT = "KX77"


def used(
    of: Clinic,
    *,
    lot: str = LOT,
    patient: Patient | None = None,
    at: Site | None = None,
    when: datetime = NOW - timedelta(days=30),
    unit: DeviceUnit | None = None,
    **facts: object,
) -> DeviceUse:
    """One packet of a lot, opened for a patient and used on the left cheek; the treatment is over."""
    patient = patient or people.patient(of)
    treatment = care.treatment(
        care.plan(patient),
        at=at or people.site(of),
        opened_at=when,
        started_at=when,
        started_by="Practitioner",
        finished_at=when + timedelta(hours=1),
        finished_by="Practitioner",
    )
    unit = unit or room.unit(treatment.site, lot=lot, **facts)
    DeviceUnit.objects.filter(pk=unit.pk).update(opened_at=when, opened_by="Practitioner")
    use = DeviceUse.objects.create(
        clinic=of,
        treatment=treatment,
        unit=unit,
        patient=patient,
        lot=unit.lot,
        di=unit.di,
        used_at=when,
        used_by="Practitioner",
    )
    TreatmentArea.objects.create(
        clinic=of,
        treatment=treatment,
        patient=patient,
        device_use=use,
        area="cheek-left",
        indication="atrophic-acne-scars",
        needle_mm=Decimal("1.5"),
        passes=8,
        treated_at=when,
        treated_by="Practitioner",
    )
    return use


def notice(**changed: object) -> dict[str, object]:
    """What a notice says; it names one lot."""
    lot = changed.pop("lot", LOT)
    return {
        "reference": "FSN-2026-014",
        "sender": "Dermaroller GmbH",
        "reason": "The seal of some packets may have opened on the way.",
        "received_at": NOW - timedelta(hours=2),
        "lines": [notices.Line(lot=str(lot))],
        "at": NOW,
        **changed,
    }
