"""The trail checked from its first line to its last: lines, seals and anchor file against one another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from needlework.clinic.models import TrailSeal
from needlework.clinic.rules.trail import BEFORE_THE_FIRST, Anchor, numbers, seal

from . import anchor
from .trail import LATE, carried, columns, last_seal

CHUNK = 2000
MOST_PROBLEMS = 20
#: a line may carry a time this much before the batch before its own: the time between request and commit
BACKDATED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the trail."""

    code: str
    says: str
    position: int | None = None
    event: int | None = None


@dataclass(slots=True)
class Report:
    """What a verification found."""

    lines: int = 0  # sealed lines that were looked at
    batches: int = 0  # lines of the anchor file
    head: str = BEFORE_THE_FIRST
    problems: list[Problem] = field(default_factory=list)  # the first twenty
    problem_count: int = 0
    unfinished: Anchor | None = None  # the last batch, anchored but not yet in the database: a crash
    unsealed: int = 0
    unsealed_since: str | None = None  # the earliest time that an unsealed line carries, UTC

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return self.problem_count == 0

    def add(self, code: str, says: str, position: int | None = None, event: int | None = None) -> None:
        """Count one problem, and keep it if it is among the first."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, says, position, event))


def verify(*, at: datetime, compare_times: bool) -> Report:
    """Check the whole trail, in memory that does not grow with it. Reads only. Raises TrailKeyMissing.

    `compare_times` also finds lines which carry a time long before they were sealed; a demonstration, whose
    story lies in the past, leaves it off.
    """
    key = anchor.trail_key()
    report = Report()
    with _one_view() as anchored:
        bounds = _walk(key, anchored, report, compare_times=compare_times)
        _look_at_unsealed(report, bounds, at=at, compare_times=compare_times)
    return report


@contextmanager
def _one_view() -> Iterator[int]:
    """One moment of database and anchor file (its length then), without holding up anybody who writes."""
    if connection.in_atomic_block:
        yield anchor.size()
    elif connection.vendor == "sqlite":
        connection.ensure_connection()
        with connection.cursor() as cursor:
            with anchor.locked():
                cursor.execute("BEGIN DEFERRED")
                last_seal()  # the first query fixes what this view sees
                anchored = anchor.size()
            try:
                yield anchored
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            with anchor.locked():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                last_seal()
                anchored = anchor.size()
            yield anchored


def _stream(sql: str) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor() if connection.vendor == "sqlite" else connection.chunked_cursor()
    with cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


class _Bounds:
    """Between which ids and times the lines of a batch may lie, from the batches before it."""

    def __init__(self) -> None:
        self.late = LATE[connection.vendor]
        self.passed: list[tuple[datetime, int]] = []  # when sealed, and the highest id so far
        self.floor = 0  # ids up to here were settled when this batch was sealed
        self.earliest = ""  # the earliest time a line of this batch may carry

    def settle(self, at: datetime) -> None:
        """Nothing with a low id can still come from batches that were sealed long enough before `at`."""
        while self.passed and (not self.late or self.passed[0][0] <= at - self.late):
            self.floor = self.passed.pop(0)[1]

    def enter(self, batch: Anchor) -> None:
        """Go on to the next batch."""
        self.settle(batch.sealed_at)
        self.earliest = self._after
        highest = max(self.floor, batch.highest, self.passed[-1][1] if self.passed else 0)
        self.passed.append((batch.sealed_at, highest))
        self._after = (batch.sealed_at - BACKDATED).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    _after = ""

    def leave(self, at: datetime) -> None:
        """After the last batch: what holds for lines without a seal."""
        self.settle(at)
        self.earliest = self._after


def _expected(key: bytes, anchored: int, report: Report) -> Iterator[tuple[int, int, Anchor]]:
    """What the anchor file says: each position, its line and its batch. A changed line is not followed."""
    mac, number, position = BEFORE_THE_FIRST, 0, 0
    for text in anchor.texts(anchored):
        if not text.endswith("\n"):
            return  # torn by a crash, before its batch reached the database
        number += 1
        try:
            line = Anchor.from_text(text)
        except ValueError:
            report.add("anchor-unreadable", f"Line {number} of the anchor file cannot be read.")
            mac = ""
            continue
        report.batches += 1
        true = line.mac == line.signature(key, mac)
        if not true or line.batch != number or line.first != position + 1:
            report.add(
                "anchor-changed",
                f"Line {number} of the anchor file (batch {line.batch}) was changed, moved, or follows on one "
                "that is missing.",
            )
        mac, number = line.mac, line.batch
        if true:
            position = line.last
            for place, event in enumerate(numbers(line.events), line.first):
                yield place, event, line


def _walk(key: bytes, anchored: int, report: Report, *, compare_times: bool) -> _Bounds:
    """Go along the seals and the anchor file at once."""
    bounds = _Bounds()
    expected = _expected(key, anchored, report)
    wanted = next(expected, None)
    batch: Anchor | None = None
    previous: str | None = BEFORE_THE_FIRST  # None after a hole: the next seal cannot be checked
    position = 0
    for place, event, mac, *line in _stream(
        f"SELECT s.position, s.event, s.mac, {columns()} FROM clinic_trailseal s"  # noqa: S608
        " LEFT JOIN clinic_auditevent e ON e.id = s.event ORDER BY s.position"
    ):
        report.lines += 1
        if place != position + 1:
            report.add("seals-missing", f"Seals before position {place} are missing.", place)
            previous = None
        position = place
        while wanted is not None and wanted[0] < place:
            wanted = next(expected, None)
        there = line[0] is not None
        if wanted is None or wanted[0] > place:
            report.add(
                "not-anchored", f"The seal at position {place} is not in the anchor file.", place, event
            )
        else:
            if wanted[2] is not batch:
                batch = wanted[2]
                bounds.enter(batch)
            if wanted[1] != event:
                report.add(
                    "order", f"Line {event} stands at position {place}, where another was.", place, event
                )
            if place == batch.last and mac != batch.head:
                report.add(
                    "head", f"The seal at position {place} is not that of the anchor file.", place, event
                )
            if there and event <= bounds.floor:
                _inserted(report, event, place)
            if there and compare_times and line[2] < bounds.earliest:
                _backdated(report, event, place)
            wanted = next(expected, None)
        if not there:
            report.add("line-missing", f"Line {event} was sealed and is gone.", place, event)
        elif previous is not None and seal(key, previous, line) != mac:
            report.add("line-changed", f"Line {event} or its seal was changed.", place, event)
        previous = report.head = mac
    _look_at_the_end(report, bounds, wanted, expected, position)
    return bounds


def _look_at_the_end(
    report: Report,
    bounds: _Bounds,
    wanted: tuple[int, int, Anchor] | None,
    expected: Iterator[tuple[int, int, Anchor]],
    position: int,
) -> None:
    """What the anchor file holds beyond the last seal: one whole batch after a crash, or what was cut off."""
    if wanted is None:
        return
    first, last = wanted, wanted[2]
    bounds.enter(last)
    for _, _, batch in expected:
        if batch is not last:
            last = batch
            bounds.enter(last)
    if report.holds and first[0] == first[2].first == position + 1 and last is first[2]:
        report.unfinished = last
    else:
        report.add("seals-cut", f"The anchor file goes on after position {position}; these seals are gone.")


def _look_at_unsealed(report: Report, bounds: _Bounds, *, at: datetime, compare_times: bool) -> None:
    pending = set(numbers(report.unfinished.events)) if report.unfinished else set()
    bounds.leave(at)
    for event, carries in _stream(
        f"SELECT e.id, {carried()} FROM clinic_auditevent e LEFT JOIN clinic_trailseal s"  # noqa: S608
        " ON s.event = e.id WHERE s.event IS NULL ORDER BY e.id"
    ):
        if event in pending:
            continue
        report.unsealed += 1
        if report.unsealed_since is None or carries < report.unsealed_since:
            report.unsealed_since = carries
        if event <= bounds.floor:
            _inserted(report, event)
        if compare_times and carries < bounds.earliest:
            _backdated(report, event)


def _inserted(report: Report, event: int, place: int | None = None) -> None:
    report.add("line-inserted", f"Line {event} was put in among lines that were sealed before.", place, event)


def _backdated(report: Report, event: int, place: int | None = None) -> None:
    report.add("line-backdated", f"Line {event} carries a time long before it was written.", place, event)


def has_seal(mac: str) -> bool:
    """Whether some line of this trail has this seal: a head noted elsewhere must be found again."""
    return TrailSeal.objects.filter(mac=mac).exists()
