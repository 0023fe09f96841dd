"""Stretches of a patient's way, lived through the real actions: one function for each thing that happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from needlework.clinic.actions import (
    appointments,
    checkins,
    consents,
    consultations,
    courses,
    patients,
    reviews,
    screenings,
    treatments,
)
from needlework.clinic.actions.courses import PlannedArea
from needlework.clinic.actions.treatments import AreaDone
from needlework.clinic.models import (
    Appointment,
    CheckIn,
    Consultation,
    Course,
    Patient,
    Plan,
    Review,
    Treatment,
)
from needlework.clinic.queries import consents as consent_queries
from needlework.clinic.queries import screenings as screening_queries
from needlework.clinic.rules import checkins as checkin_rules
from needlework.clinic.who import Actor, Role
from needlework.skin import delivery

from . import founding, people
from .house import House

EXAMINED = {"unlikely-benefit": {"answer": "no"}, "suspicious-lesion": {"answer": "no"}}


def as_patient(patient: Patient) -> Actor:
    """The patient on their own phone."""
    return Actor(
        name=patient.name,
        role=Role.PATIENT,
        clinic_id=patient.clinic_id,
        public_id=patient.public_id,
        patient_id=patient.pk,
    )


def register(house: House, person: people.Patient, *, at: datetime) -> Patient:
    """The front desk takes the name down."""
    return patients.register(
        given_name=person.given_name,
        family_name=person.family_name,
        known_as=person.known_as,
        born_on=person.born_on,
        sex=person.sex,
        phone=person.phone,
        email=person.email,
        by=house.as_("desk"),
        at=at,
    )


def answer_history(
    patient: Patient, person: people.Patient, *, at: datetime, more: dict[str, Any] | None = None
) -> None:
    """The patient answers everything on the phone: "no", but for what this person has to tell."""
    answers: dict[str, Any] = {}
    while True:
        open_ = [each for each in screening_queries.questions(patient, answers) if each.code not in answers]
        if not open_:
            break
        for question in open_:
            given = {**person.answers, **(more or {})}.get(question.code)
            if given is None:
                given = {"choice": str(person.skin_type)} if question.type == "choice" else {"answer": "no"}
            answers[question.code] = given
    screenings.answer(
        patient=patient, answers=answers, answered_on="own-phone", by=as_patient(patient), at=at
    )


def consult(
    house: House,
    patient: Patient,
    person: people.Patient,
    *,
    by: str,
    concerns: Sequence[tuple[str, str, str]],
    motive: str,
    expectation: str,
    scores: Sequence[tuple[str, str, str]] = (),
    purpose: str = "medical",
    at: datetime,
) -> Consultation:
    """A practitioner examines the skin and writes down what is there."""
    return consultations.hold(
        patient=patient,
        practitioner=house.staff[by],
        purpose=purpose,
        motive=motive,
        expectation=expectation,
        distress="none",
        skin_type=person.skin_type,
        examination=EXAMINED,
        concerns=list(concerns),
        scores=[(scale, area, Decimal(value)) for scale, area, value in scores],
        by=house.as_(by),
        at=at,
    )


def plan(
    house: House,
    consultation: Consultation,
    areas: Sequence[PlannedArea],
    *,
    by: str,
    treatments_planned: int = 3,
    interval_days: int = 42,
    anaesthetic: str = "emla",
    note: str = "",
    at: datetime,
) -> tuple[Course, Plan]:
    """A course is opened and planned."""
    who = house.as_(by)
    course = courses.open_course(consultation=consultation, by=who, at=at)
    made = courses.make_plan(
        course=course,
        areas=list(areas),
        treatments_planned=treatments_planned,
        interval_days=interval_days,
        anaesthetic=anaesthetic,
        note=note,
        by=who,
        at=at,
    )
    return course, made


def sign_consent(plan: Plan, patient: Patient, *, at: datetime) -> None:
    """Stage 1, on the patient's own phone, read for some minutes."""
    text = consent_queries.current_text(plan.clinic)
    who = as_patient(patient)
    shown_at = at - timedelta(minutes=9)
    consents.show(plan=plan, text=text, by=who, at=shown_at)
    consents.sign(
        plan=plan,
        text=text,
        shown_at=shown_at,
        understood=[code for code, _ in text.statements],
        signed_by=patient.name,
        signed_on="own-phone",
        by=who,
        at=at,
    )


def book(
    house: House,
    patient: Patient,
    *,
    kind: str,
    with_: str,
    room: int,
    starts_at: datetime,
    minutes: int = 45,
    course: Course | None = None,
    at: datetime,
) -> Appointment:
    """The front desk keeps a time."""
    return appointments.book(
        patient=patient,
        practitioner=house.staff[with_],
        room=house.rooms[room],
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        course=course,
        by=house.as_("desk"),
        at=at,
    )


def prepare(
    house: House,
    course: Course,
    *,
    by: str,
    site: int = 0,
    appointment: Appointment | None = None,
    grams: str = "8",
    weight_kg: str = "68",
    area_cm2: str = "120",
    at: datetime,
) -> Treatment:
    """Opened, asked again, confirmed, countersigned, and the cream put on."""
    who = house.as_(by)
    treatment = treatments.open_treatment(
        course=course,
        practitioner=house.staff[by],
        site=house.sites[site],
        appointment=appointment,
        by=who,
        at=at,
    )
    minute = timedelta(minutes=1)
    screenings.reconfirm(treatment=treatment, examination=EXAMINED, by=who, at=at + 2 * minute)
    consents.confirm_on_the_day(
        treatment=treatment,
        confirmed_by=treatment.patient.name,
        confirmed_on="clinic",
        by=who,
        at=at + 4 * minute,
    )
    consents.countersign(treatment=treatment, by=who, at=at + 5 * minute)
    if treatment.plan.anaesthetic:
        treatments.apply_anaesthetic(
            treatment=treatment,
            product=treatment.plan.anaesthetic,
            batch="BX4471",
            expires_on=house.today + timedelta(days=400),
            grams=Decimal(grams),
            area_cm2=Decimal(area_cm2),
            weight_kg=Decimal(weight_kg),
            minutes=60,
            areas=[row.area for row in treatment.plan.areas.all()],
            occluded=True,
            by=who,
            at=at + 7 * minute,
        )
    return treatment


