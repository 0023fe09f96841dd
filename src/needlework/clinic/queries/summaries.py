"""Where patients stand: one patient's next step, and a whole day at a glance.

Facts are read for many patients together: a day costs the same number of queries whether three people come or
sixty. What follows from the facts is decided in rules/summaries.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery

from needlework.clinic.models import (
    Appointment,
    CheckIn,
    Clinic,
    Course,
    DeviceUnit,
    Incident,
    Patient,
    Plan,
    PlanArea,
    Review,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.rules import consents, screenings, treatments, why_not
from needlework.clinic.rules import summaries as rules
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.clinic.rules.lights import lights
from needlework.clinic.rules.staff import check_credentials
from needlework.clinic.rules.standing import Facts, Light, Step
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

_ALARMING = ("call-clinic", "same-day", "emergency")
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
class DayRow:
    """One appointment of a day: what is planned, what is still missing, and the one next step."""

    appointment: Appointment
    patient: Patient
    planned: str
    lights: list[Light]  # those that are not green
    step: Step | None  # None for who may not see clinical facts
    over: bool


@dataclass(frozen=True, slots=True)
class Alerts:
    """What wants somebody today, whoever has an appointment."""

    checkins: list[CheckIn]
    incidents: int
    unsigned: list[Treatment]


@dataclass(frozen=True, slots=True)
class DayView:
    """A day."""

    on: date
    rows: list[DayRow]
    alerts: Alerts


def next_step(by: Actor, patient: Patient, *, at: datetime) -> Step:
    """What comes next for one patient, with every light and what the rules found. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, patient)
    facts = gather([patient], at=at)[patient.pk]
    return replace(
        rules.next_step(facts, at=at),
        lights=tuple(lights(facts, at=at)),
        findings=tuple(facts.assessment.open),
    )


def day(
    by: Actor, *, on: date, at: datetime, site_id: int | None = None, clinic: Clinic | None = None
) -> DayView:
    """Who comes on a day, in the order of time, with what each still lacks. Raises NotAllowed.

    `site_id` narrows the list to one site; `clinic` is that of the actor, where it was already read. The front desk
    sees what is missing, not why.
    """
    check_may(by, Act.SEE_DIARY)
    if clinic is None or clinic.pk != by.clinic_id:
        clinic = Clinic.objects.get(pk=by.clinic_id)
    begins = datetime.combine(on, datetime.min.time(), ZoneInfo(clinic.time_zone))
    appointments = (
        Appointment.objects.filter(
            clinic_id=by.clinic_id,
            starts_at__gte=begins,
            starts_at__lt=begins + timedelta(days=1, hours=2),  # a day on which the clocks change is longer
            cancelled_at=None,
        )
        .select_related("patient", "room", "site")
        .prefetch_related("practitioner__credentials")  # few, and the same for many patients
        .order_by("starts_at", "pk")
    )
    if site_id is not None:
        appointments = appointments.filter(site_id=site_id)
    kept = [each for each in appointments if local_day(each.starts_at, clinic.time_zone) == on]
    clinical = may(by, Act.SEE_RECORD)
    patients = {each.patient_id: each.patient for each in kept}
    for patient in patients.values():
        patient.clinic = clinic  # already here: not to be read again for each
    facts = gather(list(patients.values()), at=at)
    stock = _stock(by, facts, on=on)
    rows = []
    for each in kept:
        known = facts[each.patient_id]
        shown = [light for light in lights(known, at=at) if light.state != "ready"]
        if each.kind == Appointment.TREATMENT:
            shown += _credential_light(each, known, on=on)
            shown += _stock_lights(known, stock)
        elif each.kind == Appointment.CONSULTATION:
            shown = [light for light in shown if light.what in {"history", "findings"}]
        else:
            shown = []
        step = rules.next_step(known, at=at)
        if step.page == "appointment-new":  # the appointment is here: nothing else is to be done today
            step = replace(step, page="", subject=None, button="")
        if not clinical:
            shown = [
                Light(light.what, light.state, "not ready") for light in shown if light.what != "findings"
            ]
        rows.append(
            DayRow(
                each,
                each.patient,
                _planned(each, known),
                shown,
                step if clinical else None,
                each.no_show_at is not None or (each.ends_at < at and known.unsigned is None),
            )
        )
    return DayView(on, rows, alerts(by))


