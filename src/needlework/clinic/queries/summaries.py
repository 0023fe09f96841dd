"""Where patients stand: one patient's next step, and a whole day at a glance.

Facts are read for many patients together: a day costs the same number of queries whether three people come or
sixty. What follows from the facts is decided in rules/summaries.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from needlework.clinic.models import (
    Appointment,
    CheckIn,
    Clinic,
    Incident,
    Message,
    Patient,
    Treatment,
)
from needlework.clinic.rules import consents, screenings, why_not
from needlework.clinic.rules import summaries as rules
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.clinic.rules.lights import lights
from needlework.clinic.rules.messages import MOST_TRIES
from needlework.clinic.rules.staff import check_credentials
from needlework.clinic.rules.standing import Facts, Light, Step
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from . import remembered, warnings
from .prepared import Prepared

# what a day's list says of an appointment and its patient; contact and address are not on it
_SHOWN = (
    "public_id", "clinic_id", "kind", "starts_at", "ends_at", "arrived_at", "no_show_at", "cancelled_at",
    "practitioner__name", "room__name", "site__time_zone", "patient__public_id", "patient__clinic_id", "patient__given_name",
    "patient__family_name", "patient__born_on", "patient__skin_type", "patient__voided_at",
    "patient__voided_because",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayRow:
    """One appointment of a day: what is planned, what is still missing, and the one next step."""

    appointment: Appointment
    patient: Patient
    planned: str
    lights: list[Light]  # those that are not green
    step: Step | None  # None for who may not see clinical facts
    over: bool


class Alarm(NamedTuple):
    """A check-in with an alarming answer which nobody has seen."""

    patient_id: UUID  # public
    given_name: str
    family_name: str
    answered_at: datetime
    level: str

    @property
    def word(self) -> str:
        """The level as it is read inside a sentence."""
        words = dict(CheckIn._meta.get_field("level").choices or ())
        return str(words[self.level]).lower()


class Unsigned(NamedTuple):
    """A treatment that is over and waits for its signature."""

    treatment_id: UUID  # public
    given_name: str
    family_name: str
    opened_at: datetime
    practitioner: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """What wants somebody today, whoever has an appointment."""

    checkins: list[Alarm]
    incidents: int
    unsigned: list[Unsigned]
    unsent: int = 0  # messages that were given up


# asked for each time somebody looks at today: put together once
_ALARMS = Prepared(
    lambda clinic: (
        CheckIn.objects.filter(
            clinic_id=clinic,
            answered_at__isnull=False,
            seen_at=None,
            voided_at=None,
            level__in=remembered.ALARMING,
        )
        .order_by("answered_at")
        .values_list(
            "patient__public_id", "patient__given_name", "patient__family_name", "answered_at", "level"
        )[:20]
    )
)
_NOT_ACKNOWLEDGED = Prepared(
    lambda clinic: (
        Incident.objects.filter(clinic_id=clinic, closed_at=None, voided_at=None, acknowledged_at=None)
        .values("clinic_id")
        .annotate(number=Count("pk"))
        .values_list("number")
    )
)
_UNSENT = Prepared(
    lambda clinic: (
        Message.objects.filter(clinic_id=clinic, sent_at=None, tries__gte=MOST_TRIES)
        .values("clinic_id")
        .annotate(number=Count("pk"))
        .values_list("number")
    )
)
_UNSIGNED = Prepared(
    lambda clinic: (
        Treatment.objects.filter(clinic_id=clinic, signed_at=None, voided_at=None)
        .filter(Q(finished_at__isnull=False) | Q(stopped_at__isnull=False))
        .order_by("opened_at")
        .values_list(
            "public_id", "patient__given_name", "patient__family_name", "opened_at", "practitioner__name"
        )[:20]
    )
)


@dataclass(frozen=True, slots=True)
class DayView:
    """A day."""

    on: date
    rows: list[DayRow]
    alerts: Alerts
    held: list[warnings.Usable]  # the packets of the clinic


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
        .select_related("patient", "room", "site", "practitioner")
        .only(*_SHOWN)
        .prefetch_related("practitioner__credentials")
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
    held = warnings.usable(by)
    stock = {one.model_id for one in held if one.expires_on >= on}
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
    return DayView(on, rows, alerts(by), held)


def alerts(by: Actor) -> Alerts:
    """Check-ins nobody has seen, incidents nobody has read, treatments nobody has signed, messages not sent."""
    unsent = sum(number for (number,) in _UNSENT.rows(by.clinic_id)) if may(by, Act.REGISTER) else 0
    if not may(by, Act.SEE_RECORD):
        return Alerts([], 0, [], unsent)
    counted = [number for (number,) in _NOT_ACKNOWLEDGED.rows(by.clinic_id)]
    return Alerts(
        [Alarm(*row) for row in _ALARMS.rows(by.clinic_id)],
        sum(counted),
        [Unsigned(*row) for row in _UNSIGNED.rows(by.clinic_id)],
        unsent,
    )


def gather(patients: Collection[Patient], *, at: datetime) -> dict[int, Facts]:
    """The facts about many patients, by primary key, in a fixed number of queries."""
    if not patients:
        return {}
    records = remembered.records_of(patients, at=at)
    plans = [record.plan for record in records.values() if record.plan is not None]
    texts = consents.current_texts({plan.clinic_id for plan in plans})
    facts = {}
    for patient in patients:
        held = records[patient.pk]
        plan = held.plan
        on = local_day(at, patient.clinic.time_zone)
        facts[patient.pk] = Facts(
            patient=patient,
            assessment=screenings.assess(
                patient, areas=sorted({row.area for row in held.planned}), on=on, known=held.known
            ),
            course=held.course,
            plan=plan,
            planned=held.planned,
            consent=None
            if plan is None
            else consents.judge(
                plan, consent=held.consent, text=texts.get(plan.clinic_id), current_plan=plan.pk, at=at
            ),
            treatments=held.treatments,
            rested_on=held.rested_on,
            to_be_seen=held.to_be_seen,
            complication=next((each for each in held.troubles[::-1] if each.closed_at is None), None),
            reviews_held=held.reviews_held,
            courses_closed=held.courses_closed,
        )
    return facts


def _credential_light(appointment: Appointment, known: Facts, *, on: date) -> list[Light]:
    """A light when the practitioner may not treat that day. The credentials are prefetched."""
    kinds = {row.device_model.kind for row in known.planned}
    error = why_not(check_credentials, appointment.practitioner, device_kinds=kinds, on=on)
    return [] if error is None else [Light("credentials", "stop", "missing or lapsed")]


def _stock_lights(known: Facts, stock: set[int]) -> list[Light]:
    missing = sorted({row.device_model.name for row in known.planned if row.device_model_id not in stock})
    return [Light("device", "stop", f"no {name} in stock") for name in missing]


def _planned(appointment: Appointment, known: Facts) -> str:
    if appointment.kind == Appointment.TREATMENT and known.plan is not None and known.course is not None:
        number = len(known.done) + (0 if known.unsigned is not None and known.unsigned.started_at else 1)
        return f"Treatment {number} of {known.plan.treatments_planned}: {known.course.title}"
    return appointment.get_kind_display()
