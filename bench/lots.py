"""Millions of treatments with the packets used in them, written inside the database: what bench/recall.py looks up.

One treatment is made as the tests make one, and INSERT ... SELECT over a series writes as many like it as are asked
for. Five lots are in use at a time and each serves ten thousand patients, who lie scattered over the whole register.
Indexes are taken away while rows come in, and built again afterwards. Nothing is unlogged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from tests.factories import people, recalls

from needlework.clinic.models import (
    Course,
    DeviceUnit,
    DeviceUse,
    Patient,
    Plan,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.who import Actor, Role

from .fill import unguarded

Tell = Callable[[str], None]
LOT_SIZE = 10_000  # packets, each used on another patient
AT_ONCE = 5  # lots that are in use at the same time
BLOCK = LOT_SIZE * AT_ONCE
EACH = 10  # treatments of one patient
STRIDE = 7_919  # a prime: neighbours in time lie far apart in the register
DAYS = 1_000  # from the first treatment to the last
TABLES = (Patient, Course, Plan, Treatment, DeviceUnit, DeviceUse, TreatmentArea)
BEFORE = {
    "postgresql": (
        "ALTER SYSTEM SET max_wal_size = '16GB'",
        "ALTER SYSTEM SET checkpoint_timeout = '30min'",
        "SELECT pg_reload_conf()",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '1GB'",
    ),
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-1000000", "PRAGMA temp_store=MEMORY"),
}
AFTER = {
    "postgresql": ("SET synchronous_commit = on", "VACUUM (ANALYZE)", "CHECKPOINT"),
    "sqlite": (
        "ANALYZE",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA synchronous=FULL",
        "PRAGMA cache_size=-65536",
    ),
}


@dataclass
class Filled:
    """What is there, and who may look it up."""

    by: Actor
    use: DeviceUse  # the one that all others are like
    treatments: int = 0
    patients: int = 0
    took_s: float = 0.0
    runs: int = 0  # how often it was extended


def begin() -> Filled:
    """A clinic with one treatment."""
    with transaction.atomic():
        made = recalls.used(people.clinic(code="bench"))
    use = DeviceUse.objects.select_related("unit", "patient", "treatment__plan__course").get(pk=made.pk)
    by = Actor(name="operator:bench", role=Role.PROGRAM, clinic_id=use.clinic_id)
    return Filled(by, use)


def lot_of(number: int) -> str:
    """The lot with this number, counted from 0."""
    return f"L{number:05}"


def extend(filled: Filled, treatments: int, *, tell: Tell) -> None:
    """Write treatments until there are so many. A multiple of fifty thousand keeps every lot at ten thousand."""
    begun = time.perf_counter()
    first, last = filled.treatments, treatments - 1
    everybody = max(treatments // EACH, BLOCK)
    with connection.cursor() as cursor:
        for statement in BEFORE[connection.vendor]:
            cursor.execute(statement)
    with unguarded(), _without_indexes(tell):
        _people(filled, filled.patients, everybody - 1)
        tell(f"{everybody:,} patients")
        _treatments(filled, first, last, everybody)
        tell(f"{treatments:,} treatments, packets, uses and areas after {time.perf_counter() - begun:.0f} s")
    with connection.cursor() as cursor:
        for statement in AFTER[connection.vendor]:
            cursor.execute(statement)
    filled.treatments, filled.patients = treatments, everybody
    filled.runs += 1
    filled.took_s = round(time.perf_counter() - begun, 1)


# Numbers in the series count from 0; primary keys stay clear of the rows made by hand.
KEY = 1_000
_PERSON = f"{KEY} + s.i"


def _people(filled: Filled, first: int, last: int) -> None:
    patient = filled.use.patient
    plan = filled.use.treatment.plan
    name = {"postgresql": "'Person ' || lpad(s.i::text, 8, '0')", "sqlite": "printf('Person %08d', s.i)"}
    named = name[connection.vendor].replace("%", "%%")
    facts = {"number": "'N' || s.i", "sort_name": named, "given_name": named}
    _spread(Patient, patient, {"id": _PERSON, **facts}, first, last)
    _spread(Course, plan.course, {"id": _PERSON, "patient_id": _PERSON}, first, last)
    _spread(Plan, plan, {"id": _PERSON, "course_id": _PERSON}, first, last)


def _treatments(filled: Filled, first: int, last: int, everybody: int) -> None:
    use = filled.use
    area = use.areas.get()
    person = f"{KEY} + (s.i * {STRIDE}) %% {everybody}"
    # those that were there before have the numbers 0 to 10 in their courses
    number = f"{20 if first else 0} + s.i / {everybody}"
    lot = {"postgresql": "lpad(({})::text, 5, '0')", "sqlite": "printf('%%05d', {})"}[connection.vendor]
    lot = "'L' || " + lot.format(f"s.i / {BLOCK} * {AT_ONCE} + s.i %% {AT_ONCE}")
    ids = {"treatment_id": _PERSON, "unit_id": _PERSON, "device_use_id": _PERSON, "patient_id": person}
    facts = {"id": _PERSON, "lot": lot, "course_id": person, "plan_id": person, "number": number, **ids}
    for row in (use.treatment, use.unit, use, area):
        _spread(type(row), row, facts, first, last, days=True)


def _spread(
    model: type[models.Model],
    row: models.Model,
    given: Mapping[str, str],
    first: int,
    last: int,
    *,
    days: bool = False,
) -> None:
    """Rows like this one. `given` holds what differs, by column, as an expression of the number s.i."""
    vendor = connection.vendor
    back = f"s.i / {max(1, (last + 1) // DAYS)}"
    moved = {
        "postgresql": f"%s::timestamptz + ({back}) * interval '1 day'",
        "sqlite": f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', %s, '+' || ({back}) || ' days')",
    }[vendor]
    random_id = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}[vendor]
    columns, values, facts = [], [], []
    for column in model._meta.concrete_fields:
        name = str(column.column)
        columns.append(connection.ops.quote_name(name))
        value = getattr(row, column.attname)
        if name in given:
            values.append(given[name])
        elif name == "public_id":
            values.append(random_id)
        else:
            moves = days and isinstance(column, models.DateTimeField) and value is not None
            values.append(moved if moves else "%s")
            facts.append(
                column.get_db_prep_save(value - timedelta(days=DAYS) if moves else value, connection)
            )
    series = {
        "postgresql": f"generate_series({first}::bigint, {last}) AS s(i)",
        "sqlite": f"(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "  # noqa: S608
        "SELECT i FROM n) AS s",
    }[vendor]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {series}",  # noqa: S608
            facts,
        )


@contextmanager
def _without_indexes(tell: Tell) -> Iterator[None]:
    """Without the indexes of the large tables but their primary keys. They are back afterwards."""
    tables = [model._meta.db_table for model in TABLES]
    with connection.cursor() as cursor:
        again = _indexes(cursor, tables)
        for drop, _ in again:
            cursor.execute(drop)
        yield
        begun = time.perf_counter()
        for _, make in again:
            cursor.execute(make)
        tell(f"{len(again)} indexes after another {time.perf_counter() - begun:.0f} s")


def _indexes(cursor: Any, tables: list[str]) -> list[tuple[str, str]]:
    """How each index is dropped and made again. SQLite keeps those of columns declared unique with the table."""
    marks = ", ".join(["%s"] * len(tables))
    if connection.vendor == "sqlite":
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",  # noqa: S608
            tables,
        )
        return [(f'DROP INDEX "{name}"', sql) for name, sql in cursor.fetchall()]
    cursor.execute(
        "SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "  # noqa: S608
        f"WHERE c.contype = 'u' AND c.conrelid::regclass::text IN ({marks})",
        tables,
    )
    found = [
        (
            f'ALTER TABLE {table} DROP CONSTRAINT "{name}"',
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}',
        )
        for table, name, definition in cursor.fetchall()
    ]
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() "  # noqa: S608
        f"AND i.tablename IN ({marks}) AND i.indexname NOT IN (SELECT conname FROM pg_constraint)",
        tables,
    )
    return found + [(f'DROP INDEX "{name}"', definition) for name, definition in cursor.fetchall()]