def alerts(by: Actor) -> Alerts:
    """Check-ins nobody has seen, incidents nobody has read, treatments nobody has signed."""
    if not may(by, Act.SEE_RECORD):
        return Alerts([], 0, [])
    checkins = (
        CheckIn.objects.filter(
            clinic_id=by.clinic_id,
            answered_at__isnull=False,
            seen_at=None,
            voided_at=None,
            level__in=_ALARMING,
        )
        .select_related("patient")
        .order_by("answered_at")[:20]
    )
    incidents = Incident.objects.filter(
        clinic_id=by.clinic_id, closed_at=None, voided_at=None, acknowledged_at=None
    ).count()
    unsigned = (
        Treatment.objects.filter(clinic_id=by.clinic_id, signed_at=None, voided_at=None)
        .filter(Q(finished_at__isnull=False) | Q(stopped_at__isnull=False))
        .select_related("patient", "practitioner")
        .order_by("opened_at")[:20]
    )
    return Alerts(list(checkins), incidents, list(unsigned))


def gather(patients: Collection[Patient], *, at: datetime) -> dict[int, Facts]:
    """The facts about many patients, by primary key, in a fixed number of queries."""
    if not patients:
        return {}
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
    ):
        areas[row.plan_id].append(row)
    newest = {course: plan.version for course, plan in plans.items()}
    standings = consents.standings(plans.values(), at=at, newest=newest)
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
        patient__in=pks, answered_at__isnull=False, seen_at=None, voided_at=None, level__in=_ALARMING
    ).order_by("-answered_at"):
        flagged[checkin.patient_id] = checkin
    troubles: dict[int | None, list[Incident]] = defaultdict(list)  # open and closed, the newest last
    for incident in Incident.objects.filter(
        patient__in=pks, kind__in=[Incident.COMPLICATION, Incident.RED_FLAG], voided_at=None
    ).order_by("happened_at"):
        troubles[incident.patient_id].append(incident)

    facts = {}
    for patient in patients:
        course_now = courses.get(patient.pk)
        plan_now = None if course_now is None else plans.get(course_now.pk)
        rows = [] if plan_now is None else areas[plan_now.pk]
        on = local_day(at, patient.clinic.time_zone)
        facts[patient.pk] = Facts(
            patient=patient,
            assessment=screenings.assess(
                patient, areas=sorted({row.area for row in rows}), on=on, known=known[patient.pk]
            ),
            course=course_now,
            plan=plan_now,
            planned=rows,
            consent=None if plan_now is None else standings[plan_now.pk],
            treatments=[] if course_now is None else done[course_now.pk],
            rested_on=None if plan_now is None else _rested_on(patient, plan_now, rows, troubles[patient.pk]),
            to_be_seen=flagged.get(patient.pk),
            complication=next((each for each in troubles[patient.pk][::-1] if each.closed_at is None), None),
            reviews_held=[] if course_now is None else held[course_now.pk],
            courses_closed=closed[patient.pk],
        )
    return facts


def _rested_on(patient: Patient, plan: Plan, rows: list[PlanArea], troubles: list[Incident]) -> date | None:
    """The first day on which every planned area may be treated again; None when none was treated yet."""
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


def _credential_light(appointment: Appointment, known: Facts, *, on: date) -> list[Light]:
    """A light when the practitioner may not treat that day. The credentials are prefetched."""
    kinds = {row.device_model.kind for row in known.planned}
    error = why_not(check_credentials, appointment.practitioner, device_kinds=kinds, on=on)
    return [] if error is None else [Light("credentials", "stop", "missing or lapsed")]


def _stock(by: Actor, facts: dict[int, Facts], *, on: date) -> set[int]:
    """The planned device models of which at least one packet in date lies unopened in stock."""
    models = {row.device_model_id for known in facts.values() for row in known.planned}
    return set(
        DeviceUnit.objects.filter(
            clinic_id=by.clinic_id,
            model__in=models,
            expires_on__gte=on,
            opened_at=None,
            quarantined_at=None,
            discarded_at=None,
        )
        .values_list("model_id", flat=True)
        .distinct()
    )


def _stock_lights(known: Facts, stock: set[int]) -> list[Light]:
    missing = sorted({row.device_model.name for row in known.planned if row.device_model_id not in stock})
    return [Light("device", "stop", f"no {name} in stock") for name in missing]


def _planned(appointment: Appointment, known: Facts) -> str:
    if appointment.kind == Appointment.TREATMENT and known.plan is not None and known.course is not None:
        number = len(known.done) + (0 if known.unsigned is not None and known.unsigned.started_at else 1)
        return f"Treatment {number} of {known.plan.treatments_planned}: {known.course.title}"
    return appointment.get_kind_display()
