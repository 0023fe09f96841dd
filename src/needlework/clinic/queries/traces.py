"""From a lot to its patients: how many, the first of them, or all, with where and when each was treated.

These are the look-ups which `make bench-recall` measures. They read the index `patients_of_a_lot` and nothing else
until they know whom to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from needlework.clinic.models import DeviceUnit, DeviceUse, Patient, TreatmentArea
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.who import Actor

PAGE = 100


@dataclass(frozen=True, slots=True)
class Use:
    """One packet used on one patient. The clinical facts are empty for who may not see them."""

    patient_id: int
    lot: str
    serial: str
    used_at: datetime
    site: str
    practitioner: str
    treatment: UUID
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """One patient on whom packets of the lot were used, and each of these uses, oldest first."""

    patient: Patient
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """Where the packets of a lot stand."""

    total: int
    in_stock: int  # in the drawer and free
    quarantined: int  # in the drawer and set aside, by a recall or by somebody
    recalled: int  # of these, by an open recall
    used: int
    discarded: int


def spellings(text: str) -> tuple[str, ...]:
    """A lot or serial number as it is printed, and as people type it."""
    return tuple({text.strip(), text.strip().upper(), text.strip().lower()})


def uses(by: Actor, *, lot: str, di: str = "", serial: str = "") -> QuerySet[DeviceUse]:
    """Packets of a lot that were opened for somebody. What was never scanned may have any identifier or serial."""
    rows = DeviceUse.objects.filter(clinic_id=by.clinic_id, lot__in=spellings(lot), returned_at=None)
    if di:
        rows = rows.filter(di__in=(di, ""))
    if serial:
        rows = rows.filter(Q(unit__serial__in=spellings(serial)) | Q(unit__serial=""))
    return rows


def count(by: Actor, *, lot: str, di: str = "", serial: str = "") -> int:
    """How many patients a lot was used on, exactly. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    return uses(by, lot=lot, di=di, serial=serial).values("patient_id").distinct().count()


def first(
    by: Actor, *, lot: str, di: str = "", serial: str = "", after: int = 0, most: int = PAGE
) -> list[Traced]:
    """Patients of a lot in the order of their registration; `after` goes on behind that one. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    rows = uses(by, lot=lot, di=di, serial=serial)
    wanted = rows.filter(patient_id__gt=after).order_by("patient_id").values_list("patient_id", flat=True)
    ids = list(wanted.distinct()[:most])
    return told(by, rows.filter(patient_id__in=ids))


def everyone(by: Actor, *, lot: str, di: str = "", serial: str = "") -> list[Traced]:
    """All patients of a lot. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    return told(by, uses(by, lot=lot, di=di, serial=serial))


def told(by: Actor, rows: QuerySet[DeviceUse]) -> list[Traced]:
    """Uses with what is known of them, patient by patient. Without SEE_RECORD nobody learns what was done."""
    sees = may(by, Act.SEE_RECORD)
    areas: dict[int, list[str]] = {}
    if sees:
        done = TreatmentArea.objects.filter(voided_at=None, device_use__in=rows.values("pk")).order_by("pk")
        for use_id, area in done.values_list("device_use_id", "area"):
            areas.setdefault(use_id, []).append(area)
    facts = rows.order_by("patient_id", "used_at", "pk").values_list(
        "pk",
        "patient_id",
        "lot",
        "unit__serial",
        "used_at",
        "treatment__site__name",
        "treatment__practitioner__name",
        "treatment__public_id",
    )
    found: dict[int, list[Use]] = {}
    for pk, patient, lot, serial, used_at, site, practitioner, treatment in facts:
        found.setdefault(patient, []).append(
            Use(patient, lot, serial, used_at, site, practitioner if sees else "", treatment,
                tuple(dict.fromkeys(areas.get(pk, ()))))
        )  # fmt: skip
    people = _patients(rows, list(found))
    return [Traced(people[patient], tuple(several)) for patient, several in found.items()]


def _patients(rows: QuerySet[DeviceUse], ids: Sequence[int]) -> dict[int, Patient]:
    """Those of whom a contact list speaks, with the columns it shows."""
    everybody = Patient.objects.all()
    few = len(ids) <= PAGE
    wanted = everybody.filter(pk__in=ids) if few else everybody.filter(pk__in=rows.values("patient_id"))
    columns = ("public_id", "number", "given_name", "family_name", "phone", "email", "address", "postcode")
    return {patient.pk: patient for patient in wanted.only(*columns)}


def units(by: Actor, *, lot: str, di: str = "", serial: str = "") -> Units:
    """Where the packets of a lot stand. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = DeviceUnit.objects.filter(clinic_id=by.clinic_id, lot__in=spellings(lot))
    if di:
        rows = rows.filter(di__in=(di, ""))
    if serial:
        rows = rows.filter(Q(serial__in=spellings(serial)) | Q(serial=""))
    return standing(rows)


def standing(rows: QuerySet[DeviceUnit]) -> Units:
    """These packets, counted by where they stand."""
    here = Q(opened_at=None, discarded_at=None)
    return Units(
        **rows.aggregate(
            total=Count("pk"),
            in_stock=Count("pk", filter=here & Q(quarantined_at=None)),
            quarantined=Count("pk", filter=here & Q(quarantined_at__isnull=False)),
            recalled=Count("pk", filter=here & Q(recall__isnull=False)),
            used=Count("pk", filter=Q(opened_at__isnull=False)),
            discarded=Count("pk", filter=Q(opened_at=None, discarded_at__isnull=False)),
        )
    )
