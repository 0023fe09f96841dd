"""The treatment room: packets in the drawer, and a treatment with everything in place to start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from needlework.clinic.models import (
    Clinic,
    DeviceModel,
    DeviceUnit,
    Patient,
    Plan,
    ProductBatch,
    Reconfirmation,
    Site,
    Staff,
    Treatment,
)
from needlework.clinic.who import Actor

from . import care, people
from .people import NOW

_n = count(1)
IN_DATE = date(2028, 5, 31)
EXPIRED = date(2026, 5, 3)


def unit(at: Site, model: DeviceModel | None = None, **facts: object) -> DeviceUnit:
    """One sealed packet in the drawer, without a serial number."""
    return DeviceUnit.objects.create(
        **{
            "clinic": at.clinic,
            "site": at,
            "model": model or care.device_model(),
            "lot": f"LOT{next(_n)}",
            "expires_on": IN_DATE,
            "received_at": NOW - timedelta(days=20),
            **facts,
        }
    )


def batch(at: Site, **facts: object) -> ProductBatch:
    """Three tubes of numbing cream in the cupboard: the batch of CREAM."""
    return ProductBatch.objects.create(
        **{
            "clinic": at.clinic,
            "site": at,
            "product": "emla",
            "batch": "E77",
            "expires_on": IN_DATE,
            "containers": 3,
            "received_at": NOW - timedelta(days=20),
            "received_by": "Front desk",
            **facts,
        }
    )


@dataclass
class Room:
    """Everything that stands ready for one treatment."""

    clinic: Clinic
    site: Site
    staff: Staff
    by: Actor
    patient: Patient
    plan: Plan
    treatment: Treatment
    unit: DeviceUnit


def ready(
    *,
    areas: tuple[str, ...] = ("cheek-left",),
    staff: Staff | None = None,
    of: Clinic | None = None,
    at: datetime = NOW,
    reconfirmed: bool = True,
    agreed: bool = True,
    **plan_facts: object,
) -> Room:
    """A treatment which lacks nothing but its packet: history, consultation, plan, consent, both halves of today."""
    clinic = of or (staff.clinic if staff is not None else people.clinic())
    approved(clinic)
    site = people.site(clinic)
    staff = staff or people.staff(clinic)
    patient = people.patient(clinic, skin_type=2)
    history = care.history(patient)
    held = care.consultation(patient, staff, areas=areas)
    plan = care.plan(care.course(patient, held), areas=areas, **plan_facts)
    treatment = care.treatment(plan, staff, site, opened_at=at)
    consent = care.consent(plan)
    if agreed:
        care.confirmed(treatment, consent, by=staff, at=at)
    if reconfirmed:
        Reconfirmation.objects.create(
            clinic=clinic,
            history=history,
            treatment=treatment,
            examination={},
            confirmed_at=at,
            confirmed_by=staff.name,
        )
    return Room(clinic, site, staff, people.acting(staff), patient, plan, treatment, unit(site))


def approved(clinic: Clinic) -> None:
    """The shipped pack, approved by the clinic's medical lead."""
    from needlework.clinic.models import PackApproval
    from needlework.clinic.rules.screenings import pack_of

    pack = pack_of(clinic)
    if not PackApproval.objects.filter(clinic=clinic).exists():
        PackApproval.objects.create(
            clinic=clinic,
            version=pack.version,
            content_hash=pack.content,
            approved_at=NOW - timedelta(days=90),
            approved_by="Medical lead",
            registration_number="GMC 1234567",
        )


CREAM: dict[str, object] = {
    "product": "emla",
    "batch": "E77",
    "expires_on": date(2027, 6, 30),
    "grams": Decimal(9),
    "area_cm2": Decimal(60),
    "weight_kg": Decimal(64),
    "minutes": 60,
}
