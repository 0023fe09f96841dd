"""Who may be registered: an adult, reachable, and not registered already."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

import phonenumbers

from needlework.clinic.errors import (
    BadInput,
    NotAnAdult,
    PatientExpected,
    PhoneNumberWrong,
    PossibleDuplicate,
)
from needlework.clinic.models import Appointment, Patient
from needlework.clinic.models.rows import NAME_LENGTH

from .wording import day

ADULT = 18
OLDEST = 120


def years(born_on: date, on: date) -> int:
    """Whole years lived on a day."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def adult_on(born_on: date) -> date:
    """The eighteenth birthday; of somebody born on 29 February, 1 March in a year without one."""
    try:
        return born_on.replace(year=born_on.year + ADULT)
    except ValueError:
        return date(born_on.year + ADULT, 3, 1)


def check_adult(born_on: date, *, on: date) -> None:
    """Raises BadInput for a day that cannot be, NotAnAdult for a person under 18 on the day."""
    if born_on > on:
        raise BadInput(because="This birth date is in the future. Check the year.", at_field="born_on")
    age = years(born_on, on)
    if age > OLDEST:
        raise BadInput(because=f"This birth date makes the person {age}. Check the year.", at_field="born_on")
    if age < ADULT:
        raise NotAnAdult(age=age, day=day(adult_on(born_on)))


def check_not_duplicate(candidates: Sequence[Patient], *, because: str) -> None:
    """Raises PossibleDuplicate with the candidates, unless a reason is given."""
    if candidates and not because.strip():
        who = ", ".join(f"{one.name} ({one.number})" for one in candidates[:3])
        raise PossibleDuplicate(candidates=tuple(candidates), who=who)


def check_nobody_expected(patient: Patient) -> None:
    """Raises PatientExpected while an appointment stands."""
    rows = Appointment.objects.filter(patient=patient, cancelled_at=None, no_show_at=None, arrived_at=None)
    if rows.exists():
        raise PatientExpected(name=patient.name)


def clean_name(text: str, *, field: str, what: str, wanted: bool = True) -> str:
    """The name as typed, with single spaces and without control signs. Raises BadInput."""
    kept = _printable(text, field=field, what=what)
    kept = " ".join(kept.split())
    if wanted and not kept:
        raise BadInput(because=f"Give the {what}.", at_field=field)
    if len(kept) > NAME_LENGTH:
        raise BadInput(because=f"The {what} is longer than {NAME_LENGTH} letters.", at_field=field)
    return kept


def clean_text(text: str, *, field: str, what: str) -> str:
    """Free text with its lines. Raises BadInput for what no database keeps."""
    return _printable(text.replace("\r\n", "\n"), field=field, what=what).strip()


def _printable(text: str, *, field: str, what: str) -> str:
    if "\x00" in text or any(unicodedata.category(sign) == "Cs" for sign in text):
        raise BadInput(because=f"The {what} holds a sign that cannot be kept. Type it again.", at_field=field)
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")


def phone_number(typed: str, *, country: str) -> str:
    """The number in E.164 ("+447700900123"); empty for empty. Raises PhoneNumberWrong."""
    if not typed.strip():
        return ""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        raise PhoneNumberWrong(typed=typed.strip()[:40]) from None
    if not phonenumbers.is_possible_number(number):
        raise PhoneNumberWrong(typed=typed.strip()[:40])
    if number.extension:
        number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_said(kept: str) -> str:
    """A kept number in groups, with its country. One that was kept as it was typed is said as it stands."""
    try:
        number = phonenumbers.parse(kept)
    except phonenumbers.NumberParseException:
        return kept
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
