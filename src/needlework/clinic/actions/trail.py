"""The sealer: chains committed lines of the trail, and the verification which ends with sealing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import TrailBroken
from needlework.clinic.queries import anchor, verification
from needlework.clinic.queries.trail import LowWater, last_seal, rows_of, unsealed_rows
from needlework.clinic.queries.verification import Report
from needlework.clinic.rules.trail import BEFORE_THE_FIRST, Anchor, numbers, ranges, seal
from needlework.clinic.who import Actor

MOST_AT_ONCE = 5000


class Sealer:
    """Seals what is committed, batch by batch. One object for the life of a process, or one for one go."""

    def __init__(self) -> None:
        self._key = anchor.trail_key()
        self._recent: list[Anchor] = []
        self._size = -1
        self._low: LowWater | None = None

    def seal(self, *, at: datetime) -> int:
        """Seal what waits, and say how many lines it was [lines].

        The anchor file is written first, then the database: a batch which a crash left in the file only is
        put into the database exactly as announced. Raises TrailBroken when file and database do not fit.
        """
        total = 0
        with anchor.locked():
            low = self._catch_up(at=at)
            above = low.mark()
            while rows := unsealed_rows(above=above, limit=MOST_AT_ONCE):
                total += self._batch(rows, at=at)
            low.settle()
        return total

    def _catch_up(self, *, at: datetime) -> LowWater:
        if anchor.size() != self._size:
            self._recent = anchor.recent(self._key)
            self._size = anchor.size()
        if self._low is None:
            self._low = LowWater(self._recent, at=at)
        position, mac = last_seal()
        if not self._recent:
            if position:
                raise TrailBroken(because=f"{position} lines are sealed, but the anchor file is empty.")
            return self._low
        last = self._recent[-1]
        if (position, mac) == (last.last, last.head):
            return self._low
        if position != last.first - 1:
            raise TrailBroken(
                because=f"the database is sealed up to position {position}, the anchor file up to {last.last}."
            )
        self._complete(last, mac)
        return self._low

    def _complete(self, batch: Anchor, previous: str) -> None:
        """A crash came between anchor file and database: the batch is put in exactly as it was announced."""
        if len(self._recent) > 1 and previous != self._recent[-2].head:
            raise TrailBroken(because=f"the seal at position {batch.first - 1} was changed.")
        rows = rows_of(list(numbers(batch.events)))
        seals = _chained(self._key, batch.first, previous, rows)
        if len(rows) != batch.count or seals[-1][2] != batch.head:
            raise TrailBroken(because=f"the lines of batch {batch.batch} are not those that were sealed.")
        _insert(seals)

    def _batch(self, rows: list[tuple[Any, ...]], *, at: datetime) -> int:
        before = self._recent[-1] if self._recent else None
        first = before.last + 1 if before else 1
        seals = _chained(self._key, first, before.head if before else BEFORE_THE_FIRST, rows)
        line = Anchor(
            batch=before.batch + 1 if before else 1,
            first=first,
            count=len(rows),
            events=ranges(row[0] for row in rows),
            head=seals[-1][2],
            at=at.astimezone(UTC).isoformat(),
        ).signed(self._key, before.mac if before else BEFORE_THE_FIRST)
        anchor.append(line)
        self._recent = [*self._recent[-1:], line]
        self._size = anchor.size()
        _insert(seals)
        return len(rows)


def _chained(
    key: bytes, first: int, previous: str, rows: Sequence[tuple[Any, ...]]
) -> list[tuple[int, int, str]]:
    """Position, line and seal of each row."""
    seals = []
    for position, row in enumerate(rows, first):
        previous = seal(key, previous, row)
        seals.append((position, row[0], previous))
    return seals


def _insert(seals: list[tuple[int, int, str]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO clinic_trailseal (position, event, mac) VALUES (%s, %s, %s)", seals)


def seal_waiting(*, at: datetime) -> int:
    """Seal what waits, once [lines]. Raises TrailBroken, TrailKeyMissing."""
    return Sealer().seal(at=at)


def verify(*, by: Sequence[Actor], at: datetime) -> Report:
    """Check the whole trail, then seal what was not sealed yet; nothing is sealed while something is wrong.

    Writes one line for each clinic in `by`, so that every auditor sees that it was done and what was found.
    Raises TrailKeyMissing.
    """
    report = verification.verify(at=at, compare_times=not settings.DEMONSTRATION)
    if report.holds:
        seal_waiting(at=at)
    for actor in by:
        audit.record(
            Event.TRAIL_VERIFIED,
            by=actor,
            at=at,
            detail={
                "lines": report.lines,
                "unsealed": report.unsealed,
                "problems": report.problem_count,
                "head": report.head,
            },
        )
    return report
