"""What the record holds about patients, remembered between requests for as long as nothing about them changes.

Every change of a record writes a line into the trail in its own transaction, and the trail is only ever added to. So
the lines about a patient tell whether anything changed: their number, the last one and its moment. A day's list of
forty people that was read before then costs one query on the trail instead of a dozen on the record.

This is for showing where patients stand. What decides (rules, actions) always reads the record itself.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, OuterRef, Subquery

from needlework.clinic.audit import READING
from needlework.clinic.models import (
    AuditEvent,
    CheckIn,
    Consent,
    Course,
    Incident,
    Patient,
    Plan,
    PlanArea,
    Review,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.rules import packs, screenings, treatments
from needlework.clinic.rules.wording import local_day

ALARMING: Final = ("call-clinic", "same-day", "emergency")
KEPT_FOR: Final = timedelta(minutes=5)  # names from the catalogue may be this old
MOST_REMEMBERED: Final = 2000

# what a treatment's place on the way is read off
_MOMENTS = (
    "public_id", "course_id", "number", "opened_at", "opened_by", "started_at", "stopped_at", "finished_at",
    "signed_at", "voided_at", "aftercare_at",
)  # fmt: skip
# of the patient and the area of a plan's row, the latest first: one step in an index
_LAST_TREATED = TreatmentArea.objects.filter(
    patient=OuterRef("plan__course__patient"),
    area=OuterRef("area"),
    voided_at=None,
    treatment__voided_at=None,
).order_by("-treated_at", "-pk")
_LAST = {
    f"last_{name}": Subquery(_LAST_TREATED.values(name)[:1])
    for name in ("treated_at", "needle_mm", "indication")
}


@dataclass(frozen=True, slots=True)
class Record:
    """What is written about one patient, before any rule or clock looks at it."""

    known: screenings.Known
    course: Course | None  # the latest that is not closed
    courses_closed: int
    plan: Plan | None  # its newest
    planned: Sequence[PlanArea]  # each with when, how deep and for what its area was last treated
    consent: Consent | None  # the latest of the course, with its withdrawal
    treatments: Sequence[Treatment]  # of the course, oldest first
    reviews_held: Sequence[str]
    to_be_seen: CheckIn | None
    troubles: Sequence[Incident]  # complications and red flags, open and closed, the newest last
    rested_on: date | None  # the first day on which every planned area may be treated again


class Version(NamedTuple):
    """How far the trail about a patient had come. The number tells of a line that was committed late."""

    lines: int
    last: int
    at: datetime | None


class _Kept(NamedTuple):
    version: Version
    read_at: datetime
    record: Record


_remembered: OrderedDict[tuple[UUID, str], _Kept] = OrderedDict()


def records_of(patients: Collection[Patient], *, at: datetime) -> Mapping[int, Record]:
    """The records of patients, by primary key. Inside a transaction nothing is remembered: it may be taken back."""
    if connection.in_atomic_block:
        return read(patients)
    now = versions(patients)  # before the rows: a change in between is then seen the next time
    found: dict[int, Record] = {}
    unread: list[Patient] = []
    for patient in patients:
        kept = _remembered.get(_key(patient))
        if (
            kept is not None
            and kept.version == now[patient.pk]
            and timedelta(0) <= at - kept.read_at <= KEPT_FOR
        ):
            found[patient.pk] = kept.record
        else:
            unread.append(patient)
    if unread:
        found |= read(unread)
        for patient in unread:
            _remembered[_key(patient)] = _Kept(now[patient.pk], at, found[patient.pk])
            while len(_remembered) > MOST_REMEMBERED:
                _remembered.popitem(last=False)
    return found


def versions(patients: Collection[Patient]) -> dict[int, Version]:
    """How far the trail of each has come, by primary key, without the lines that tell of mere reading."""
    rows = (
        AuditEvent.objects.filter(patient__in=[patient.public_id for patient in patients])
        .exclude(event__in=READING)
        .values_list("patient")
        .annotate(lines=Count("pk"), last=Max("pk"), moment=Max("at"))
    )
    seen = {row[0]: Version(*row[1:]) for row in rows}
    nothing = Version(0, 0, None)
    return {patient.pk: seen.get(patient.public_id, nothing) for patient in patients}


def _key(patient: Patient) -> tuple[UUID, str]:
    return patient.public_id, packs.pack_of(patient.clinic).id


def read(patients: Collection[Patient]) -> dict[int, Record]:
    """The records as they are now, by primary key, in a fixed number of queries."""
    pks = [patient.pk for patient in patients]
    known = screenings.known_of(patients)
    courses: dict[int, Course] = {}
    closed: Counter[int] = Counter()
    for course in Course.objects.filter(patient__in=pks, voided_at=None).order_by("opened_at", "pk"):
        if course.closed_at is None:
            courses[course.patient_id] = course
        else:
            closed[course.patient_id] += 1
    course_pks = [course.pk for course in courses.values()]
    plans: dict[int, Plan] = {}
    for plan in Plan.objects.filter(course__in=course_pks).order_by("version"):
        plans[plan.course_id] = plan
    areas: dict[int, list[PlanArea]] = defaultdict(list)
    for row in (
        PlanArea.objects.filter(plan__in=[plan.pk for plan in plans.values()])
        .annotate(**_LAST)
        .select_related("device_model")
        .only("plan_id", "area", "indication", "device_model__name", "device_model__kind")
        .order_by("pk")
    ):
        areas[row.plan_id].append(row)
    consents: dict[int, Consent] = {}
    signed = Consent.objects.filter(plan__course__in=course_pks).select_related("plan", "withdrawal")
    for consent in signed.defer("signature", "plan__findings").order_by("signed_at", "pk"):
        consents[consent.plan.course_id] = consent
    done: dict[int, list[Treatment]] = defaultdict(list)
    for treatment in (
        Treatment.objects.filter(course__in=course_pks, voided_at=None)
        .only(*_MOMENTS)
        .order_by("opened_at", "pk")
    ):
        done[treatment.course_id].append(treatment)
    held: dict[int, list[str]] = defaultdict(list)
    for course_pk, stage in Review.objects.filter(course__in=course_pks, voided_at=None).values_list(
        "course_id", "stage"
    ):
        held[course_pk].append(stage)
    flagged: dict[int, CheckIn] = {}
    for checkin in CheckIn.objects.filter(
        patient__in=pks, answered_at__isnull=False, seen_at=None, voided_at=None, level__in=ALARMING
    ).order_by("-answered_at"):
        flagged[checkin.patient_id] = checkin
    troubles: dict[int | None, list[Incident]] = defaultdict(list)
    for incident in Incident.objects.filter(
        patient__in=pks, kind__in=[Incident.COMPLICATION, Incident.RED_FLAG], voided_at=None
    ).order_by("happened_at"):
        troubles[incident.patient_id].append(incident)

    records = {}
    for patient in patients:
        pk = patient.pk
        now = courses.get(pk)
        current = None if now is None else plans.get(now.pk)
        records[pk] = Record(
            known=known[pk],
            course=now,
            courses_closed=closed[pk],
            plan=current,
            planned=[] if current is None else areas[current.pk],
            consent=None if now is None else consents.get(now.pk),
            treatments=[] if now is None else done[now.pk],
            reviews_held=[] if now is None else held[now.pk],
            to_be_seen=flagged.get(pk),
            troubles=troubles[pk],
            rested_on=None
            if current is None
            else _rested_on(patient, current, areas[current.pk], troubles[pk]),
        )
    return records


def _rested_on(
    patient: Patient, plan: Plan, rows: Sequence[PlanArea], troubles: Sequence[Incident]
) -> date | None:
    """None when none of the areas was treated yet."""
    zone = patient.clinic.time_zone
    days: list[date] = []
    last: Any
    for last in rows:
        if last.last_treated_at is not None:
            on = local_day(last.last_treated_at, zone)
            found = treatments.LastTime(last.area, on, float(last.last_needle_mm), last.last_indication)
            earliest, _ = treatments.rested_on(
                found, plan=plan, troubles=troubles, skin_type=patient.skin_type, zone=zone
            )
            days.append(earliest)
    return max(days, default=None)
