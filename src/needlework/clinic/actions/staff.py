"""Log-ins, PINs, and who is who at a shared tablet."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, NotAllowed, NotFound, PinWrong
from needlework.clinic.models import Staff, TabletLogin
from needlework.clinic.queries.staff import actor
from needlework.clinic.rules import staff as rules
from needlework.clinic.who import Actor


def fingerprint(device: str) -> str:
    """What is stored of a device's token."""
    return hashlib.sha256(device.encode()).hexdigest()


@transaction.atomic
def note_log_in(*, staff: Staff, device: str, at: datetime) -> TabletLogin:
    """A full log-in on a device: from now on, and for 12 hours, a PIN is enough there."""
    line, _ = TabletLogin.objects.update_or_create(
        device_hash=fingerprint(device),
        staff=staff,
        defaults={
            "clinic_id": staff.clinic_id,
            "full_login_at": at,
            "forgotten_at": None,
            "forgotten_by": "",
        },
    )
    Staff.objects.filter(pk=staff.pk).update(pin_failures=0)
    audit.record(Event.LOGGED_IN, by=actor(staff), at=at, about=staff)
    return line


@transaction.atomic
def note_log_in_failed(*, email: str, at: datetime) -> None:
    """A wrong password for an account: a line in its clinic's trail; an unknown address leaves none."""
    staff = Staff.objects.filter(email__iexact=email).first()
    if staff is not None:
        audit.record(Event.LOG_IN_FAILED, by=actor(staff), at=at, about=staff)


@transaction.atomic
def note_log_out(*, by: Actor, at: datetime) -> None:
    """The person left."""
    audit.record(Event.LOGGED_OUT, by=by, at=at)


@transaction.atomic
def note_locked(*, by: Actor, at: datetime) -> None:
    """The screen was locked by hand or because nobody touched it."""
    audit.record(Event.SCREEN_LOCKED, by=by, at=at)


@transaction.atomic
def forget_device(*, device: str, by: Actor, at: datetime) -> int:
    """Nobody may come back to this device with a PIN. How many people that concerned."""
    rows = TabletLogin.objects.filter(
        clinic_id=by.clinic_id, device_hash=fingerprint(device), forgotten_at=None
    )
    count = rows.update(forgotten_at=at, forgotten_by=by.name)
    audit.record(Event.TABLET_FORGOTTEN, by=by, at=at, detail={"people": count})
    return count


@transaction.atomic
def set_pin(*, staff: Staff, pin: str, password: str, by: Actor, at: datetime) -> None:
    """A person chooses their own PIN, proving who they are with the password. Raises NotAllowed, BadInput."""
    if by.staff_id != staff.pk:
        raise NotAllowed(role=by.role.label.lower(), who=staff.name)
    if not staff.check_password(password):
        raise BadInput(because="That is not your password. Nothing was changed.", at_field="password")
    rules.check_pin_fit(pin)
    Staff.objects.filter(pk=staff.pk).update(pin_hash=make_password(pin), pin_failures=0)
    audit.record(Event.PIN_SET, by=by, at=at, about=staff)


def identify(*, staff: Staff, secret: str, by: Actor, at: datetime) -> None:
    """The person proves again who they are, with PIN or password: before signing, or as second person.

    Raises NotFound for somebody of another clinic, PinWrong, PinBlocked after five wrong tries.
    """
    if staff.clinic_id != by.clinic_id or not staff.is_active:
        raise NotFound(thing="person")
    _prove(staff, secret, success=Event.IDENTIFIED_AGAIN, by=by, at=at)


def switch_user(*, staff: Staff, pin: str, device: str, by: Actor | None, at: datetime) -> Staff:
    """Come back to, or take over, a shared tablet with a PIN.

    Raises LogInAgain when there was no full log-in here in 12 hours, PinWrong, PinBlocked.
    """
    if not staff.is_active or (by is not None and by.clinic_id != staff.clinic_id):
        raise NotFound(thing="person")
    rules.check_logged_in_here(staff, device_hash=fingerprint(device), at=at)
    _prove(staff, pin, success=Event.USER_SWITCHED, by=actor(staff), at=at)
    return staff


def _prove(staff: Staff, secret: str, *, success: Event, by: Actor, at: datetime) -> None:
    """Count what fails, outside of any transaction that an error would undo."""
    with transaction.atomic():
        locked = Staff.objects.select_for_update().get(pk=staff.pk)
        rules.check_pin_allowed(locked)
        right = rules.is_secret_of(locked, secret)
        if right:
            if locked.pin_failures:
                Staff.objects.filter(pk=staff.pk).update(pin_failures=0)
            audit.record(success, by=by, at=at, about=staff)
        else:
            locked.pin_failures += 1
            locked.save(update_fields=["pin_failures"])
            audit.record(Event.IDENTIFICATION_FAILED, by=by, at=at, about=staff)
    if not right:
        rules.check_pin_allowed(locked)
        raise PinWrong(left=rules.TRIES - locked.pin_failures)
