"""Documents, as they were given."""

from __future__ import annotations

from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Document
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor, Role


def get(by: Actor, public_id: UUID) -> Document:
    """One document. A patient finds their own. Raises NotAllowed, NotFound."""
    if by.role is not Role.PATIENT:
        check_may(by, Act.SEE_RECORD)
    document = (
        Document.objects.select_related("patient", "clinic", "treatment", "course")
        .filter(clinic_id=by.clinic_id, public_id=public_id)
        .first()
    )
    if document is None or (by.role is Role.PATIENT and document.patient_id != by.patient_id):
        raise NotFound(thing="document")
    return document
