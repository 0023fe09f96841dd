"""The links that let patients in on their own phone."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Patient, PatientLink
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor, Role


def fingerprint(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_by_token(token: str) -> PatientLink | None:
    """The link of a token with its patient and clinic, open or not; None for a token nobody made."""
    rows = PatientLink.objects.select_related("patient", "clinic")
    return rows.filter(token_hash=fingerprint(token)).first()


def is_open(link: PatientLink, *, at: datetime) -> bool:
    """Whether it may still be used."""
    return link.closed_at is None and at < link.expires_at and link.patient.voided_at is None


def actor(link: PatientLink) -> Actor:
    """The patient of a link, as one who acts."""
    return Actor(
        name=link.patient.name,
        role=Role.PATIENT,
        clinic_id=link.clinic_id,
        public_id=link.patient.public_id,
        patient_id=link.patient_id,
    )


def of_patient(by: Actor, patient: Patient, *, at: datetime) -> list[PatientLink]:
    """The links a patient can still use, newest first."""
    check_access(by, Act.SEE_PATIENTS, patient)
    rows = PatientLink.objects.filter(patient=patient, closed_at=None, expires_at__gt=at)
    return list(rows.order_by("-made_at"))


def find(by: Actor, patient: Patient, public_id: UUID) -> PatientLink:
    """One link of a patient. Raises NotFound."""
    check_access(by, Act.SEE_PATIENTS, patient)
    link = PatientLink.objects.filter(patient=patient, public_id=public_id).first()
    if link is None:
        raise NotFound(thing="link")
    return link
