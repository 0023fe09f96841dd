"""A clinic of many patients: the lives of bench/lives.py, copied inside the database.

Each row of a life becomes one INSERT ... SELECT that writes it for all its copies at once, with a public id of its
own, pointing to the copies' own rows, and moved back in time. Ids run life by life and row by row, so the rows of
one patient lie far apart, as they do where people come back month after month.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from needlework.clinic import reference
from needlework.clinic.actions import appointments, clinics, team
from needlework.clinic.actions import trail as trail_actions
from needlework.clinic.demo import people
from needlework.clinic.demo.house import House
from needlework.clinic.models import (
    AnaestheticApplication,
    Appointment,
    AuditEvent,
    CheckIn,
    Concern,
    Consent,
    Consultation,
    Countersignature,
    Course,
    DayConsent,
    DeviceUnit,
    DeviceUse,
    Document,
    Finding,
    History,
    Patient,
    Plan,
    PlanArea,
    Reconfirmation,
    Review,
    Score,
    SearchKey,
    TopicalUse,
    Treatment,
    TreatmentArea,
    triggers,
)
from needlework.clinic.queries import operators
from needlework.clinic.queries.patients import keys_of
from needlework.clinic.rules import names
from needlework.clinic.who import Actor, Role

from . import lives

# Each model after those it points to, and how its rows are found from the patient of a life.
COPIED: tuple[tuple[type[models.Model], str], ...] = (
    (History, "patient"),
    (Finding, "history__patient"),
    (Consultation, "patient"),
    (Concern, "patient"),
    (Course, "patient"),
    (Plan, "course__patient"),
    (PlanArea, "plan__course__patient"),
    (Consent, "patient"),
    (Appointment, "patient"),
    (Treatment, "patient"),
    (Reconfirmation, "treatment__patient"),
    (DayConsent, "treatment__patient"),
    (Countersignature, "day__treatment__patient"),
    (AnaestheticApplication, "treatment__patient"),
    (DeviceUnit, "uses__patient"),
    (DeviceUse, "patient"),
    (TreatmentArea, "patient"),
    (TopicalUse, "treatment__patient"),
    (CheckIn, "patient"),
    (Review, "patient"),
    (Score, "patient"),
    (Document, "patient"),
)
TRAIL_SHARE = 8  # of the trail lines of a life every eighth is copied: about three for a treatment
SITTINGS = 2000
TODAY = (("short", 14), ("long", 12), ("middle", 6), ("planned", 4), ("asked", 4))

GIVEN = (
    "Amelia", "Olivia", "Isla", "Ava", "Mia", "Ivy", "Lily", "Freya", "Zoë", "Grace", "Maria", "Márta", "Chloé",
    "Niamh", "Siobhán", "Наталья", "Ольга", "Ирина", "明美", "小红", "은혜", "Fatima", "Layla", "Priya", "Ananya",
    "George", "Noah", "Arthur", "Leo", "Harry", "Oscar", "Jürgen", "Łukasz", "Björn", "Андрій", "Дмитро", "Mohammed",
)  # fmt: skip
FAMILY = (
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Robinson", "Wright",
    "Thompson", "Evans", "Walker", "White", "Roberts", "Green", "Hall", "Wood", "Jackson", "Clarke", "O’Brien",
    "Müller", "Brânză", "Коваленко", "Петрова", "王", "李", "김", "Papadopoulou", "Nguyễn", "Adébáyọ̀", "García",
    "Ferreira da Silva", "Ó Briain", "Nowak", "Szczepański", "Khan", "Ahmed", "Hussain", "Singh", "Kaur", "Begum",
)  # fmt: skip


@dataclass
class Filled:
    """What was filled, and by which names it is asked for."""

    patients: int
    treatments: int
    rows: int
    took_s: float
    searches: list[str]
    pages: dict[str, list[str]] = field(default_factory=dict)  # public ids by what they are


def fill(patients: int, *, tell: Callable[[str], None]) -> Filled:
    """Fill the empty database of this place with so many patients, and ten times as many treatments."""
    begun = time.perf_counter()
    at = timezone.now().replace(microsecond=0)
    with connection.cursor() as cursor:
        for statement in _QUICK[connection.vendor]:
            cursor.execute(statement)
    call_command("migrate", verbosity=0)
    reference.load_devices(by=operators.nobody("bench"), at=at)
    with transaction.atomic():
        house = lives.found(at)
        lived = lives.live_all(house, at, tell)
    dice = random.Random(20260101)
    counts = {life.name: round(life.share * patients) for life in lives.LIVES}
    counts[lives.SITTING] = min(SITTINGS, max(200, patients // 5))
    rows = 0
    with unguarded():
        first = _free_id(Patient)
        for name, life in lived.items():
            with transaction.atomic():
                made = _copy(life, counts[name], first=first, dice=dice, recent=name == lives.SITTING)
            tell(f"{name}: {counts[name]} patients, {made} rows")
            rows += made
            first += counts[name]
    _book_today(house, at)
    tell("sealing the trail, and putting the tables in order")
    trail_actions.seal_waiting(at=at)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # what its own housekeeper does after a while
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Filled(
        patients=Patient.objects.count(),
        treatments=Treatment.objects.count(),
        rows=rows,
        took_s=round(time.perf_counter() - begun, 1),
        searches=_searches(dice),
        pages=_pages(dice),
    )


_QUICK = {"sqlite": ("PRAGMA synchronous=OFF",), "postgresql": ("SET synchronous_commit = off",)}
_BARE = {
    "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-1000000"),
    "postgresql": ("SET session_replication_role = replica",),
}
_AGAIN = {
    "sqlite": ("PRAGMA foreign_keys=ON", "PRAGMA cache_size=-65536"),
    "postgresql": ("SET session_replication_role = origin",),
}


@contextmanager
def unguarded() -> Iterator[None]:
    """Without triggers and foreign keys: what is copied was lived under both. They are back afterwards."""
    with triggers.lifted(connection), connection.cursor() as cursor:
        for statement in _BARE[connection.vendor]:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in _AGAIN[connection.vendor]:
                cursor.execute(statement)
            if connection.vendor == "postgresql":
                _move_sequences(cursor)


def _move_sequences(cursor: Any) -> None:
    from django.apps import apps
    from django.core.management.color import no_style

    for statement in connection.ops.sequence_reset_sql(
        no_style(), list(apps.get_app_config("clinic").get_models())
    ):
        cursor.execute(statement)


def _free_id(model: type[models.Model]) -> int:
    return 1 + (model._default_manager.aggregate(most=models.Max("pk"))["most"] or 0)


# --- copying ------------------------------------------------------------------------------------------
@dataclass
class _Ids:
    """Where the copies of one model's rows are put."""

    first: int
    place: dict[int, int]  # id in the life: 0, 1, 2


