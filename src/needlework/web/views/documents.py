"""Documents, as they were given: on the page, on paper, on the patient's phone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.queries import documents
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Document

KINDS = (
    ("avoid", "Leave for now"),
    ("do", "Do"),
    ("expect", "What to expect"),
)  # of advice, in reading order


@staff_page
def document(request: Visit, public_id: UUID) -> HttpResponse:
    """One document, in its printed form."""
    found = documents.get(request.actor, public_id)
    patient_actions.open_record(patient=found.patient, page="document", by=request.actor, at=request.at)
    return _shown(request, found)


@patient_page
def document_of_patient(request: PatientVisit, token: str, public_id: UUID) -> HttpResponse:
    """One document of their own."""
    found = documents.get(request.actor, public_id)
    patient_actions.open_record(patient=found.patient, page="document", by=request.actor, at=request.at)
    return _shown(request, found)


def _shown(request: Visit, found: Document) -> HttpResponse:
    context = {"document": found, "content": found.content, "kinds": KINDS}
    return render(request, f"documents/{found.kind}.html", context)
