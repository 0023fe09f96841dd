"""Consultations: the form with the map, and the consultation as it was held, with its baseline photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import consultations as actions
from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import photos as photo_actions
from needlework.clinic.errors import ClinicError
from needlework.clinic.queries import appointments, drafts, patients, staff
from needlework.clinic.queries import consultations as queries
from needlework.clinic.queries import screenings as screening_queries
from needlework.clinic.rules.access import Act, check_access
from needlework.web.forms.consultations import BaselineForm, ConsultationForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Appointment, Consultation, Patient

DRAFT = "consultation"


@staff_page
def new(request: Visit, patient: UUID) -> HttpResponse:
    """Hold a consultation. Typed things are kept as a draft; a refused form keeps them too."""
    found = patients.find(request.actor, patient)
    check_access(request.actor, Act.CONSULT, found)
    kept = drafts.fields(request.actor, DRAFT, found.public_id)
    form = ConsultationForm(request.POST or None, patient=found, initial=kept)
    if request.method == "POST" and "show-areas" not in request.POST and form.is_valid():
        try:
            held = _hold(request, found, form)
        except ClinicError as error:
            show(form, error)
        else:
            draft_actions.forget(form=DRAFT, subject=found.public_id, by=request.actor, at=request.at)
            messages.success(request, "The consultation is kept.")
            return redirect("consultation", held.public_id)
    patient_actions.open_record(patient=found, page="consultation-new", by=request.actor, at=request.at)
    only_areas = request.method == "POST" and "show-areas" in request.POST
    if only_areas:  # the page without script: show what belongs to the chosen areas, judge nothing yet
        form.errors.clear()
    context = {
        "form": form,
        "patient": found,
        "banner": banner(found),
        "history": screening_queries.latest(found),
        "appointment": request.GET.get("appointment", ""),
    }
    return render(request, "consultations/new.html", context, status=422 if form.errors else 200)


def _hold(request: Visit, patient: Patient, form: ConsultationForm) -> Consultation:
    said = form.cleaned_data
    return actions.hold(
        patient=patient,
        practitioner=staff.find_colleague(request.actor, request.actor.public_id or UUID(int=0)),
        purpose=said["purpose"],
        motive=said["motive"],
        expectation=said["expectation"],
        distress=said["distress"],
        skin_type=said["skin_type"],
        examination=form.examination(),
        concerns=form.concerns(),
        scores=form.scores(),
        notes=said["notes"],
        appointment=_appointment(request),
        by=request.actor,
        at=request.at,
    )


def _appointment(request: Visit) -> Appointment | None:
    try:
        public_id = UUID(request.GET.get("appointment", ""))
    except ValueError:
        return None
    return appointments.find(request.actor, public_id)


@require_POST
@staff_page
def parts(request: Visit, patient: UUID) -> HttpResponse:
    """The part of the form which follows the chosen areas, as it stands now."""
    found = patients.find(request.actor, patient)
    check_access(request.actor, Act.CONSULT, found)
    form = ConsultationForm(request.POST, patient=found)
    form.errors.clear()
    return render(request, "consultations/parts.html", {"form": form, "patient": found})


@staff_page
def consultation(request: Visit, public_id: UUID) -> HttpResponse:
    """A consultation as it was held."""
    held = queries.consultation(request.actor, public_id)
    return _page(request, held, BaselineForm(views=queries.views_of(held)))


@require_POST
@staff_page
def photographs(request: Visit, public_id: UUID) -> HttpResponse:
    """Baseline photographs. Those that can be read are kept, the others are named."""
    held = queries.consultation(request.actor, public_id)
    check_access(request.actor, Act.CONSULT, held)
    views = queries.views_of(held)
    form = BaselineForm(request.POST, request.FILES, views=views)
    if not form.is_valid():
        return _page(request, held, form)
    taken = 0
    for code, _name in views:
        file = form.cleaned_data[f"view-{code}"]
        if not file:
            continue
        try:
            photo_actions.take(
                patient=held.patient,
                about=held,
                view=code,
                data=file.read(),
                taken_at=request.at,
                by=request.actor,
                at=request.at,
            )
            taken += 1
        except ClinicError as error:
            form.add_error(f"view-{code}", str(error))
    if taken:
        messages.success(request, f"{taken} photograph{'' if taken == 1 else 's'} kept.")
    if form.errors:
        return _page(request, queries.consultation(request.actor, public_id), form)
    return redirect("consultation", held.public_id)


def _page(request: Visit, held: Consultation, form: BaselineForm) -> HttpResponse:
    patient_actions.open_record(patient=held.patient, page="consultation", by=request.actor, at=request.at)
    context = {
        "held": held,
        "patient": held.patient,
        "banner": banner(held.patient),
        "concerns": [concern for concern in held.concerns.all() if concern.voided_at is None],
        "scores": queries.scored(held),
        "examined": screening_queries.shown_answers(held.patient, held.examination, examined=True),
        "skin_words": dict(queries.SKIN_TYPES).get(held.skin_type, ""),
        "photos": [_strip(photo) for photo in held.photos.all() if photo.voided_at is None],
        "courses": [course for course in held.courses.all() if course.voided_at is None],
        "form": form,
    }
    return render(request, "consultations/consultation.html", context, status=422 if form.errors else 200)


def _strip(photo: object) -> dict[str, str]:
    name = photo.get_view_display()  # type: ignore[attr-defined]
    return {
        "src": reverse("photo", args=[photo.public_id, "thumb"]),  # type: ignore[attr-defined]
        "url": reverse("photograph", args=[photo.public_id]),  # type: ignore[attr-defined]
        "alt": f"{name}, before the first treatment",
        "label": name,
    }
