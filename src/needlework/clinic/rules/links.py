"""When a patient's link still lets somebody in."""

from __future__ import annotations

from datetime import date, datetime

from needlework.clinic.errors import BirthDateWrong, LinkClosed
from needlework.clinic.models import PatientLink
from needlework.clinic.queries import links

TRIES = 3
SHOW_RECORD = frozenset(
    {PatientLink.CONSENT, PatientLink.RECONFIRM, PatientLink.RESULTS, PatientLink.WITNESS}
)


def check_open(link: PatientLink, *, at: datetime) -> None:
    """Raises LinkClosed for one that was closed, ran out, or belongs to a voided patient."""
    if not links.is_open(link, at=at):
        raise LinkClosed(clinic=link.clinic.name, phone=link.clinic.phone)


def check_birth_date(link: PatientLink, born_on: date) -> None:
    """Raises BirthDateWrong; `link.failures` counts the tries before this one."""
    if born_on != link.patient.born_on:
        left = TRIES - link.failures - 1
        raise BirthDateWrong(tries="once more" if left == 1 else f"{left} times more")