def _copy(life: Patient, count: int, *, first: int, dice: random.Random, recent: bool) -> int:
    """Write `count` copies of one life. Returns how many rows."""
    people = _people(life, count, first=first, dice=dice, recent=recent)
    ids: dict[type[models.Model], _Ids] = {Patient: _Ids(first, {life.pk: 0})}
    found: list[tuple[type[models.Model], list[models.Model]]] = []
    for model, path in COPIED:
        rows = list(model._default_manager.filter(**{path: life}).order_by("pk"))
        found.append((model, rows))
        ids[model] = _Ids(_free_id(model), {row.pk: place for place, row in enumerate(rows)})
    made = people
    with connection.cursor() as cursor:
        for model, rows in found:
            for row in rows:
                made += _insert(cursor, model, row, ids, count)
        lines = list(AuditEvent.objects.filter(patient=life.public_id).order_by("pk"))
        for line in lines[::TRAIL_SHARE]:
            made += _insert(
                cursor, AuditEvent, line, {AuditEvent: _Ids(_free_id(AuditEvent), {line.pk: 0})}, count
            )
    return made


def _insert(
    cursor: Any, model: type[models.Model], row: models.Model, ids: dict[type[models.Model], _Ids], count: int
) -> int:
    columns, values, given = [], [], []
    for column in model._meta.concrete_fields:
        value = getattr(row, column.attname)
        target = column.related_model if column.is_relation else model if column.primary_key else None
        held = ids.get(target) if isinstance(target, type) else None
        columns.append(connection.ops.quote_name(str(column.column)))
        if held is not None and value in held.place:
            values.append(f"{held.first + held.place[value] * count} + c.n")
        elif isinstance(column, models.UUIDField) and value is not None and model is AuditEvent:
            known = column.name == "patient"
            values.append("c.patient" if known else "%s")
            given += [] if known else [column.get_db_prep_save(value, connection)]
        elif isinstance(column, models.UUIDField) and column.unique:
            values.append(_RANDOM_ID[connection.vendor])
        elif isinstance(column, models.DateTimeField) and value is not None:
            values.append(_MOVED[connection.vendor])
            given.append(column.get_db_prep_save(value, connection))
        else:
            values.append("%s")
            given.append(column.get_db_prep_save(value, connection))
    cursor.execute(
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT {', '.join(values)} FROM bench_copies c ORDER BY c.n",
        given,
    )
    return count


