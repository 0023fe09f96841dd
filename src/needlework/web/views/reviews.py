"""Reviews: the same photographs again, the same scales again, and an honest word on the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import photos as photo_actions
from needlework.clinic.actions import reading
from needlework.clinic.actions import reviews as actions
from needlework.clinic.errors import ClinicError
from needlework.clinic.queries import drafts, reviews
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules import photos as photo_rules
from needlework.clinic.rules import reviews as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.skin import anatomy, scales
from needlework.web.forms.reviews import ReviewForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner, day
from needlework.web.uploads import photo_bytes
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Course


@staff_page
def listed(request: Visit) -> HttpResponse:
    """Reviews due in the next two weeks, and those that are late."""
    due = reviews.due_in_clinic(request.actor, on=timezone.localtime(request.at).date())
    reading.note(
        event="page-viewed", by=request.actor, at=request.at, detail={"page": "reviews", "count": len(due)}
    )
    return render(request, "reviews/list.html", {"due": due})


@staff_page
def new(request: Visit, course: UUID) -> HttpResponse:
    """Hold a review."""
    found = reviews.course_to_review(request.actor, course)
    check_access(request.actor, Act.REVIEW, found)
    patient_actions.open_record(patient=found.patient, page="review-new", by=request.actor, at=request.at)
    coming = reviews.due(found)
    stages = [
        (each.stage.code, f"{each.stage.label.capitalize()} (due {day(each.due_on)})") for each in coming
    ]
    stages.append((rules.EXTRA, "An extra review"))
    scored = [(scale, area, _label(scale, area)) for scale, area in reviews.scales_of(request.actor, found)]
    initial = drafts.fields(request.actor, "review", found.public_id) or {"stage": stages[0][0]}
    form = ReviewForm(request.POST or None, initial=initial, stages=stages, scored=scored)
    if request.method == "POST" and form.is_valid():
        try:
            review = actions.hold(
                course=found,
                practitioner=staff_queries.myself(request.actor),
                stage=form.cleaned_data["stage"],
                scores=form.scores(),
                patient_rating=form.cleaned_data["patient_rating"],
                conclusion=form.cleaned_data["conclusion"],
                note=form.cleaned_data["note"],
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            draft_actions.forget(form="review", subject=found.public_id, by=request.actor, at=request.at)
            messages.success(request, "The review is kept. Now the photographs, in the same views as before.")
            return redirect("review", review.public_id)
    context = {
        "form": form,
        "course": found,
        "banner": banner(found.patient),
        "pairs": _pairs(found),
    }
    return render(request, "reviews/form.html", context, status=422 if form.errors else 200)


@staff_page
def review(request: Visit, public_id: UUID) -> HttpResponse:
    """One review: photographs side by side, what changed, what the patient says. Photographs are added here."""
    found = reviews.get(request.actor, public_id)
    patient_actions.open_record(patient=found.patient, page="review", by=request.actor, at=request.at)
    refused = ""
    if request.method == "POST":
        try:
            photo_actions.take(
                patient=found.patient,
                about=found,
                view=request.POST.get("view", ""),
                area=request.POST.get("area", ""),
                data=photo_bytes(request, "photo"),
                taken_at=request.at,
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            refused = str(error)
        else:
            return redirect("review", found.public_id)
    context = {
        "review": found,
        "banner": banner(found.patient),
        "pairs": _pairs(found.course),
        "changes": reviews.changes(request.actor, found.course),
        "views": photo_rules.VIEWS,
        "refused": refused,
    }
    return render(request, "reviews/review.html", context, status=422 if refused else 200)


@patient_page
def on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """The patient's own results: the pictures, the scores with what they can tell, and the documents."""
    results = reviews.of_patient(request.actor)
    patient_actions.open_record(patient=request.link.patient, page="results", by=request.actor, at=request.at)
    shown = [(result, _pairs(result.course, token)) for result in results]
    return render(request, "reviews/phone.html", {"results": shown, "token": token})


def _label(scale: str, area: str) -> str:
    name = scales.get(scale).name
    return f"{name}, {anatomy.in_words(area)}" if area else name


def _pairs(course: Course, token: str = "") -> list[dict[str, str]]:
    return [
        {
            "title": f"{pair.view}{', ' + anatomy.in_words(pair.area) if pair.area else ''}",
            "before": _address(pair.before.public_id, token),
            "after": _address(pair.now.public_id, token),
            "before_label": day(pair.before.taken_at),
            "after_label": day(pair.now.taken_at),
            "before_page": "" if token else reverse("photograph", args=[pair.before.public_id]),
            "after_page": "" if token else reverse("photograph", args=[pair.now.public_id]),
        }
        for pair in reviews.pairs(course)
    ]


def _address(photo: UUID, token: str) -> str:
    if token:
        return reverse("patient-photo", args=[token, photo, "page"])
    return reverse("photo", args=[photo, "page"])
