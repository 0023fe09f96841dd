"""What the clinic's own facts must be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from needlework.clinic.errors import BadInput


def check_code(code: str) -> None:
    """Raises BadInput unless lower-case words joined by hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) or len(code) > 40:
        raise BadInput(
            because="A clinic's code is lower-case words joined by hyphens, for example harbour-street.",
            at_field="code",
        )


def check_time_zone(name: str) -> None:
    """Raises BadInput for a zone nobody knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadInput(
            because="Choose a time zone from the list, for example Europe/London.", at_field="time_zone"
        ) from None


def time_zones() -> list[str]:
    """Every zone to choose from, by name."""
    return sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )


def check_country(code: str) -> None:
    """Raises BadInput for a country no phone number can be read for."""
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise BadInput(because="Give the country in two capital letters, for example GB.", at_field="country")


def check_checkin_hours(hours: Sequence[int]) -> None:
    """Raises BadInput unless ascending hours within half a year, twelve at most."""
    if (
        list(hours) != sorted(set(hours))
        or any(not 1 <= hour <= 24 * 183 for hour in hours)
        or len(hours) > 12
    ):
        raise BadInput(
            because="Give up to twelve different hours in ascending order, for example 24, 72, 168.",
            at_field="checkin_hours",
        )


def check_range(value: int, low: int, high: int, *, field: str, what: str) -> None:
    """Raises BadInput outside the range."""
    if not low <= value <= high:
        raise BadInput(because=f"{what} must lie between {low} and {high}.", at_field=field)
