"""From a lot to its patients: how many, the first of them, or all, with where and when each was treated.

These are the look-ups which `make bench-recall` measures. They read the index `patients_of_a_lot` and nothing else
until they know whom to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Upper

from needlework.clinic.models import (
    DeviceUnit,
    DeviceUse,
    Patient,
    Site,
    Staff,
    Treatment,
    TreatmentArea,
    any_of,
)
from needlework.clinic.models.any_of import AnyOf
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.who import Actor

from .prepared import Prepared

PAGE = 100
# Asked for five hundred rows at a time, or several times in one look-up: put together once.
_A_SPELLING = Prepared(
    lambda clinic, capitals: _packets(clinic, capitals).values_list("lot")[:1],
    by_text=True,
)
_SERIALS = Prepared(
    lambda clinic, keys: DeviceUnit.objects.filter(AnyOf(F("pk"), keys), clinic_id=clinic).values_list(
        "pk", "serial"
    ),
    by_text=True,
)
_TREATMENTS = Prepared(
    lambda clinic, keys: Treatment.objects.filter(AnyOf(F("pk"), keys), clinic_id=clinic).values_list(
        "pk", "public_id", "site_id", "practitioner_id"
    ),
    by_text=True,
)
_AREAS = Prepared(
    lambda clinic, keys: TreatmentArea.objects.filter(
        AnyOf(F("device_use_id"), keys), clinic_id=clinic, voided_at=None
    ).values_list("pk", "device_use_id", "area"),
    by_text=True,
)
_PATIENTS = Prepared(
    lambda clinic, keys: Patient.objects.filter(AnyOf(F("pk"), keys), clinic_id=clinic).values_list(
        "pk", "public_id", "number", "given_name", "family_name", "phone", "email", "address"
    ),
    by_text=True,
)
_SITES = Prepared(lambda clinic: Site.objects.filter(clinic_id=clinic).values_list("pk", "name"))
_STAFF = Prepared(lambda clinic: Staff.objects.filter(clinic_id=clinic).values_list("pk", "name"))


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
class Who:
    """One patient, as a contact list names them."""

    pk: int
    public_id: UUID
    number: str
    given_name: str
    family_name: str
    phone: str
    email: str
    address: str

    @property
    def name(self) -> str:
        """The name as it is shown."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Traced:
    """One patient on whom packets of the lot were used, and each of these uses, oldest first."""

    patient: Who
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


def written(by: Actor, lot: str) -> tuple[str, ...]:
    """Every way this lot stands on packets of the clinic: to who reads a notice, "Ab12" and "AB12" are one lot.

    Each is found by one step down an index, however many packets bear it.
    """
    capitals = lot.strip().upper()
    found = {lot.strip()}
    ones = [row[0] for row in _A_SPELLING.rows(by.clinic_id, capitals)]
    while ones:
        found.add(ones[0])
        ones = list(
            _packets(by.clinic_id, capitals).filter(lot__gt=ones[0]).values_list("lot", flat=True)[:1]
        )
    return tuple(sorted(found))


def _packets(clinic_id: int, capitals: str) -> QuerySet[DeviceUnit]:
    rows = DeviceUnit.objects.filter(clinic_id=clinic_id).alias(in_capitals=Upper("lot"))
    return rows.filter(in_capitals=capitals).order_by("lot")


def _uses(by: Actor, lots: Sequence[str], di: str, serial: str) -> QuerySet[DeviceUse]:
    """Packets of a lot that were opened for somebody. What was never scanned may have any identifier or serial."""
    rows = DeviceUse.objects.filter(clinic_id=by.clinic_id, lot__in=lots, returned_at=None)
    if di:
        rows = rows.filter(di__in=(di, ""))
    if serial:
        rows = rows.filter(Q(unit__serial__in=spellings(serial)) | Q(unit__serial=""))
    return rows


def count(by: Actor, *, lot: str, di: str = "", serial: str = "") -> int:
    """How many patients a lot was used on, exactly. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    rows = _uses(by, written(by, lot), di, serial)
    # Adding nothing keeps SQLite from walking through the uses of every patient there is.
    return int(rows.aggregate(patients=Count(F("patient_id") + 0, distinct=True))["patients"])


def first(
    by: Actor, *, lot: str, di: str = "", serial: str = "", after: int = 0, most: int = PAGE
) -> list[Traced]:
    """Patients of a lot in the order of their registration; `after` goes on behind that one. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    lots = written(by, lot)
    rows = _uses(by, lots, di, serial)
    return _told(by, rows.filter(AnyOf(F("patient_id"), _next(rows, lots, after, most))))


def _next(rows: QuerySet[DeviceUse], lots: Sequence[str], after: int, most: int) -> list[int]:
    """The next patients of these uses. The index holds those of each lot in this order, so few are read."""
    behind = rows.filter(patient_id__gt=after).order_by("patient_id").values_list("patient_id", flat=True)
    found = {patient for lot in lots for patient in behind.filter(lot=lot).distinct()[:most]}
    return sorted(found)[:most]


def everyone(by: Actor, *, lot: str, di: str = "", serial: str = "") -> list[Traced]:
    """All patients of a lot. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    return _told(by, _uses(by, written(by, lot), di, serial))


def _told(by: Actor, rows: QuerySet[DeviceUse]) -> list[Traced]:
    found = by_patient(by, rows)
    people = {row[0]: Who(*row) for row in _some(_PATIENTS, by, list(found))}
    return [Traced(people[patient], tuple(several)) for patient, several in found.items()]


def by_patient(by: Actor, rows: QuerySet[DeviceUse]) -> dict[int, list[Use]]:
    """What is known of these uses, patient by patient. Without SEE_RECORD nobody learns what was done.

    Each table is asked for its own rows by their keys: a join of ten thousand rows makes the database read whole
    tables, and costs more the more treatments there are.
    """
    sees = may(by, Act.SEE_RECORD)
    facts = sorted(
        rows.values_list("patient_id", "used_at", "pk", "lot", "unit_id", "treatment_id"),
        key=itemgetter(0, 1, 2),
    )
    serials: dict[int, str] = dict(_some(_SERIALS, by, [fact[4] for fact in facts]))
    treatments = {row[0]: row[1:] for row in _some(_TREATMENTS, by, [fact[5] for fact in facts])}
    sites: dict[int, str] = dict(_SITES.rows(by.clinic_id))
    staff: dict[int, str] = dict(_STAFF.rows(by.clinic_id)) if sees else {}
    areas: dict[int, list[str]] = {}
    if sees:
        for _pk, use, area in sorted(_some(_AREAS, by, [fact[2] for fact in facts])):
            areas.setdefault(use, []).append(area)
    found: dict[int, list[Use]] = {}
    for patient, used_at, pk, lot, unit, treatment in facts:
        public_id, site, practitioner = treatments[treatment]
        done_here = tuple(dict.fromkeys(areas[pk])) if pk in areas else ()
        use = Use(
            patient,
            lot,
            serials[unit],
            used_at,
            sites[site],
            staff.get(practitioner, ""),
            public_id,
            done_here,
        )
        found.setdefault(patient, []).append(use)
    return found


def _some(asked: Prepared, by: Actor, keys: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """What is asked about the rows with these keys, so many at a time as the database looks up one by one."""
    for some in any_of.slices(keys):
        yield from asked.rows(by.clinic_id, any_of.said(some))


def units(by: Actor, *, lot: str, di: str = "", serial: str = "") -> Units:
    """Where the packets of a lot stand. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = DeviceUnit.objects.filter(clinic_id=by.clinic_id, lot__in=written(by, lot))
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
