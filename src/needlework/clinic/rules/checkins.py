"""What a check-in may hold, and what its answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from needlework.clinic.errors import BadInput, CheckInAnswered, CheckInNotAnswered, CheckInTooEarly
from needlework.clinic.models import CheckIn, Treatment
from needlework.skin import recovery
from needlework.skin.packs.rows import CheckinQuestion
from needlework.skin.screening import Answer, AnswerError, from_json
from needlework.skin.tables import UnknownCodeError

from .screenings import pack_of
from .wording import day, local_day

GRAVE = frozenset({"same-day", "emergency"})  # opens an incident and tells the medical lead at once
WORRY_LENGTH = 2000


def ended_at(treatment: Treatment) -> datetime:
    """When the needles stopped. Raises CheckInTooEarly before that."""
    ended = treatment.finished_at or treatment.stopped_at
    if ended is None:
        raise CheckInTooEarly()
    return ended


def hours_since(treatment: Treatment, *, at: datetime) -> float:
    """Hours [h] since the end of the treatment."""
    return (at - ended_at(treatment)) / timedelta(hours=1)


def questions(checkin: CheckIn, *, at: datetime) -> tuple[CheckinQuestion, ...]:
    """What is asked now, the most urgent first."""
    return recovery.checkin_questions(
        max(0.0, hours_since(checkin.treatment, at=at)), pack_of(checkin.clinic)
    )


def check_open(checkin: CheckIn) -> None:
    """Not answered yet. Raises CheckInAnswered."""
    if checkin.answered_at is not None:
        raise CheckInAnswered(day=day(local_day(checkin.answered_at, checkin.clinic.time_zone)))


def check_answered(checkin: CheckIn) -> None:
    """Answered. Raises CheckInNotAnswered."""
    if checkin.answered_at is None:
        raise CheckInNotAnswered()


def judge(checkin: CheckIn, given: object, *, at: datetime) -> tuple[recovery.Triage, Mapping[str, Answer]]:
    """The triage of a set of answers. Raises BadInput naming the question; CheckInTooEarly."""
    try:
        answers = from_json(given)
        triage = recovery.triage(
            answers, hours_since=hours_since(checkin.treatment, at=at), pack=pack_of(checkin.clinic)
        )
    except AnswerError as wrong:
        raise BadInput(because=wrong.wrong[:1].upper() + wrong.wrong[1:], at_field=wrong.question) from wrong
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong)) from wrong
    return triage, answers


def check_worry(worry: str) -> str:
    """The free text, at a length that can be read. Raises BadInput."""
    if len(worry) > WORRY_LENGTH:
        raise BadInput(
            because=f"This is {len(worry)} characters long; up to {WORRY_LENGTH} can be kept. Shorten it, or call us.",
            at_field="words",
        )
    return worry.strip()


def flags_json(triage: recovery.Triage) -> list[dict[str, Any]]:
    """The red flags as they are kept: rule, level, and the sentences shown."""
    return [
        {
            "rule": flag.code,
            "level": flag.level,
            "patient": flag.advice_patient,
            "staff": flag.advice_staff,
            "pack": triage.pack,
        }
        for flag in triage.flags
    ]
