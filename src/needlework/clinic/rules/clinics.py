"""What the clinic's own facts must be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from needlework.clinic.errors import BadInput
from needlework.clinic.models import Clinic
from needlework.skin.packs import Jurisdiction

#: where a clinic may work: its name, and the law by which rows of the protocol pack are selected
JURISDICTIONS: Mapping[str, tuple[str, Jurisdiction]] = {
    "england": ("England", "gb"),
    "scotland": ("Scotland", "gb"),
    "wales": ("Wales", "gb"),
    "northern-ireland": ("Northern Ireland", "gb"),
    "european-union": ("European Union", "eu"),
    "united-states": ("United States", "us"),
}


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


def jurisdiction_of(clinic: Clinic) -> Jurisdiction:
    """The law by which rows of the protocol pack are selected for a clinic; Great Britain where it is not known."""
    return JURISDICTIONS.get(clinic.jurisdiction, ("", "gb"))[1]


def check_jurisdiction(code: str) -> None:
    """Raises BadInput for a place whose law the pack does not know."""
    if code not in JURISDICTIONS:
        known = ", ".join(JURISDICTIONS)
        raise BadInput(because=f"Choose where the clinic works: {known}.", at_field="jurisdiction")


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
