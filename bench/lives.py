"""The patients whom bench/fill.py multiplies: a few lives, lived through the real actions of the record.

So the filled database holds exactly what a clinic's would, whatever the tables come to look like.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from needlework.clinic.actions import course_summaries, devices, packs
from needlework.clinic.actions.consents import publish_default_text
from needlework.clinic.actions.courses import PlannedArea
from needlework.clinic.demo import founding, lives, people
from needlework.clinic.demo.house import House
from needlework.clinic.models import Appointment, Consultation, Course, DeviceModel, Patient, Treatment
from needlework.clinic.rules.wording import local_day

DEVICE = "dermaroller-cit-8"
AREAS = (
    ("cheek-left", "photoageing"),
    ("cheek-right", "photoageing"),
    ("upper-lip", "fine-lines"),
    ("forehead", "fine-lines"),
    ("chin", "fine-lines"),
)
INTERVAL, PAUSE = 29, 50  # days between treatments, and between the last and the next course


@dataclass(frozen=True, slots=True)
class Life:
    """One way through the clinic: how many treatments each course had, how many areas were treated each time."""

    name: str
    share: float  # of all patients
    courses: tuple[int, ...]
    planned: int  # treatments planned in each course
    areas: int
    last: int  # days from today to the last treatment


LIVES = (
    Life("long", 0.30, (5, 5, 5, 5), 5, 4, -55),
    Life("middle", 0.30, (5, 5), 6, 5, -33),
    Life("short", 0.20, (5,), 6, 3, -35),
    Life("planned", 0.10, (0,), 5, 4, -12),
    Life("asked", 0.10, (), 0, 0, -4),
)
SITTING = "sitting"  # a treatment that is going on: bench/saving.py writes into its copies


def found(at: datetime) -> House:
    """A clinic with its staff, rooms and stock, and nobody treated yet."""
    import random

    begins = at - timedelta(days=860)
    clinic, staff, sites, rooms = founding.found(at=begins)
    house = House(clinic, staff, sites, rooms, random.Random(7), local_day(at, clinic.time_zone))
    packs.approve(by=house.as_("lead"), at=begins)
    publish_default_text(clinic=clinic, by=house.as_("lead"), at=begins)
    devices.receive(
        site=sites[0],
        model=DeviceModel.objects.get(code=DEVICE),
        lot="C077K2",
        expires_on=house.today + timedelta(days=400),
        quantity=200,
        supplier="A wholesaler (invented)",
        by=house.as_("desk"),
        at=begins,
    )
    return house


def live_all(house: House, at: datetime, tell: Callable[[str], None]) -> dict[str, Patient]:
    """Every life once. The patients by the name of their life."""
    lived = {}
    for number, life in enumerate(LIVES):
        tell(f"living a life: {life.name}")
        lived[life.name] = _live(house, life, clock=f"{8 + 2 * number:02}:00")
    tell("living a life: sitting")
    lived[SITTING] = _sitting(house, at)
    return lived


def _person(name: str) -> people.Patient:
    number = [*(life.name for life in LIVES), SITTING].index(name)
    born_on = date(1970 + number, 1 + number, 17)
    family_name = ("Aster", "Birch", "Cedar", "Daphne", "Elder", "Fern")[number]
    phone, email = f"07700 90020{number}", f"{name}@bench.example"
    return people.Patient(name, name.capitalize(), family_name, born_on, "f", phone, 2, email)


def _live(house: House, life: Life, *, clock: str) -> Patient:
    person = _person(life.name)
    length = sum((max(number, 1) - 1) * INTERVAL for number in life.courses) + PAUSE * len(life.courses[1:])
    day = life.last - length
    patient = lives.register(house, person, at=house.when(day - 20, clock))
    if not life.courses:
        lives.answer_history(patient, person, at=house.when(day - 15, clock))
    for number, treatments in enumerate(life.courses):
        course = _course(house, patient, person, life, day=day, clock=clock)
        for sitting in range(treatments):
            _treated(house, patient, course, day=day + sitting * INTERVAL, clock=clock)
        day += (max(treatments, 1) - 1) * INTERVAL
        if treatments and day + 42 < 0:
            lives.review(
                house, course, by="nurse", stage="six-weeks", scores=[("glogau", "", "2")], rating="better",
                conclusion="finish", at=house.when(day + 42, clock),
            )  # fmt: skip
        if number + 1 < len(life.courses):
            course_summaries.end_course(
                course=course, outcome="completed", by=house.as_("nurse"), at=house.when(day + 43, clock)
            )
            day += PAUSE
    return patient


def _course(
    house: House, patient: Patient, person: people.Patient, life: Life, *, day: int, clock: str
) -> Course:
    lives.answer_history(patient, person, at=house.when(day - 7, clock))
    chosen = AREAS[: life.areas]
    consultation: Consultation = lives.consult(
        house, patient, person, by="nurse", purpose="cosmetic",
        concerns=[(indication, area, "Fine crinkling") for area, indication in chosen],
        motive="Looks tired in photographs.", expectation="Fresher skin, knows that lines stay.",
        scores=[("glogau", "", "3")], at=house.when(day - 6, clock),
    )  # fmt: skip
    course, plan = lives.plan(
        house, consultation,
        [PlannedArea(area, indication, DEVICE, Decimal("0.5"), 6, "even-redness") for area, indication in chosen],
        by="nurse", treatments_planned=life.planned, interval_days=28, at=house.when(day - 6, clock),
    )  # fmt: skip
    lives.sign_consent(plan, patient, at=house.when(day - 5, clock))
    return course


def _treated(house: House, patient: Patient, course: Course, *, day: int, clock: str) -> Treatment:
    begins = house.when(day, clock)
    lives.book(
        house, patient, kind=Appointment.TREATMENT, with_="nurse", room=0, course=course, starts_at=begins,
        minutes=90, at=begins - timedelta(days=3),
    )  # fmt: skip
    treatment = lives.treat(house, course, by="nurse", at=begins, pain=3)
    for number in range(3):
        seen = lives.check_in(house, treatment, number=number)
        lives.see(house, seen, by="assistant", note="", after=timedelta(hours=2))
    return treatment


def _sitting(house: House, at: datetime) -> Patient:
    """In the chair, numbed, the first packet open, the needling begun."""
    person = _person(SITTING)
    life = Life(SITTING, 0, (0,), 5, 5, -12)
    patient = lives.register(house, person, at=house.when(-32))
    course = _course(house, patient, person, life, day=-12, clock="17:00")
    begins = at - timedelta(minutes=85)
    treatment = lives.prepare(house, course, by="nurse", at=begins)
    lives.needle(house, treatment, by="nurse", at=begins + timedelta(minutes=70), areas=0)
    return patient
