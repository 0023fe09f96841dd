"""The trail: sealed in order, checked to the last column, and honest about what is not sealed yet."""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from needlework.clinic import audit
from needlework.clinic.actions import trail as actions
from needlework.clinic.audit import Event
from needlework.clinic.errors import NotAllowed, TrailBroken, TrailKeyMissing
from needlework.clinic.models import AuditEvent, TrailSeal
from needlework.clinic.queries import anchor
from needlework.clinic.queries import trail as queries
from needlework.clinic.queries.verification import Report, verify
from needlework.clinic.rules.trail import COLUMNS, Anchor, message, numbers, ranges, spans
from needlework.clinic.who import Role
from tests.factories import people
from tests.factories import trail as made
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture(autouse=True)
def own_anchor(settings: Any, tmp_path: Path) -> Path:
    """Each test has an anchor file of its own."""
    settings.TRAIL_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    settings.TRAIL_KEY_FILE = tmp_path / "trail.key"
    return Path(settings.TRAIL_ANCHOR_FILE)


def check() -> Report:
    return verify(at=LATER, compare_times=True)


# --- the pieces ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ids", "text"),
    [([1], "1"), ([1, 2, 3], "1-3"), ([1, 3], "1,3"), ([5, 6, 9, 11, 12], "5-6,9,11-12")],
)
def test_ids_are_written_as_short_ranges_and_read_back(ids: list[int], text: str) -> None:
    assert ranges(ids) == text
    assert list(numbers(text)) == ids


@pytest.mark.parametrize("text", ["", "x", "3-1", "1-1", "1,2", "2,1", "1-3,2", "1-", "1,,3"])
def test_ranges_that_nobody_would_write_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        spans(text)


def test_every_column_of_a_line_is_hashed() -> None:
    assert {field.column for field in AuditEvent._meta.concrete_fields} == set(COLUMNS)
    row: list[object] = [1, 2, "3", "4", "5", "6", "7", "8", "9", "10", "11"]
    seen = {message(row)}
    for place in range(len(COLUMNS)):
        changed = list(row)
        changed[place] = 99 if place < 2 else "other"
        seen.add(message(changed))
    assert len(seen) == len(COLUMNS) + 1
    assert json.loads(message(row))[3] == "4"
    assert message([*row[:9], None, "{}"]) != message([*row[:9], "null", "{}"])


def test_an_anchor_line_comes_back_as_it_was_and_nothing_else_does() -> None:
    line = Anchor(1, 1, 3, "1-3", "a" * 64, NOW.isoformat()).signed(b"k" * 32, "0" * 64)
    assert Anchor.from_text(line.as_text()) == line
    facts = json.loads(line.as_text())
    for wrong in (
        {"count": 4},
        {"count": True},
        {"batch": "1"},
        {"at": "x"},
        {"events": "1-99"},
        {"more": 1},
    ):
        with pytest.raises(ValueError, match=r".+"):
            Anchor.from_text(json.dumps({**facts, **wrong}))
    with pytest.raises(ValueError, match=r".+"):
        Anchor.from_text("[]")


# --- sealing ------------------------------------------------------------------------------------------
def test_an_empty_trail_holds() -> None:
    report = check()
    assert report.holds
    assert (report.lines, report.unsealed, report.batches) == (0, 0, 0)


def test_lines_are_sealed_in_order_and_the_trail_holds() -> None:
    made.sealed_trail(batches=3, per_batch=4)
    assert list(TrailSeal.objects.order_by("position").values_list("position", flat=True)) == list(
        range(1, 13)
    )
    report = check()
    assert report.holds, report.problems
    assert (report.lines, report.batches, report.unsealed) == (12, 3, 0)
    assert report.head == TrailSeal.objects.get(position=12).mac
    assert len(made.anchor_file().read_text().splitlines()) == 3
    assert made.anchor_file().stat().st_mode & 0o777 == 0o600


def test_the_unsealed_window_is_stated_and_then_sealed() -> None:
    at = made.sealed_trail(batches=1)
    made.line(100, at + timedelta(minutes=1))
    made.line(101, at + timedelta(minutes=2))
    by = people.acting(people.staff(people.clinic(), Role.AUDITOR))
    report = actions.verify(by=[by], at=at + timedelta(minutes=3))
    assert report.unsealed == 2
    assert report.unsealed_since is not None
    assert report.unsealed_since.startswith("2026-11-24 12:01:00")
    assert TrailSeal.objects.count() == 10
    line = AuditEvent.objects.get(event="trail-verified")
    assert line.detail["problems"] == 0
    assert line.clinic == by.clinic_id
    assert check().unsealed == 1  # the line which says that it was verified