_RANDOM_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
_MOVED = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%S', %s, '-' || c.days || ' days')",
    "postgresql": "%s::timestamptz - c.days * interval '1 day'",
}


def _people(life: Patient, count: int, *, first: int, dice: random.Random, recent: bool) -> int:
    """The copies of the person, each with a name, birth date and phone of their own, and a table of the copies."""
    copies, rows, keys = [], [], []
    for number in range(count):
        # the first of each life stand where the life stands; the others lie up to three years back
        days = 0 if recent or number < 50 else dice.randrange(1100)
        patient = Patient.objects.none().model(
            **{
                column.attname: getattr(life, column.attname)
                for column in Patient._meta.concrete_fields
                if column.attname not in {"id", "public_id"}
            }
        )
        patient.pk, patient.public_id = first + number, uuid.UUID(int=dice.getrandbits(128), version=4)
        patient.number = f"P{first + number:06}"
        patient.given_name, patient.family_name = dice.choice(GIVEN), _family(dice)
        patient.born_on = date(1940, 1, 1) + timedelta(days=dice.randrange(24000))
        patient.phone = f"+447{dice.randrange(10**9):09}"
        patient.email = f"p{first + number}@bench.example"
        patient.sort_name = names.sort_name(patient.given_name, patient.family_name)
        patient.registered_at -= timedelta(days=days)
        rows.append(patient)
        copies.append((number, days, patient.public_id.hex))
        keys += [
            SearchKey(clinic_id=patient.clinic_id, patient=patient, key=key)
            for key in sorted(keys_of(patient))
        ]
    Patient.objects.bulk_create(rows, batch_size=400)
    SearchKey.objects.bulk_create(keys, batch_size=8000)
    kind = "uuid" if connection.vendor == "postgresql" else "text"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_copies")
        cursor.execute(
            f"CREATE TEMP TABLE bench_copies (n integer PRIMARY KEY, days integer, patient {kind})"
        )
        cursor.executemany("INSERT INTO bench_copies VALUES (%s, %s, %s)", copies)
    return len(rows) + len(keys)


def _family(dice: random.Random) -> str:
    """Common names are common: half the people share the first ten, and some carry two."""
    name = dice.choice(FAMILY[:10]) if dice.random() < 0.5 else dice.choice(FAMILY)
    return f"{name}-{dice.choice(FAMILY)}" if dice.random() < 0.2 else name


