"""The demonstration clinic: seventeen patients, one at every place on the way, ending today.

Everything is done by the actions which real people use, each at its moment, so that the demonstration holds
nothing the rules would not allow. The same day and seed give the same story."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files

from django.db import transaction

from needlework.clinic.actions import (
    appointments,
    consents,
    course_summaries,
    devices,
    incidents,
    late_entries,
    photos,
    screenings,
    treatments,
)
from needlework.clinic.actions.courses import PlannedArea
from needlework.clinic.actions.late_entries import LateArea
from needlework.clinic.models import Appointment, Clinic, Consultation, DeviceModel, Incident, Patient, Review
from needlework.clinic.rules import screenings as screening_rules
from needlework.clinic.rules.wording import local_day

from . import founding, lives, people, recalls, scars, yellow_card
from .house import House


def fill(*, at: datetime, seed: int = 20260101, tell: Callable[[str], None] = lambda _: None) -> Clinic:
    """Found the clinic and let its patients live up to `at`. All or nothing. `tell` hears how far it is."""
    with transaction.atomic():
        clinic, staff, sites, rooms = founding.found(at=at - timedelta(days=420))
        house = House(clinic, staff, sites, rooms, random.Random(seed), local_day(at, clinic.time_zone))
        founding.decide(house)
        consents.publish_default_text(clinic=clinic, by=house.as_("lead"), at=house.when(-400, "11:00"))
        founding.stock(house)
        founding.products(house)
        for live in LIVES:
            tell(live.__name__.removeprefix("_"))
            live(house, at)
    return clinic


# --- what several of them share ------------------------------------------------------------------------
def _arrive(house: House, key: str, *, days: int, clock: str = "09:10") -> tuple[Patient, people.Patient]:
    person = next(each for each in people.PATIENTS if each.key == key)
    return lives.register(house, person, at=house.when(days, clock)), person


def _face(needle: str, passes: int, *, device: str = "dermaroller-mf-8") -> list[PlannedArea]:
    return [
        PlannedArea(
            area,
            "atrophic-acne-scars",
            device,
            Decimal(needle),
            passes,
            "Even redness with pinpoint bleeding.",
        )
        for area in ("cheek-left", "cheek-right")
    ]


def _consulted(
    house: House, key: str, *, days: int, by: str = "nurse"
) -> tuple[Patient, people.Patient, Consultation]:
    """Registered, asked, and examined for acne scars, `days` ago."""
    patient, person = _arrive(house, key, days=days - 6)
    lives.answer_history(patient, person, at=house.when(days - 4, "19:40"))
    consultation = lives.consult(
        house,
        patient,
        person,
        by=by,
        concerns=scars.CHEEKS,
        motive="Scars from acne at school. They show in side light.",
        expectation="Less shadow in the scars. Knows that they will not vanish.",
        scores=[("goodman-baron-qualitative", "", "3"), ("goodman-baron-quantitative", "", "18")],
        at=house.when(days, "10:15"),
    )
    scars.mark(house, patient, by=by, at=house.when(days, "10:20"))
    return patient, person, consultation


def _picture(name: str) -> bytes:
    return (files("needlework.clinic.demo") / "pictures" / name).read_bytes()


def _photograph(
    house: House, patient: Patient, about: Consultation | Review, name: str, *, at: datetime
) -> None:
    photos.take(
        patient=patient,
        about=about,
        view="front",
        data=_picture(name),
        taken_at=at,
        by=house.as_("nurse"),
        at=at,
    )


# --- the lives -----------------------------------------------------------------------------------------
def _amelia(house: House, at: datetime) -> None:
    """Called this week: nobody has asked about her health yet."""
    patient, _ = _arrive(house, "amelia", days=-3)
    lives.book(
        house, patient, kind=Appointment.CONSULTATION, with_="nurse", room=0,
        starts_at=house.when(0, "09:30"), minutes=30, at=house.when(-3, "09:20"),
    )  # fmt: skip


def _dmytro(house: House, at: datetime) -> None:
    """Has answered the questions on his phone, and comes for the consultation today."""
    patient, person = _arrive(house, "dmytro", days=-6)
    lives.answer_history(patient, person, at=house.when(-5, "20:15"))
    lives.book(
        house, patient, kind=Appointment.CONSULTATION, with_="doctor", room=1,
        starts_at=house.when(0, "10:00"), minutes=30, at=house.when(-6, "11:00"),
    )  # fmt: skip


def _xiaoming(house: House, at: datetime) -> None:
    """Consulted yesterday: a plan for small deep scars with the stamp is still to be made."""
    patient, person = _arrive(house, "xiaoming", days=-9)
    lives.answer_history(patient, person, at=house.when(-8, "12:30"))
    lives.consult(
        house, patient, person, by="doctor",
        concerns=[("atrophic-acne-scars", "cheek-right", "Five deep pock marks, 2 to 3 mm")],
        motive="Deep marks on one cheek since chickenpox.",
        expectation="That they become shallower.",
        scores=[("goodman-baron-qualitative", "", "4")],
        at=house.when(-1, "15:00"),
    )  # fmt: skip


def _fatima(house: House, at: datetime) -> None:
    """Planned with the cautions for dark skin; she has not signed yet."""
    _, _, consultation = _consulted(house, "fatima", days=-4, by="doctor")
    lives.plan(
        house, consultation, _face("0.5", 4, device="dermaroller-cit-8"), by="doctor", interval_days=56,
        note="Skin type V: shorter needles, fewer passes, longer interval. Sun protection explained.",
        at=house.when(-4, "10:50"),
    )  # fmt: skip


def _zoe(house: House, at: datetime) -> None:
    """Signed yesterday evening, and has time to think until tomorrow."""
    patient, _, consultation = _consulted(house, "zoe", days=-2)
    course, plan = lives.plan(house, consultation, _face("1.5", 8), by="nurse", at=house.when(-2, "10:45"))
    lives.sign_consent(plan, patient, at=house.when(-1, "20:05"))
    lives.book(
        house, patient, kind=Appointment.TREATMENT, with_="nurse", room=0, course=course,
        starts_at=house.when(0, "16:00"), minutes=90, at=house.when(-2, "11:10"),
    )  # fmt: skip


def _oluwaseun(house: House, at: datetime) -> None:
    """Everything is settled: the first treatment is today."""
    patient, _, consultation = _consulted(house, "oluwaseun", days=-10, by="doctor")
    course, plan = lives.plan(
        house, consultation, _face("0.5", 4, device="dermaroller-cit-8"), by="doctor", interval_days=56,
        note="Skin type VI: shorter needles, fewer passes, longer interval. Sun protection explained.",
        at=house.when(-10, "11:00"),
    )  # fmt: skip
    lives.sign_consent(plan, patient, at=house.when(-7, "18:20"))
    lives.book(
        house, patient, kind=Appointment.TREATMENT, with_="doctor", room=1, course=course,
        starts_at=house.when(0, "11:00"), minutes=120, at=house.when(-10, "11:20"),
    )  # fmt: skip


def _maria(house: House, at: datetime) -> None:
    """Sits in the chair at this moment with the cream on: her second treatment."""
    patient, person = _arrive(house, "maria", days=-75)
    lives.answer_history(patient, person, at=house.when(-74, "17:00"))
    consultation = lives.consult(
        house, patient, person, by="nurse", purpose="cosmetic",
        concerns=[("photoageing", "cheek-left", "Fine crinkling"), ("photoageing", "cheek-right", "Fine crinkling"),
                  ("fine-lines", "upper-lip", "Lines of an ex-smoker")],
        motive="Looks tired in photographs.", expectation="Fresher skin for her daughter's wedding in spring.",
        scores=[("glogau", "", "3")], at=house.when(-70, "14:00"),
    )  # fmt: skip
    areas = [
        PlannedArea("cheek-left", "photoageing", "dermaroller-cit-8", Decimal("0.5"), 6, "Even redness."),
        PlannedArea("cheek-right", "photoageing", "dermaroller-cit-8", Decimal("0.5"), 6, "Even redness."),
        PlannedArea("upper-lip", "fine-lines", "dermaroller-cit-8", Decimal("0.5"), 4, "Even redness."),
    ]
    course, plan = lives.plan(
        house, consultation, areas, by="nurse", interval_days=42, at=house.when(-70, "14:40")
    )
    lives.sign_consent(plan, patient, at=house.when(-66, "09:00"))
    first = lives.treat(house, course, by="nurse", at=house.when(-50, "10:00"), pain=2)
    for number in range(3):
        seen = lives.check_in(house, first, number=number)
        lives.see(house, seen, by="assistant", note="", after=timedelta(hours=2))
    begin = max(at - timedelta(minutes=35), house.when(0, "00:20"))
    starts_at = (begin - timedelta(minutes=10)).replace(second=0, microsecond=0)
    starts_at -= timedelta(minutes=starts_at.minute % 5)
    appointment = lives.book(
        house, patient, kind=Appointment.TREATMENT, with_="lead", room=2, course=course,
        starts_at=starts_at, minutes=90, at=house.when(-50, "12:00"),
    )  # fmt: skip
    appointments.mark_arrived(appointment=appointment, by=house.as_("desk"), at=begin - timedelta(minutes=5))
    lives.prepare(
        house, course, by="lead", appointment=appointment, grams="6", weight_kg="61", area_cm2="90", at=begin
    )


def _john(house: House, at: datetime) -> None:
    """Treated yesterday; the first check-in is due soon."""
    patient, _, consultation = _consulted(house, "john", days=-20)
    course, plan = lives.plan(house, consultation, _face("1.5", 8), by="nurse", at=house.when(-20, "11:00"))
    lives.sign_consent(plan, patient, at=house.when(-18, "21:00"))
    lives.treat(house, course, by="nurse", at=house.when(-1, "09:00"), pain=5)


def _priya(house: House, at: datetime) -> None:
    """Three days after a treatment she reports spreading redness: a red flag nobody has read yet."""
    patient, _, consultation = _consulted(house, "priya", days=-21, by="doctor")
    course, plan = lives.plan(
        house, consultation, _face("0.5", 4, device="dermaroller-cit-8"), by="doctor", interval_days=56,
        note="Skin type V: shorter needles, fewer passes. Sun protection explained.", at=house.when(-21, "11:00"),
    )  # fmt: skip
    lives.sign_consent(plan, patient, at=house.when(-19, "21:00"))
    treatment = lives.treat(house, course, by="doctor", at=house.when(-4, "13:00"), pain=4)
    seen = lives.check_in(house, treatment, number=0)
    lives.see(house, seen, by="assistant", note="As expected.", after=timedelta(hours=1))
    lives.check_in(
        house, treatment, number=1,
        answers={"spreading": {"answer": "yes"}, "pain": {"value": 6}, "redness": {"choice": "red"}},
        worry="The left cheek is hot and the red patch is bigger than yesterday.",
    )  # fmt: skip


def _thomas(house: House, at: datetime) -> None:
    """Three treatments done; the six-week review is today."""
    patient, _, consultation = _consulted(house, "thomas", days=-150)
    _photograph(house, patient, consultation, "first.jpg", at=house.when(-150, "10:40"))
    course, plan = lives.plan(house, consultation, _face("1.5", 8), by="nurse", at=house.when(-150, "11:00"))
    lives.sign_consent(plan, patient, at=house.when(-147, "20:00"))
    for days in (-128, -85, -43):
        treat = scars.treat if days == -43 else lives.treat  # with a stamp the last time
        treatment = treat(
            house, course, by="nurse", at=house.when(days, "09:30"), pain=house.chance.randint(3, 6)
        )
        seen = lives.check_in(house, treatment, number=0)
        lives.see(house, seen, by="assistant", note="", after=timedelta(hours=3))
    lives.book(
        house, patient, kind=Appointment.REVIEW, with_="nurse", room=0, course=course,
        starts_at=house.when(0, "14:00"), minutes=30, at=house.when(-40, "12:00"),
    )  # fmt: skip


def _grace(house: House, at: datetime) -> None:
    """The whole way is behind her: three treatments, three reviews, and the summary."""
    patient, _, consultation = _consulted(house, "grace", days=-330, by="doctor")
    _photograph(house, patient, consultation, "first.jpg", at=house.when(-330, "10:40"))
    course, plan = lives.plan(
        house, consultation, _face("1.5", 10), by="doctor", interval_days=42, at=house.when(-330, "11:00")
    )
    lives.sign_consent(plan, patient, at=house.when(-325, "20:00"))
    for days in (-310, -266, -223):
        treatment = lives.treat(house, course, by="doctor", at=house.when(days, "09:30"), pain=5, site=1)
        seen = lives.check_in(house, treatment, number=0)
        lives.see(house, seen, by="assistant", note="", after=timedelta(hours=3))
    shares = (
        ("six-weeks", -180, "3", "16"),
        ("three-months", -130, "2", "12"),
        ("six-months", -38, "2", "11"),
    )
    for stage, days, grade, score in shares:
        held = lives.review(
            house, course, by="doctor", stage=stage,
            scores=[("goodman-baron-qualitative", "", grade), ("goodman-baron-quantitative", "", score)],
            rating="better", conclusion="continue" if stage != "six-months" else "finish",
            at=house.when(days, "16:00"),
        )  # fmt: skip
        if stage == "six-months":
            _photograph(house, patient, held, "later.jpg", at=house.when(days, "16:20"))
    course_summaries.end_course(
        course=course, outcome="completed", note="Content with the result.", by=house.as_("doctor"),
        at=house.when(-38, "16:40"),
    )  # fmt: skip


def _keira(house: House, at: datetime) -> None:
    """Pregnant: refused, and nobody may override it."""
    patient, person = _arrive(house, "keira", days=-12)
    lives.answer_history(patient, person, at=house.when(-11, "22:10"))


def _liam(house: House, at: datetime) -> None:
    """Stopped isotretinoin two months ago: to wait until half a year has passed."""
    patient, person = _arrive(house, "liam", days=-15)
    stopped = house.today - timedelta(days=62)
    lives.answer_history(
        patient, person, at=house.when(-14, "18:00"),
        more={"isotretinoin": {"answer": "yes", "date": stopped.isoformat()}, "isotretinoin-now": {"answer": "no"}},
    )  # fmt: skip


def _ana(house: House, at: datetime) -> None:
    """Dark marks after the second treatment: a complication the medical lead follows."""
    patient, _, consultation = _consulted(house, "ana", days=-120)
    course, plan = lives.plan(house, consultation, _face("1.5", 6), by="nurse", at=house.when(-120, "11:00"))
    lives.sign_consent(plan, patient, at=house.when(-117, "20:00"))
    lives.treat(house, course, by="nurse", at=house.when(-100, "09:30"), pain=4)
    second = lives.treat(house, course, by="nurse", at=house.when(-55, "09:30"), pain=4)
    report = incidents.open_incident(
        kind=Incident.COMPLICATION, code="darker-skin", patient=patient, treatment=second, area="cheek-left",
        severity="moderate", what="Brown marks on the left cheek, 2 cm across, since about two weeks.",
        happened_at=house.when(-30, "09:00"), by=house.as_("nurse"), at=house.when(-28, "10:00"),
    )  # fmt: skip
    incidents.acknowledge(incident=report, by=house.as_("lead"), at=house.when(-28, "12:30"))
    yellow_card.prepare(house, report)


def _helen(house: House, at: datetime) -> None:
    """Withdrew her consent half-way: stopped, cared for, signed."""
    patient, _, consultation = _consulted(house, "helen", days=-40)
    course, plan = lives.plan(house, consultation, _face("1.5", 8), by="nurse", at=house.when(-40, "11:00"))
    lives.sign_consent(plan, patient, at=house.when(-37, "20:00"))
    begin = house.when(-26, "14:00")
    treatment = lives.prepare(house, course, by="nurse", at=begin)
    lives.needle(house, treatment, by="nurse", at=begin + timedelta(minutes=70), areas=1)
    treatment = treatments.stop(
        treatment=treatment, because="The patient withdraws the consent", consent_withdrawn=True,
        by=house.as_("nurse"), at=begin + timedelta(minutes=84),
    )  # fmt: skip
    lives.wind_down(house, treatment, by="nurse", pain=8, at=begin + timedelta(minutes=88))


def _yusuf(house: House, at: datetime) -> None:
    """Treated during a power cut and written up afterwards; later he missed an appointment."""
    patient, _, consultation = _consulted(house, "yusuf", days=-60, by="doctor")
    course, plan = lives.plan(house, consultation, _face("1.5", 8), by="doctor", at=house.when(-60, "11:00"))
    lives.sign_consent(plan, patient, at=house.when(-57, "20:00"))
    happened = house.when(-44, "10:00")
    unit = founding.next_unit(house, DeviceModel.objects.get(code="dermaroller-mf-8"))
    late = late_entries.record_late(
        course=course, practitioner=house.staff["doctor"], site=house.sites[0],
        happened_at=happened, ended_at=happened + timedelta(minutes=30),
        areas=[
            LateArea(area=row.area, indication=row.indication, needle_mm=row.needle_mm, passes=row.passes, unit=unit)
            for row in plan.areas.all()
        ],
        because="Power cut from 9:40 to 13:00. Written on paper by Dr Weber, entered the same evening.",
        pain=4, redness="moderate", sharps_container="SH-0409", by=house.as_("lead"), at=house.when(-44, "18:30"),
    )  # fmt: skip
    late = treatments.give_aftercare(treatment=late, by=house.as_("lead"), at=house.when(-44, "18:40"))
    treatments.sign(treatment=late, by=house.as_("lead"), at=house.when(-44, "18:45"), identified=True)
    missed = lives.book(
        house, patient, kind=Appointment.TREATMENT, with_="doctor", room=1, course=course,
        starts_at=house.when(-2, "12:00"), minutes=90, at=house.when(-40, "10:00"),
    )  # fmt: skip
    appointments.mark_no_show(appointment=missed, by=house.as_("desk"), at=house.when(-2, "12:40"))


def _ingrid(house: House, at: datetime) -> None:
    """Takes methotrexate: the rule says wait, and a prescriber has decided with a reason."""
    patient, person = _arrive(house, "ingrid", days=-18)
    lives.answer_history(patient, person, at=house.when(-17, "11:00"))
    history = screening_rules.latest_history(patient)
    assert history is not None
    for finding in history.findings.filter(override_by="prescriber").exclude(verdict="care"):
        screenings.override(
            finding=finding,
            because="Letter of her rheumatologist of last month: stable, may be needled, short needles, no break needed.",
            by=house.as_("lead"), at=house.when(-15, "12:00"),
        )  # fmt: skip
    lives.consult(
        house, patient, person, by="doctor", concerns=[("striae", "abdomen", "White stretch marks")],
        motive="Stretch marks after two pregnancies.", expectation="Knows that white marks respond less than red ones.",
        at=house.when(-14, "09:00"),
    )  # fmt: skip


def _the_stockroom(house: House, at: datetime) -> None:
    """One packet was dropped and thrown away, and one lot waits for its maker's answer."""
    unit = founding.next_unit(house, DeviceModel.objects.get(code="dermaroller-mf-8"))
    devices.discard(
        unit=unit, because="Packet dropped, seal open", by=house.as_("assistant"), at=house.when(-8, "09:00")
    )


LIVES = (
    _grace, _thomas, recalls.drill, recalls.balm, _ana, _yusuf, _maria, _helen, _priya, _john, _ingrid, _liam, _keira, _oluwaseun, _xiaoming,
    _dmytro, _fatima, _zoe, _amelia, _the_stockroom,
)  # fmt: skip
