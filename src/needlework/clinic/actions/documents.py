"""Documents given to patients."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import Course, Document, Patient, Treatment
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor


@transaction.atomic
def give(
    *,
    kind: str,
    patient: Patient,
    title: str,
    content: dict[str, Any],
    treatment: Treatment | None = None,
    course: Course | None = None,
    by: Actor,
    at: datetime,
) -> Document:
    """Keep a document exactly as it is given. `content` holds the facts it states; pages are drawn from them.

    Raises NotAllowed, NotFound.
    """
    check_access(by, Act.ASSIST, patient)
    for thing in (treatment, course):
        if thing is not None:
            check_access(by, Act.ASSIST, thing)
    document = Document.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        treatment=treatment,
        course=course,
        kind=kind,
        title=title,
        content=content,
        made_at=at,
        made_by=by.name,
    )
    audit.record(Event.DOCUMENT_MADE, by=by, at=at, about=document, detail={"kind": kind})
    return document
