"""Dates on a label: checked digit by digit, and their century found.

Source: GS1 General Specifications, "Determination of century in dates": a two-digit year lies at most 49 years before
and 50 years after the year of reading. A day 00 means the last day of the month.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]*")


def check_yymmdd(value: str) -> str | None:
    return _check(value, 6, day_zero=False)


def check_yymmd0(value: str) -> str | None:
    """A date whose day may be 00, which means the end of the month."""
    return _check(value, 6, day_zero=True)


def check_yyyymmdd(value: str) -> str | None:
    return _check(value, 8, day_zero=False)


def check_yyyymmd0(value: str) -> str | None:
    return _check(value, 8, day_zero=True)


@lru_cache(maxsize=4096)  # the packets of a clinic carry few dates, again and again
def _check(value: str, length: int, *, day_zero: bool) -> str | None:
    if len(value) != length:
        return "date-too-short" if len(value) < length else "date-too-long"
    if not _DIGITS.fullmatch(value):
        return "non-digit-character"
    year, month, day = int(value[:-4]), int(value[-4:-2]), int(value[-2:])
    if not 1 <= month <= 12:
        return "illegal-month"
    if 1 <= day <= 28 or (day == 0 and day_zero):
        return None
    # `calendar` knows no year 0, whose months are as long as those of 2000.
    longest = monthrange(2000 + year if length == 6 else year or 2000, month)[1]
    return None if 1 <= day <= longest else "illegal-day"


def full_year(year: int, *, on: date) -> int:
    """The year meant by two digits, read on a certain day.

    >>> full_year(51, on=date(2026, 11, 22)), full_year(76, on=date(2026, 11, 22))
    (2051, 2076)
    >>> full_year(77, on=date(2026, 11, 22))
    1977
    """
    ahead = year - on.year % 100
    century = on.year - on.year % 100
    if ahead >= 51:
        century -= 100
    elif ahead <= -50:
        century += 100
    return century + year


@lru_cache(maxsize=4096)
def day_of(value: str, *, on: date) -> date:
    """The day meant by YYMMDD, already checked; day 00 is the end of the month. Raises ValueError if there is none.

    >>> day_of("280200", on=date(2026, 11, 22))
    datetime.date(2028, 2, 29)
    """
    year, month, day = full_year(int(value[:2]), on=on), int(value[2:4]), int(value[4:6])
    return date(year, month, day or monthrange(year, month)[1])


def day_of_year(year: int, ordinal: int) -> date:
    """The day with this number in the year, 1 to 366. Raises ValueError if the year has no such day."""
    found = date(year, 1, 1) + timedelta(days=ordinal - 1)
    if ordinal < 1 or found.year != year:
        raise ValueError(f"The year {year} has no day {ordinal}.")
    return found
