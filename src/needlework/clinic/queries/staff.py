"""Who works here, and what they may prove."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Credential, Staff, TabletLogin
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.who import Actor, Role

PIN_GOOD_FOR = timedelta(hours=12)  # after a full log-in on the same device


def actor(staff: Staff, *, site_id: int | None = None) -> Actor:
    """A member of staff as one who acts, at a site if one was chosen."""
    return Actor(
        name=staff.name,
        role=Role(staff.role),
        clinic_id=staff.clinic_id,
        public_id=staff.public_id,
        staff_id=staff.pk,
        site_id=site_id,
        registration_number=staff.registration_number,
    )


def of_session(pk: int) -> Staff | None:
    """The person of a session with their clinic, in one look-up; None at once when deactivated."""
    return Staff.objects.select_related("clinic").filter(pk=pk, is_active=True).first()


def on_device(device_hash: str, *, at: datetime) -> list[Staff]:
    """Who logged in fully on a device in the last 12 hours, latest first: the people of its lock page."""
    lines = TabletLogin.objects.filter(
        device_hash=device_hash,
        forgotten_at=None,
        full_login_at__gt=at - PIN_GOOD_FOR,
        staff__is_active=True,
    )
    return [line.staff for line in lines.select_related("staff").order_by("-full_login_at")]


def colleagues(by: Actor) -> list[Staff]:
    """Everybody who works in the clinic now, by name."""
    return list(Staff.objects.filter(clinic_id=by.clinic_id, is_active=True).order_by("name"))


def find_colleague(by: Actor, public_id: UUID) -> Staff:
    """A person of this clinic. Raises NotFound."""
    staff = Staff.objects.filter(clinic_id=by.clinic_id, public_id=public_id).first()
    if staff is None:
        raise NotFound(thing="person")
    return staff


def myself(by: Actor) -> Staff:
    """The member of staff who acts. Raises NotFound for a patient or a program."""
    rows = Staff.objects.select_related("clinic").filter(clinic_id=by.clinic_id)
    person = None if by.staff_id is None else rows.filter(pk=by.staff_id).first()
    if person is None:
        raise NotFound(thing="member of staff")
    return person


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """One proof as anybody may see it: "Professional registration, NMC 12A3456, until 3 May 2027"."""

    what: str
    issuer: str
    number: str
    expires_on: date
    in_force: bool


def team(by: Actor) -> list[Staff]:
    """Everybody with an account, those who left at the end, credentials ready. Raises NotAllowed."""
    check_may(by, Act.SEE_STAFF)
    rows = Staff.objects.filter(clinic_id=by.clinic_id).prefetch_related("credentials")
    return list(rows.order_by("-is_active", "name"))


def find_credential(by: Actor, staff: Staff, public_id: UUID) -> Credential:
    """One proof of a person. Raises NotFound."""
    check_access(by, Act.SEE_STAFF, staff)
    credential = Credential.objects.filter(staff=staff, public_id=public_id).first()
    if credential is None:
        raise NotFound(thing="credential")
    return credential


def shown_credentials(staff: Staff, on: date) -> list[ShownCredential]:
    """The "your practitioner" block of the consent page: the newest proof of each kind, lapsed ones marked."""
    newest: dict[tuple[str, str], Credential] = {}
    for row in sorted(staff.credentials.all(), key=lambda one: one.expires_on):
        if row.voided_at is None:
            newest[row.kind, row.device_kind] = row
    order = [code for code, _ in Credential._meta.get_field("kind").choices or ()]
    return [
        ShownCredential(
            what=f"{row.get_kind_display()}{f': {row.device_kind}' if row.device_kind else ''}",
            issuer=row.issuer,
            number=row.number,
            expires_on=row.expires_on,
            in_force=row.valid_from <= on <= row.expires_on,
        )
        for row in sorted(newest.values(), key=lambda one: (order.index(one.kind), one.device_kind))
    ]