def test_nothing_is_sealed_while_something_is_wrong() -> None:
    at = made.sealed_trail(batches=2)
    made.line(100, at)
    with made.laid_open(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clinic_auditevent SET actor = 'Nobody' WHERE id = (SELECT min(event) FROM clinic_trailseal)"
        )
    before = made.anchor_file().read_bytes()
    report = actions.verify(by=[], at=at)
    assert [problem.code for problem in report.problems] == ["line-changed"]
    assert made.anchor_file().read_bytes() == before


def test_a_long_wait_is_sealed_in_batches_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 4)
    for n in range(10):
        made.line(n, NOW)
    assert actions.seal_waiting(at=NOW) == 10
    assert [Anchor.from_text(text).count for text in made.anchor_file().read_text().splitlines()] == [4, 4, 2]
    assert check().holds


def test_one_sealer_goes_on_where_another_left_off() -> None:
    first = actions.Sealer()
    made.line(1, NOW)
    assert first.seal(at=NOW) == 1
    made.line(2, NOW)
    assert actions.seal_waiting(at=NOW) == 1
    made.line(3, NOW)
    assert first.seal(at=NOW) == 1
    assert first.seal(at=NOW) == 0
    assert check().lines == 3


def test_a_batch_lost_between_anchor_and_database_is_completed_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made.sealed_trail(batches=2, per_batch=3)
    for n in (90, 91):
        made.line(n, NOW + timedelta(hours=4))

    def power_cut(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(actions, "_insert", power_cut)
        with pytest.raises(KeyboardInterrupt):
            actions.seal_waiting(at=NOW + timedelta(hours=4))
    made.line(92, NOW + timedelta(hours=5))
    report = check()
    assert report.holds
    assert report.unfinished is not None
    assert report.unfinished.count == 2
    assert report.unsealed == 1
    assert actions.seal_waiting(at=NOW + timedelta(hours=5)) == 1
    report = check()
    assert (report.holds, report.lines, report.unsealed, report.unfinished) == (True, 9, 0, None)


def test_a_torn_last_line_of_the_anchor_is_cut_off_and_written_again() -> None:
    made.sealed_trail(batches=2, per_batch=3)
    whole = made.anchor_file().read_bytes()
    made.anchor_file().write_bytes(whole + b'{"batch":3,"fir')
    assert check().holds
    made.line(50, NOW + timedelta(hours=4))
    assert actions.seal_waiting(at=NOW + timedelta(hours=4)) == 1
    assert made.anchor_file().read_bytes().startswith(whole)
    assert check().holds


def test_the_sealer_stops_when_the_anchor_file_is_gone() -> None:
    made.sealed_trail(batches=1)
    made.anchor_file().unlink()
    with pytest.raises(TrailBroken, match="anchor file is empty"):
        actions.seal_waiting(at=NOW)


def test_the_sealer_stops_when_the_database_was_put_back_to_an_older_state() -> None:
    made.sealed_trail(batches=4, per_batch=3)
    with made.laid_open(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM clinic_trailseal WHERE position > 6")
        cursor.execute("DELETE FROM clinic_auditevent WHERE id NOT IN (SELECT event FROM clinic_trailseal)")
    with pytest.raises(TrailBroken, match="up to position 6"):
        actions.seal_waiting(at=NOW)
    assert "seals-cut" in {problem.code for problem in check().problems}


def test_a_batch_that_was_tampered_with_is_not_completed() -> None:
    made.sealed_trail(batches=2, per_batch=3)
    with made.laid_open(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM clinic_trailseal WHERE position > 3")
        cursor.execute(
            "UPDATE clinic_auditevent SET actor = 'x' WHERE id = (SELECT max(id) FROM clinic_auditevent)"
        )
    with pytest.raises(TrailBroken, match="not those that were sealed"):
        actions.seal_waiting(at=NOW)


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [("short", 0o600, "is not a key"), ("A" * 43 + "=", 0o644, "read by others"), (None, 0o600, "missing")],
)
def test_a_key_that_is_not_as_it_should_be_is_refused(
    settings: Any, content: str | None, mode: int, says: str
) -> None:
    settings.DEMONSTRATION = False
    path = Path(settings.TRAIL_KEY_FILE)
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    with pytest.raises(TrailKeyMissing, match=says):
        anchor.trail_key()


def test_another_key_does_not_fit(settings: Any, tmp_path: Path) -> None:
    made.sealed_trail(batches=2)
    settings.TRAIL_KEY_FILE = tmp_path / "another.key"
    assert check().problem_count >= 2
    with pytest.raises(TrailBroken):
        actions.seal_waiting(at=NOW)


# --- lines that commit late (PostgreSQL) --------------------------------------------------------------
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_line_that_commits_after_higher_ones_were_sealed_is_sealed_too() -> None:
    sealer = actions.Sealer()
    holding, let_go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            made.line(1, NOW)
            holding.set()
            let_go.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    holding.wait(10)
    for n in range(2, 6):
        made.line(n, NOW)
        assert sealer.seal(at=NOW) == 1
    let_go.set()
    thread.join()
    assert sealer.seal(at=NOW) == 1
    for n in range(6, 9):
        made.line(n, NOW)
        assert sealer.seal(at=NOW) == 1
    assert sealer._low is not None
    assert sealer._low.mark() >= AuditEvent.objects.order_by("id").last().pk - 2  # type: ignore[union-attr]
    report = verify(at=NOW, compare_times=True)
    assert report.holds, report.problems
    assert (report.lines, report.unsealed) == (8, 0)


# --- tampering ----------------------------------------------------------------------------------------
def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _one(statement: str, *values: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


class Tampering:
    """One seeded way to do wrong to a sealed trail of six batches of eight lines."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        low, high = _one("SELECT min(event), max(event) FROM clinic_trailseal")
        self.low, self.high = int(low), int(high)

    def event(self) -> int:
        return self.draw.randint(self.low, self.high)

    def edit_a_column(self) -> None:
        column = self.draw.choice(COLUMNS)
        event = self.event()
        old = _one(f"SELECT {column} FROM clinic_auditevent WHERE id = %s", event)[0]
        values: dict[str, object] = {
            "id": 10_000 + event,
            "clinic": 77,
            "at": "2026-11-24 09:00:00",
            "actor_id": uuid.uuid4().hex,
            "about_id": uuid.uuid4().hex,
            "patient": uuid.uuid4().hex,
            "detail": json.dumps({"count": self.draw.randint(1000, 9999)}),
        }
        new = values.get(column, f"{old}x")
        if column in {"actor_id", "about_id", "patient"} and old is not None and self.draw.random() < 0.3:
            new = None
        _sql(f"UPDATE clinic_auditevent SET {column} = %s WHERE id = %s", new, event)

    def move_a_time_by_a_little(self) -> None:
        moved = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', at, '+1 second')"
        if connection.vendor == "postgresql":
            moved = "at + interval '1 microsecond'"
        _sql(f"UPDATE clinic_auditevent SET at = {moved} WHERE id = %s", self.event())

    def delete_a_line(self) -> None:
        _sql("DELETE FROM clinic_auditevent WHERE id = %s", self.event())

    def delete_a_line_and_its_seal(self) -> None:
        event = self.event()
        _sql("DELETE FROM clinic_auditevent WHERE id = %s", event)
        _sql("DELETE FROM clinic_trailseal WHERE event = %s", event)

    def swap_two_lines(self) -> None:
        one = self.draw.randint(self.low, self.high - 1)
        other = self.draw.randint(one + 1, self.high)
        for old, new in ((one, -1), (other, one), (-1, other)):
            _sql("UPDATE clinic_auditevent SET id = %s WHERE id = %s", new, old)

    def shift_the_ids(self) -> None:
        start = self.event()
        for event in range(self.high, start - 1, -1):
            _sql("UPDATE clinic_auditevent SET id = %s WHERE id = %s", event + 1, event)

    def swap_two_seals(self) -> None:
        one = self.draw.randint(1, 47)
        other = self.draw.randint(one + 1, 48)
        for old, new in ((one, -1), (other, one), (-1, other)):
            _sql("UPDATE clinic_trailseal SET position = %s WHERE position = %s", new, old)

    def cut_the_lines(self) -> None:
        _sql("DELETE FROM clinic_auditevent WHERE id > %s", self.draw.randint(self.low - 1, self.high - 1))

    def cut_lines_and_seals(self) -> None:
        after = self.draw.randint(self.low - 1, self.high - 1)
        _sql("DELETE FROM clinic_auditevent WHERE id > %s", after)
        _sql("DELETE FROM clinic_trailseal WHERE event > %s", after)

    def delete_a_seal(self) -> None:
        _sql("DELETE FROM clinic_trailseal WHERE position = %s", self.draw.randint(1, 48))

    def cut_the_seals(self) -> None:
        _sql("DELETE FROM clinic_trailseal WHERE position > %s", self.draw.randint(0, 47))

    def edit_a_seal(self) -> None:
        position = self.draw.randint(1, 48)
        mac = _one("SELECT mac FROM clinic_trailseal WHERE position = %s", position)[0]
        place = self.draw.randrange(64)
        other = "0" if mac[place] != "0" else "1"
        _sql(
            "UPDATE clinic_trailseal SET mac = %s WHERE position = %s",
            mac[:place] + other + mac[place + 1 :],
            position,
        )

    def point_a_seal_elsewhere(self) -> None:
        position = self.draw.randint(1, 48)
        _sql("UPDATE clinic_trailseal SET event = %s WHERE position = %s", self.high + 500, position)

    def add_a_seal(self) -> None:
        made.line(self.draw.randint(100, 999), LATER - timedelta(days=2))
        newest = _one("SELECT max(id) FROM clinic_auditevent")[0]
        _sql("INSERT INTO clinic_trailseal (position, event, mac) VALUES (49, %s, %s)", newest, "0" * 64)

    def insert_a_forged_old_line(self) -> None:
        """In a free place among old ids, or at the end with an old time."""
        at = NOW + timedelta(hours=self.draw.randint(1, 8))
        forged = made.line(self.draw.randint(100, 999), at)
        if self.draw.random() < 0.7:
            _sql(
                "UPDATE clinic_auditevent SET id = %s WHERE id = %s",
                self.low - 1 - self.draw.randrange(9),
                forged.pk,
            )

    def _anchor(self, change: Callable[[list[bytes]], list[bytes]]) -> None:
        path = made.anchor_file()
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    def edit_the_anchor(self) -> None:
        def change(lines: list[bytes]) -> list[bytes]:
            row = self.draw.randrange(len(lines))
            text = bytearray(lines[row])
            place = self.draw.randrange(len(text) - 1)
            text[place] = text[place] ^ 1 if chr(text[place]).isalnum() else ord("0")
            lines[row] = bytes(text)
            return lines

        self._anchor(change)

    def edit_a_fact_of_the_anchor(self) -> None:
        def change(lines: list[bytes]) -> list[bytes]:
            row = self.draw.randrange(len(lines))
            facts = json.loads(lines[row])
            name = self.draw.choice(["batch", "first", "at", "head", "mac", "events"])
            facts[name] = {"batch": 9, "first": 9, "at": LATER.isoformat(), "events": "1-8"}.get(
                name, "f" * 64
            )
            if name == "events":
                facts["events"] = f"{self.high + 1}-{self.high + 8}"
            lines[row] = json.dumps(facts, separators=(",", ":")).encode() + b"\n"
            return lines

        self._anchor(change)

    def delete_an_anchor_line(self) -> None:
        row = self.draw.randrange(6)
        self._anchor(lambda lines: lines[:row] + lines[row + 1 :])

    def swap_two_anchor_lines(self) -> None:
        row = self.draw.randrange(5)
        self._anchor(lambda lines: [*lines[:row], lines[row + 1], lines[row], *lines[row + 2 :]])

    def repeat_an_anchor_line(self) -> None:
        row = self.draw.randrange(6)
        self._anchor(lambda lines: [*lines[: row + 1], lines[row], *lines[row + 1 :]])

    def cut_the_anchor(self) -> None:
        path = made.anchor_file()
        data = path.read_bytes()
        path.write_bytes(data[: self.draw.randrange(len(data))])

    def begin_the_anchor_anew(self) -> None:
        row = self.draw.randint(1, 5)
        self._anchor(lambda lines: lines[row:])


WAYS = sorted(name for name in vars(Tampering) if not name.startswith("_") and name != "event")


@pytest.fixture
def open_trail() -> Iterator[None]:
    """Forty-eight sealed lines in six batches, with gaps below the first id, and no triggers."""
    for n in range(12):  # ids that a rolled back transaction used up
        made.line(n, NOW)
    with made.laid_open():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM clinic_auditevent")
        made.sealed_trail()
        yield


@pytest.mark.usefixtures("open_trail")
def test_a_thousand_random_mutations_of_trail_and_anchor_are_all_found() -> None:
    anchored = made.anchor_file().read_bytes()
    assert check().holds
    missed = []
    for seed in range(1000):
        way = WAYS[seed % len(WAYS)]
        mark = transaction.savepoint()
        before = _fingerprint()
        getattr(Tampering(seed), way)()
        if _fingerprint() == before:  # a byte of the anchor was replaced by itself
            transaction.savepoint_rollback(mark)
            continue
        report = check()
        if report.holds and report.unfinished is None:
            missed.append((seed, way))
        transaction.savepoint_rollback(mark)
        made.anchor_file().write_bytes(anchored)
    assert missed == []
    report = check()
    assert report.holds, report.problems
    assert (report.lines, report.unfinished) == (48, None)


def _fingerprint() -> tuple[bytes, list[Any], list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {queries.columns()} FROM clinic_auditevent e ORDER BY id")
        events = cursor.fetchall()
        cursor.execute("SELECT position, event, mac FROM clinic_trailseal ORDER BY position")
        return made.anchor_file().read_bytes(), events, cursor.fetchall()


@pytest.mark.usefixtures("open_trail")
def test_seals_cut_off_by_one_whole_batch_are_put_back_from_the_anchor() -> None:
    head = check().head
    _sql("DELETE FROM clinic_trailseal WHERE position > 40")
    report = check()
    assert report.unfinished is not None
    assert report.unfinished.count == 8
    actions.seal_waiting(at=LATER)
    assert check().head == head


# --- reading ------------------------------------------------------------------------------------------
def test_only_the_medical_lead_and_the_auditor_read_the_trail() -> None:
    clinic = people.clinic()
    for role in Role:
        if role in {Role.PATIENT, Role.PROGRAM}:
            continue
        by = people.acting(people.staff(clinic, role))
        if role in {Role.MEDICAL_LEAD, Role.AUDITOR}:
            assert queries.lines(by).lines == []
        else:
            with pytest.raises(NotAllowed):
                queries.lines(by)


def test_the_trail_is_read_newest_first_page_by_page_without_gap_or_repeat() -> None:
    clinic = people.clinic()
    by = people.acting(people.staff(clinic, Role.AUDITOR))
    for n in range(120):
        made.line(n, NOW + timedelta(seconds=n // 3), clinic=clinic.pk)
    made.line(500, NOW, clinic=clinic.pk + 1000)
    seen: list[int] = []
    before = None
    for _ in range(3):
        page = queries.lines(by, before=before)
        seen += [line.pk for line in page.lines]
        before = page.next_before
    assert before is None
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)


def test_the_trail_is_filtered_by_person_patient_event_and_day() -> None:
    clinic = people.clinic()
    lead = people.staff(clinic, Role.MEDICAL_LEAD, name="Zoë Adeyemi")
    by, patient = people.acting(lead), people.patient(clinic)
    audit.record(Event.RECORD_OPENED, by=by, at=NOW, about=patient)
    audit.record(Event.STOCK_VIEWED, by=by, at=NOW + timedelta(days=1))
    other = people.acting(people.staff(clinic, Role.ASSISTANT, name="Ben"))
    audit.record(Event.STOCK_VIEWED, by=other, at=NOW + timedelta(days=2))
    assert len(queries.lines(by).lines) == 3
    assert len(queries.lines(by, person="adeyemi").lines) == 2
    assert [line.event for line in queries.lines(by, patient=patient.public_id).lines] == ["record-opened"]
    assert len(queries.lines(by, event="stock-viewed").lines) == 2
    since, until = queries.day_bounds(NOW.date(), NOW.date(), NOW.tzinfo)
    assert len(queries.lines(by, since=since, until=until).lines) == 1


@pytest.mark.django_db(transaction=True)
def test_a_verification_does_not_hold_up_those_who_write() -> None:
    made.sealed_trail(batches=2)
    from needlework.clinic.queries import verification

    with verification._one_view():
        assert TrailSeal.objects.count() == 16
        written = threading.Thread(target=_write_and_close)
        written.start()
        written.join(10)
        assert not written.is_alive()
        assert AuditEvent.objects.count() == 16  # this view does not move
    assert AuditEvent.objects.count() == 17


def _write_and_close() -> None:
    made.line(1, NOW)
    connection.close()