def open_packets(house: House, treatment: Treatment, *, by: str, at: datetime) -> None:
    """Each packet is scanned and the patient sees it come out."""
    who = house.as_(by)
    models = {
        row.device_model_id: row.device_model for row in treatment.plan.areas.select_related("device_model")
    }
    for model in models.values():
        unit = founding.next_unit(house, model, site=treatment.site, on=at.date())
        use = treatments.use_device(treatment=treatment, unit=unit, scanned=unit.scanned, by=who, at=at)
        treatments.witness_packet(
            use=use, witness="seen", witnessed_by=treatment.patient.name, by=who, at=at + timedelta(minutes=1)
        )


def needle(house: House, treatment: Treatment, *, by: str, at: datetime, areas: int | None = None) -> None:
    """Cream off, packets open, and each planned area treated (or the first few of them)."""
    who = house.as_(by)
    minute = timedelta(minutes=1)
    for cream in treatment.anaesthetics.filter(voided_at=None, removed_at=None):
        treatments.remove_anaesthetic(application=cream, by=who, at=at)
    open_packets(house, treatment, by=by, at=at + 2 * minute)
    treatment = treatments.start(treatment=treatment, by=who, at=at + 4 * minute)
    uses = {use.unit.model_id: use for use in treatment.device_uses.select_related("unit")}
    rows = list(treatment.plan.areas.select_related("device_model"))
    for number, row in enumerate(rows[:areas]):
        treatments.treat_areas(
            treatment=treatment,
            areas=[
                AreaDone(
                    area=row.area,
                    indication=row.indication,
                    needle_mm=row.needle_mm,
                    passes=row.passes,
                    strokes=() if row.device_model.kind == "stamp" else delivery.evenly(row.passes),
                    endpoint="even-redness" if row.needle_mm < 1 else "pinpoint-bleeding",
                    device_use=uses[row.device_model_id],
                )
            ],
            by=who,
            at=at + (7 + 5 * number) * minute,
        )


def wind_down(
    house: House, treatment: Treatment, *, by: str, pain: int, redness: str = "moderate", at: datetime
) -> None:
    """Products on, aftercare given, signed."""
    who = house.as_(by)
    minute = timedelta(minutes=1)
    treatments.apply_topical(
        treatment=treatment,
        product="sterile-hyaluronic-acid",
        batch="HA2210",
        expires_on=house.today + timedelta(days=300),
        stage="after",
        by=who,
        at=at,
    )
    treatment = treatments.soothe(
        treatment=treatment, pain=pain, redness=redness, sharps_container="SH-0412", by=who, at=at + minute
    )
    treatment = treatments.give_aftercare(treatment=treatment, by=who, at=at + 3 * minute)
    treatments.sign(treatment=treatment, by=who, at=at + 5 * minute, identified=True)


def treat(house: House, course: Course, *, by: str, at: datetime, pain: int = 4, site: int = 0) -> Treatment:
    """A whole treatment, from opening to signature."""
    treatment = prepare(house, course, by=by, site=site, at=at)
    begin = at + timedelta(minutes=70)
    needle(house, treatment, by=by, at=begin)
    minutes = 10 + 5 * treatment.plan.areas.count()
    treatment = treatments.finish(
        treatment=treatment, by=house.as_(by), at=begin + timedelta(minutes=minutes)
    )
    wind_down(house, treatment, by=by, pain=pain, at=begin + timedelta(minutes=minutes + 2))
    return treatment


def check_in(
    house: House,
    treatment: Treatment,
    *,
    number: int,
    answers: dict[str, Any] | None = None,
    worry: str = "",
    after: timedelta = timedelta(minutes=35),
) -> CheckIn:
    """The patient answers the check-in of that number: all well, but for what is given."""
    checkin = list(treatment.checkins.order_by("due_at"))[number]
    at = checkin.due_at + after
    said: dict[str, Any] = {}
    for question in checkin_rules.questions(checkin, at=at):
        plain = {"yes_no": {"answer": "no"}, "number": {"value": 1}, "choice": {"choice": "pink"}}
        said[question.code] = (answers or {}).get(question.code, plain[question.type])
    return checkins.answer(checkin=checkin, answers=said, worry=worry, by=as_patient(checkin.patient), at=at)


def see(house: House, checkin: CheckIn, *, by: str, note: str, after: timedelta) -> None:
    """Someone in the clinic reads the answers, so long after they came."""
    assert checkin.answered_at is not None
    checkins.see(checkin=checkin, note=note, by=house.as_(by), at=checkin.answered_at + after)


def review(
    house: House,
    course: Course,
    *,
    by: str,
    stage: str,
    scores: Sequence[tuple[str, str, str]],
    rating: str,
    conclusion: str,
    note: str = "",
    at: datetime,
) -> Review:
    """The result is looked at."""
    return reviews.hold(
        course=course,
        practitioner=house.staff[by],
        stage=stage,
        scores=[(scale, area, Decimal(value)) for scale, area, value in scores],
        patient_rating=rating,
        conclusion=conclusion,
        note=note,
        by=house.as_(by),
        at=at,
    )
