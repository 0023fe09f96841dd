"""Photographs, through the door of the record: never as files, never as they were received."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from needlework.clinic.actions import photos as actions
from needlework.clinic.queries import photos
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page


@staff_page
def photo(request: Visit, public_id: UUID, size: str) -> HttpResponse:
    """One photograph in one size, for staff."""
    return _picture(request, public_id, size)


@patient_page
def photo_of_patient(request: PatientVisit, token: str, public_id: UUID, size: str) -> HttpResponse:
    """One photograph of their own, for a patient."""
    return _picture(request, public_id, size)


def _picture(request: Visit, public_id: UUID, size: str) -> HttpResponse:
    found = photos.get(request.actor, public_id)
    picture = photos.picture(found, size)
    if size != "thumb":  # the small ones belong to the page, whose opening is already on the trail
        actions.note_viewed(
            photo_id=public_id, patient=found.patient, size=size, by=request.actor, at=request.at
        )
    response = HttpResponse(picture, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response
