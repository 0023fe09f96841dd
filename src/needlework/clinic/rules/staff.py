"""Who may treat today, and who a secret belongs to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from itertools import pairwise

from django.contrib.auth.hashers import check_password

from needlework.clinic.errors import (
    BadInput,
    CredentialLapsed,
    CredentialMissing,
    LastManager,
    LogInAgain,
    NotAllowed,
    PinBlocked,
    StillExpected,
)
from needlework.clinic.models import Appointment, Credential, Staff, TabletLogin
from needlework.clinic.queries.staff import PIN_GOOD_FOR
from needlework.clinic.rules.access import MAY, Act
from needlework.clinic.who import Actor, Role

from .wording import day

TRIES = 5
PIN_DIGITS = 6
WANTED = (Credential.REGISTRATION, Credential.LICENCE, Credential.INDEMNITY)
DEVICE_KINDS = ("roller", "stamp", "pen")
KIND_WORDS = {
    Credential.REGISTRATION: "professional registration",
    Credential.LICENCE: "licence to practise",
    Credential.INDEMNITY: "indemnity insurance",
    Credential.TRAINING: "training",
}


def check_credentials(staff: Staff, *, device_kinds: Collection[str], on: date) -> None:
    """The person may treat with these kinds of device on this day. Raises CredentialMissing, CredentialLapsed."""
    held = [row for row in staff.credentials.all() if row.voided_at is None]  # all(): may be prefetched
    wanted = [(kind, "") for kind in WANTED] + [
        (Credential.TRAINING, kind) for kind in sorted(set(device_kinds))
    ]
    for kind, device_kind in wanted:
        rows = [row for row in held if row.kind == kind and row.device_kind == device_kind]
        what = KIND_WORDS[kind] + (f" on {device_kind}s" if device_kind else "")
        if not rows:
            raise CredentialMissing(name=staff.name, what=what)
        if not any(row.valid_from <= on <= row.expires_on for row in rows):
            last = max(row.expires_on for row in rows)
            if last >= on:
                first = min(row.valid_from for row in rows)
                raise CredentialLapsed(name=staff.name, what=what, how=f"begins only on {day(first)}")
            raise CredentialLapsed(name=staff.name, what=what, how=f"ended on {day(last)}")


def check_may_give(role: str, *, by: Actor, to: Staff | None = None) -> None:
    """Nobody gives themself another role, and only a medical lead (or the operator) makes a medical lead.

    Otherwise a manager, who sees no clinical record, would be one form away from all of them. Raises NotAllowed.
    """
    if to is not None and by.staff_id == to.pk:
        raise NotAllowed(role=by.role.label.lower(), who="another manager or the medical lead")
    if role == Role.MEDICAL_LEAD and by.role not in {Role.MEDICAL_LEAD, Role.PROGRAM}:
        raise NotAllowed(role=by.role.label.lower(), who="the medical lead")


def check_not_last_manager(staff: Staff, *, was: str) -> None:
    """Somebody stays who can manage staff. Raises LastManager."""
    managing = {role.value for role in MAY[Act.MANAGE]}
    if was not in managing or (staff.role in managing and staff.is_active):
        return
    others = Staff.objects.filter(clinic_id=staff.clinic_id, is_active=True, role__in=managing).exclude(
        pk=staff.pk
    )
    if not others.exists():
        raise LastManager(name=staff.name)


def check_not_expected(staff: Staff, *, at: datetime) -> None:
    """Nobody has an appointment with the person. Raises StillExpected."""
    rows = Appointment.objects.filter(
        practitioner=staff, starts_at__gt=at, cancelled_at=None, no_show_at=None
    )
    if count := rows.count():
        raise StillExpected(name=staff.name, count=f"{count} appointment{'' if count == 1 else 's'}")


def check_pin_allowed(staff: Staff) -> None:
    """Raises PinBlocked after five wrong tries in a row."""
    if staff.pin_failures >= TRIES:
        raise PinBlocked(name=staff.name)


def check_logged_in_here(staff: Staff, *, device_hash: str, at: datetime) -> None:
    """The person logged in fully on this device within the last 12 hours. Raises LogInAgain."""
    rows = TabletLogin.objects.filter(staff=staff, device_hash=device_hash, forgotten_at=None)
    if not rows.filter(full_login_at__gt=at - PIN_GOOD_FOR, full_login_at__lte=at).exists():
        raise LogInAgain(name=staff.name)


def check_pin_fit(pin: str) -> None:
    """Six digits that are not among the first anyone would try. Raises BadInput."""
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdigit():
        raise BadInput(because="A PIN has six digits.", at_field="pin")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise BadInput(because="This PIN is easy to guess. Choose another one.", at_field="pin")


def is_secret_of(staff: Staff, secret: str) -> bool:
    """Whether it is the person's PIN or password."""
    if (
        staff.pin_hash
        and secret.isdigit()
        and len(secret) == PIN_DIGITS
        and check_password(secret, staff.pin_hash)
    ):
        return True
    return len(secret) != PIN_DIGITS and staff.has_usable_password() and staff.check_password(secret)
