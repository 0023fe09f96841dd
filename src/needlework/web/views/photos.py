"""Photographs, through the door of the record: never as files, never as they were received; and taken out of use."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import photos as actions
from needlework.clinic.errors import RuleBroken
from needlework.clinic.queries import photos
from needlework.web.forms.photos import TakeOutForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page


@staff_page
def photograph(request: Visit, public_id: UUID) -> HttpResponse:
    """One photograph with its facts; who treats can take it out of use here, with a reason."""
    found = photos.get(request.actor, public_id)
    form = TakeOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.void(photo=found, because=form.cleaned_data["because"], by=request.actor, at=request.at)
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, "The photograph is out of use. It is kept, and no longer shown.")
            return redirect("patient", found.patient.public_id)
    patient_actions.open_record(patient=found.patient, page="photograph", by=request.actor, at=request.at)
    context = {"photo": found, "form": form, "banner": banner(found.patient)}
    return render(request, "photos/photograph.html", context, status=422 if form.errors else 200)


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
