"""Moments, days and codes as the clinic writes them in its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from needlework.skin import packs


def moment(at: datetime, zone: str) -> str:
    """A moment in the clinic's own time: "Tue 24 Nov 2026, 10:40".

    >>> from datetime import UTC
    >>> moment(datetime(2026, 7, 1, 9, 5, tzinfo=UTC), "Europe/London")
    'Wed 1 Jul 2026, 10:05'
    """
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M}"


def day(on: date) -> str:
    """A day: "24 November 2026".

    >>> day(date(2026, 11, 4))
    '4 November 2026'
    """
    return f"{on.day} {on:%B %Y}"


EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


def within_reason(on: date) -> date:
    """The day, or the nearest a clinic can mean: a step beyond the ends of the calendar is an error in Python."""
    return min(max(on, EARLIEST), LATEST)


def local_day(at: datetime, zone: str) -> date:
    """The calendar day of a moment, in the clinic's own time."""
    return at.astimezone(ZoneInfo(zone)).date()


def listed(words: Sequence[str]) -> str:
    """Several things in one sentence: "a, b and c".

    >>> listed(["forehead", "nose", "chin"])
    'forehead, nose and chin'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def begun(words: str) -> str:
    """Words at the beginning of a sentence.

    >>> begun("left cheek")
    'Left cheek'
    """
    return f"{words[:1].upper()}{words[1:]}"


def plain(code: str) -> str:
    """A code that nobody has named, or that is not known any more.

    >>> plain("prolonged-redness")
    'Prolonged redness'
    """
    return begun(code.replace("-", " "))


def area(code: str) -> str:
    """An area as it is named in a list: "Cheek, left"."""
    row = packs.shipped().areas.get(code)
    return plain(code) if row is None else row.name


def product(code: str) -> str:
    """A numbing product or a topical as staff say it."""
    pack = packs.shipped()
    row = pack.anaesthetics.get(code) or pack.topicals.get(code)
    return plain(code) if row is None else row.name


def indication(code: str) -> str:
    """An indication as staff say it."""
    row = packs.shipped().indications.get(code)
    return plain(code) if row is None else row.name
