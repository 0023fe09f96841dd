"""Who works here: add people, change them, close their account, keep their credentials."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, EmailTaken
from needlework.clinic.models import Credential, Staff, TabletLogin
from needlework.clinic.rules import staff as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.patients import clean_name
from needlework.clinic.who import STAFF_ROLES, Actor

from .voiding import take_back

FACTS = ("name", "role", "registration_number", "treats", "is_active")


@transaction.atomic
def add_staff(
    *,
    name: str,
    email: str,
    role: str,
    registration_number: str = "",
    treats: bool = False,
    password: str = "",
    by: Actor,
    at: datetime,
) -> Staff:
    """A new account. Without a password the person sets one by "Forgotten the password?".

    Raises NotAllowed, BadInput, EmailTaken.
    """
    check_may(by, Act.MANAGE)
    _check_role(role)
    rules.check_may_give(role, by=by)
    email = _email(email)
    try:
        with transaction.atomic():
            staff = Staff.objects.create(
                clinic_id=by.clinic_id,
                email=email,
                name=clean_name(name, field="name", what="name"),
                role=role,
                registration_number=registration_number.strip()[:80],
                treats=treats,
                password=make_password(password or None),
                joined_at=at,
            )
    except IntegrityError as clash:
        raise EmailTaken() from clash
    audit.record(Event.STAFF_ADDED, by=by, at=at, about=staff, detail={"name": staff.name, "role": role})
    return staff


@transaction.atomic
def change_staff(
    *,
    staff: Staff,
    name: str | None = None,
    role: str | None = None,
    registration_number: str | None = None,
    treats: bool | None = None,
    is_active: bool | None = None,
    by: Actor,
    at: datetime,
) -> Staff:
    """Change a person; what is None stays. Closing an account ends its sessions at their next request.

    Raises NotAllowed, NotFound, BadInput, LastManager, StillExpected.
    """
    check_access(by, Act.MANAGE, staff)
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    before = {fact: getattr(staff, fact) for fact in FACTS}
    if role is not None:
        _check_role(role)
    for fact, value in zip(FACTS, (name, role, registration_number, treats, is_active), strict=True):
        if value is not None:
            setattr(staff, fact, value.strip() if isinstance(value, str) else value)
    staff.name = clean_name(staff.name, field="name", what="name")
    rules.check_not_last_manager(staff, was=str(before["role"]))
    if staff.role != before["role"]:
        rules.check_may_give(staff.role, by=by, to=staff)
    if (before["is_active"] and not staff.is_active) or (before["treats"] and not staff.treats):
        rules.check_not_expected(staff, at=at)
    changed = {
        fact: [before[fact], getattr(staff, fact)] for fact in FACTS if before[fact] != getattr(staff, fact)
    }
    if not changed:
        return staff
    staff.save(update_fields=list(changed))
    if not staff.is_active:
        TabletLogin.objects.filter(staff=staff, forgotten_at=None).update(
            forgotten_at=at, forgotten_by=by.name
        )
    audit.record(Event.STAFF_CHANGED, by=by, at=at, about=staff, detail=changed)
    return staff


@transaction.atomic
def add_credential(
    *,
    staff: Staff,
    kind: str,
    issuer: str,
    number: str,
    valid_from: date,
    expires_on: date,
    device_kind: str = "",
    by: Actor,
    at: datetime,
) -> Credential:
    """Proof that a person may do something, until a date. Raises NotAllowed, NotFound, BadInput."""
    check_access(by, Act.MANAGE, staff)
    if kind not in rules.KIND_WORDS:
        raise BadInput(because=f"The kind is one of: {', '.join(rules.KIND_WORDS)}.", at_field="kind")
    if (kind == Credential.TRAINING) != bool(device_kind):
        raise BadInput(
            because="Training names the kind of device; the other proofs do not.", at_field="device_kind"
        )
    if device_kind and device_kind not in rules.DEVICE_KINDS:
        raise BadInput(
            because=f"The device is one of: {', '.join(rules.DEVICE_KINDS)}.", at_field="device_kind"
        )
    if expires_on < valid_from:
        raise BadInput(because="It would end before it begins. Check the years.", at_field="expires_on")
    credential = Credential.objects.create(
        clinic_id=by.clinic_id,
        staff=staff,
        kind=kind,
        device_kind=device_kind,
        issuer=clean_name(issuer, field="issuer", what="name of who issued it"),
        number=clean_name(number, field="number", what="number")[:80],
        valid_from=valid_from,
        expires_on=expires_on,
    )
    audit.record(
        Event.CREDENTIAL_ADDED,
        by=by,
        at=at,
        about=credential,
        detail={"staff": str(staff.public_id), "kind": kind, "expires": expires_on.isoformat()},
    )
    return credential


@transaction.atomic
def void_credential(*, credential: Credential, because: str, by: Actor, at: datetime) -> Credential:
    """Take a proof out that was entered by mistake. Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided."""
    check_access(by, Act.MANAGE, credential)
    credential = Credential.objects.select_for_update().get(pk=credential.pk)
    take_back(row=credential, because=because, by=by, at=at)
    audit.record(Event.CREDENTIAL_VOIDED, by=by, at=at, about=credential)
    return credential


def _check_role(role: str) -> None:
    if role not in {one.value for one in STAFF_ROLES}:
        raise BadInput(because=f"The role is one of: {', '.join(STAFF_ROLES)}.", at_field="role")


def _email(typed: str) -> str:
    email = typed.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput(because="This is not an e-mail address.", at_field="email") from None
    return email
