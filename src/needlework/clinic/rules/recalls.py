"""Recalls: what a notice must say, who counts as reached, when one may be closed, and when a drill is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from needlework.clinic.errors import (
    BadInput,
    DrillReachesNobody,
    PatientsNotReached,
    RecallClosed,
    RecallNotCounted,
)
from needlework.clinic.models import Recall, RecallAttempt, RecallContact, RecallLine

from .wording import day, local_day, product

DRILL_EVERY: Final = timedelta(days=365)
DRILL_SOON: Final = timedelta(days=30)
STATES: Final = (
    RecallContact.TO_CONTACT,
    RecallContact.TRIED,
    RecallContact.REACHED,
    RecallContact.CLOSED,
)
UNREACHED: Final = (RecallContact.TO_CONTACT, RecallContact.TRIED)
WAYS: Final = tuple(str(code) for code, _ in RecallAttempt._meta.get_field("how").choices or ())


def check_notice(*, reference: str, sender: str, reason: str, received_at: datetime, at: datetime) -> None:
    """A notice says who wrote it, under which number, why, and came in before now. Raises BadInput."""
    wanted = (
        ("reference", reference, "Give the reference number printed on the notice."),
        ("sender", sender, "Say who sent the notice: the maker, or an authority."),
        ("reason", reason, "Say why the packets are called back, as the notice puts it."),
    )
    for field, given, because in wanted:
        if not given.strip():
            raise BadInput(because=because, at_field=field)
    if received_at > at:
        raise BadInput(because="The notice cannot have come in the future.", at_field="received_at")


def check_open(recall: Recall, zone: str) -> None:
    """Raises RecallClosed."""
    if recall.closed_at is not None:
        raise RecallClosed(by=recall.closed_by, day=day(local_day(recall.closed_at, zone)))


def check_real(recall: Recall) -> None:
    """Patients are written to or called only where there is something to tell. Raises DrillReachesNobody."""
    if recall.is_drill:
        raise DrillReachesNobody()


def check_count(counted: int) -> None:
    """Raises BadInput."""
    if not 0 <= counted <= 1_000_000:
        raise BadInput(
            because="Give the number of packets that lie there, 0 if there is none.", at_field="counted"
        )


def check_closing(recall: Recall, *, done: str, unreached: int) -> None:
    """The drawers were gone through, everybody was reached or closed, and it is said what was done.

    Raises RecallNotCounted, PatientsNotReached, BadInput.
    """
    if recall.counted_at is None:
        raise RecallNotCounted()
    if unreached and not recall.is_drill:
        raise PatientsNotReached(number=unreached)
    if not done.strip():
        raise BadInput(
            because="Say what became of the packets, and what the clinic has learnt.", at_field="done"
        )


def check_attempt(contact: RecallContact, *, state: str, how: str, note: str) -> None:
    """An attempt ends in a state, by some way. Who closes a patient, or opens them again, says why. Raises BadInput."""
    if state not in STATES[1:]:
        raise BadInput(because="Choose how it went: tried, reached or closed.", at_field="state")
    if how not in WAYS:
        raise BadInput(
            because="Choose how you tried: by telephone, letter, e-mail or in person.", at_field="how"
        )
    again = contact.state == RecallContact.CLOSED
    if (state == RecallContact.CLOSED or again) and not note.strip():
        because = (
            "Say why this patient is opened again."
            if again
            else "Say what was agreed, or why nobody can be reached."
        )
        raise BadInput(because=because, at_field="note")


def drill_due(last: date | None, *, on: date) -> tuple[date | None, str]:
    """When the next drill is due, and its light: ready, wait (within a month) or stop (overdue, or never held)."""
    if last is None:
        return None, "stop"
    due = last + DRILL_EVERY
    if due < on:
        return due, "stop"
    return due, "wait" if due - on <= DRILL_SOON else "ready"


def held_because(recall: Recall) -> str:
    """Why a packet or a batch is set aside by a recall."""
    return f"Recall {recall.reference} of {recall.sender}: {recall.reason}"


def named(line: RecallLine) -> str:
    """What one line of a notice names, in words: "lot A1, serial SN100 to SN120, expiring until 31 May 2027"."""
    parts = [str(line)] if str(line) else []
    if line.product:
        parts = [part for part in (line.maker, product(line.product), f"batch {line.lot}") if part]
    if line.serial_from:
        ends = dict.fromkeys((line.serial_from, line.serial_to))
        parts.append(f"serial {' to '.join(ends)}")
    spans = (
        ("made", line.made_from_on, line.made_to_on),
        ("expiring", line.expires_from_on, line.expires_to_on),
    )
    for word, first, last in spans:
        if first and last:
            parts.append(f"{word} {day(first)} to {day(last)}" if first != last else f"{word} {day(first)}")
        elif first or last:
            parts.append(f"{word} from {day(first)}" if first else f"{word} until {day(last or date.max)}")
    return ", ".join(parts)


def lasted(start: datetime, end: datetime) -> str:
    """A time span in the two units that matter: "3 days 4 h", "12 min 5 s".

    >>> lasted(datetime(2026, 1, 1), datetime(2026, 1, 4, 4, 20))
    '3 days 4 h'
    >>> lasted(datetime(2026, 1, 1, 9, 0), datetime(2026, 1, 1, 9, 12, 5))
    '12 min 5 s'
    """
    seconds = max(0, int((end - start).total_seconds()))
    days, hours = divmod(seconds // 3600, 24)
    minutes = seconds // 60 % 60
    if days:
        return f"{days} day{'' if days == 1 else 's'} {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s"
