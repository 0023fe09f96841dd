"""Links and QR codes for patients' own phones."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, BirthDateWrong, LinkClosed
from needlework.clinic.models import Patient, PatientLink
from needlework.clinic.queries import links
from needlework.clinic.rules import links as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor

GOOD_FOR = {
    PatientLink.HISTORY: timedelta(days=14),
    PatientLink.CONSENT: timedelta(days=30),
    PatientLink.RECONFIRM: timedelta(days=1),
    PatientLink.CHECK_IN: timedelta(days=14),
    PatientLink.RESULTS: timedelta(days=30),
    PatientLink.WITNESS: timedelta(days=1),
}


@transaction.atomic
def make_link(
    *, patient: Patient, purpose: str, about: UUID | None = None, by: Actor, at: datetime
) -> tuple[PatientLink, str]:
    """A link for one purpose, and its token, which is never stored. An earlier one for the same is closed.

    Raises NotAllowed, NotFound, BadInput for an unknown purpose. Whoever makes a link knows the birth date too,
    so a link that shows the record is made only by those who may see it.
    """
    check_access(by, Act.REGISTER, patient)
    if purpose in rules.SHOW_RECORD:
        check_access(by, Act.SEE_RECORD, patient)
    if purpose not in GOOD_FOR:
        raise BadInput(because=f"A link is for one of: {', '.join(GOOD_FOR)}.", at_field="purpose")
    PatientLink.objects.filter(patient=patient, purpose=purpose, about=about, closed_at=None).update(
        closed_at=at, closed_by=by.name
    )
    token = secrets.token_urlsafe(24)
    link = PatientLink.objects.create(
        clinic_id=by.clinic_id,
        patient=patient,
        purpose=purpose,
        about=about,
        token_hash=links.fingerprint(token),
        made_at=at,
        made_by=by.name,
        expires_at=at + GOOD_FOR[purpose],
    )
    audit.record(Event.LINK_MADE, by=by, at=at, about=link, detail={"purpose": purpose})
    return link, token


def open_link(*, token: str, born_on: date, at: datetime) -> tuple[Actor, PatientLink]:
    """The patient behind a link, once they gave their birth date.

    Raises LinkClosed for a link that is over, unknown, or was closed by the third wrong birth date, and
    BirthDateWrong before that.
    """
    with transaction.atomic():
        link = links.find_by_token(token)
        if link is None:
            raise LinkClosed(clinic="the clinic", phone="the number you know")
        link = (
            PatientLink.objects.select_for_update(of=("self",))
            .select_related("patient", "clinic")
            .get(pk=link.pk)
        )
        rules.check_open(link, at=at)
        actor = links.actor(link)
        wrong: BirthDateWrong | None = None
        try:
            rules.check_birth_date(link, born_on)
        except BirthDateWrong as error:
            wrong = error
            link.failures += 1
            if link.failures >= rules.TRIES:
                link.closed_at, link.closed_by = at, "three wrong birth dates"
            link.save(update_fields=["failures", "closed_at", "closed_by"])
            audit.record(Event.LINK_REFUSED, by=actor, at=at, about=link, detail={"failures": link.failures})
        else:
            audit.record(Event.LINK_OPENED, by=actor, at=at, about=link, detail={"purpose": link.purpose})
    if wrong is not None:
        rules.check_open(link, at=at)
        raise wrong
    return actor, link


@transaction.atomic
def close_link(*, link: PatientLink, by: Actor, at: datetime) -> None:
    """End a link at once. Raises NotAllowed, NotFound."""
    check_access(by, Act.REGISTER, link)
    if link.closed_at is None:
        link.closed_at, link.closed_by = at, by.name
        link.save(update_fields=["closed_at", "closed_by"])
        audit.record(Event.LINK_CLOSED, by=by, at=at, about=link)