# --- today --------------------------------------------------------------------------------------------
def _book_today(house: House, at: datetime) -> None:
    """Forty people come to the first site today, in eight rooms."""
    founder = Actor(name="Bench", role=Role.PROGRAM, clinic_id=house.clinic.pk)
    early = house.when(-3)
    rooms, team_of_eight = [], []
    for number in range(8):
        rooms.append(clinics.add_room(site=house.sites[0], name=f"Cabin {number + 1}", by=founder, at=early))
        team_of_eight.append(
            team.add_staff(
                name=f"Practitioner {number + 1}", email=f"practitioner{number + 1}@bench.example",
                role="practitioner", registration_number=f"NMC {number:08}", treats=True,
                password=people.PASSWORD, by=founder, at=early,
            )
        )  # fmt: skip
    kinds = {"short": Appointment.TREATMENT, "planned": Appointment.TREATMENT, "middle": Appointment.TREATMENT,
             "long": Appointment.REVIEW, "asked": Appointment.CONSULTATION}  # fmt: skip
    booked = 0
    for life, count in TODAY:
        for patient in _of(life)[:count]:
            course = Course.objects.filter(patient=patient, closed_at=None).first()
            starts_at = house.when(0, f"{8 + 2 * (booked // 8):02}:00")
            appointments.book(
                patient=patient, practitioner=team_of_eight[booked % 8], room=rooms[booked % 8], kind=kinds[life],
                starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90), course=course,
                by=house.as_("desk"), at=early,
            )  # fmt: skip
            booked += 1


def _of(life: str) -> list[Patient]:
    """Some copies of a life, those that stand where it stands."""
    treated = {each.name: sum(each.courses) for each in lives.LIVES}[life]
    rows = Patient.objects.filter(email__endswith="@bench.example", number__gt="P000006")
    rows = rows.annotate(
        done=models.Count("treatments", filter=models.Q(treatments__signed_at__isnull=False))
    )
    if life == "planned":
        rows = rows.filter(consents__isnull=False, treatments=None)
    elif life == "asked":
        rows = rows.filter(consents=None)
    return list(rows.filter(done=treated, registered_at__gte=_newest(life)).order_by("pk")[:50])


def _newest(life: str) -> datetime:
    lived = Patient.objects.get(email=f"{life}@bench.example")
    return lived.registered_at


# --- what to ask for ----------------------------------------------------------------------------------
def _searches(dice: random.Random) -> list[str]:
    """What people type: beginnings, whole names, two words, other scripts, pieces of a phone number, a birth date."""
    some = list(Patient.objects.filter(pk__in=dice.sample(range(10, Patient.objects.count()), 60)))
    asked = ["s", "sm", "smi", "wil", "jo", "ma", "smith", "mül", "ков", "kov", "王", "brien"]
    for number, patient in enumerate(some):
        asked.append(
            (
                patient.family_name[:3],
                f"{patient.given_name} {patient.family_name}",
                f"{patient.given_name[:2]} {patient.family_name[:2]}",
                patient.phone[-5:],
                patient.phone[3:9],
                f"{patient.born_on:%d.%m.%Y}",
                patient.number,
            )[number % 7]
        )
    return asked


def _pages(dice: random.Random) -> dict[str, list[str]]:
    """Random patients with exactly twenty treatments, more than a server remembers, and random treatments of anybody."""
    twenty = {each.name: sum(each.courses) for each in lives.LIVES}["long"]
    last = Treatment.objects.aggregate(most=models.Max("pk"))["most"]
    some = Treatment.objects.filter(
        pk__in=[dice.randrange(1, last + 1) for _ in range(300)], signed_at__isnull=False
    )
    people: set[int] = set()
    by_number = Treatment.objects.filter(number=5, signed_at__isnull=False)
    for pk in by_number.order_by("pk").values_list("patient_id", flat=True)[
        :: max(1, by_number.count() // 3000)
    ]:
        people.add(pk)
    sample = dice.sample(sorted(people), min(len(people), 6000))
    rows = Patient.objects.filter(pk__in=sample).annotate(done=models.Count("treatments")).filter(done=twenty)
    return {
        "patient": [str(public_id) for public_id in rows.values_list("public_id", flat=True)[:2000]],
        "treatment": [str(public_id) for public_id in some.values_list("public_id", flat=True)],
        "sitting": [
            str(public_id)
            for public_id in Treatment.objects.filter(signed_at=None).values_list("public_id", flat=True)
        ],
    }
