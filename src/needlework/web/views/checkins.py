"""Check-ins: on the patient's phone, one question at a time; for staff, the answers and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from needlework.clinic.actions import checkins as actions
from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import photos as photo_actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import ClinicError
from needlework.clinic.queries import checkins, drafts
from needlework.clinic.queries import photos as photo_queries
from needlework.clinic.rules import checkins as rules
from needlework.clinic.rules import screenings
from needlework.web.forms.checkins import CheckInForm, SeenForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.uploads import photo_bytes
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import CheckIn
    from needlework.skin.packs.rows import CheckinQuestion


# --- The patient's phone ------------------------------------------------------------------------------
@patient_page
def on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """One question per screen. Each answer is kept as a draft; the last screen sends them all."""
    checkin = _of_link(request)
    patient_actions.open_record(patient=checkin.patient, page="checkin", by=request.actor, at=request.at)
    if checkin.answered_at is not None:
        return render(request, "checkins/advice.html", _advice(checkin))
    questions = rules.questions(checkin, at=request.at)
    kept = drafts.fields(request.actor, "checkin", checkin.public_id)
    at = _place(request.GET.get("at", ""), len(questions))
    if request.method == "POST":
        at = _place(request.POST.get("at", ""), len(questions))
        asked = questions[at : at + 1]
        form = CheckInForm(request.POST, questions=asked)
        if form.is_valid():
            kept = {**kept, **{key: str(form.cleaned_data.get(key) or "") for key in _names(asked)}}
            _keep(request, checkin.public_id, kept)
            if at < len(questions):
                return redirect(f"{reverse('patient-checkin', args=[token])}?at={at + 1}")
            return _send(request, token, kept)
    else:
        form = CheckInForm(initial=kept, questions=questions[at : at + 1])
    context = {
        "form": form,
        "field": form[questions[at].code] if at < len(questions) else None,
        "checkin": checkin,
        "place": at,
        "progress": {"at": at + 1, "of": len(questions) + 1},
        "back": f"{reverse('patient-checkin', args=[token])}?at={at - 1}" if at else "",
    }
    return render(request, "checkins/question.html", context, status=422 if form.errors else 200)


def _names(asked: Sequence[CheckinQuestion]) -> list[str]:
    """The fields of one screen; the last screen has none but the words."""
    return [question.code for question in asked] or ["words"]


def _place(said: str, length: int) -> int:
    return min(int(said), length) if said.isdigit() and len(said) < 4 else 0


def _keep(request: PatientVisit, subject: UUID, fields: dict[str, str | list[str]]) -> None:
    draft = drafts.find(request.actor, "checkin", subject)
    draft_actions.save(
        form="checkin",
        subject=subject,
        fields={key: [value] if isinstance(value, str) else value for key, value in fields.items()},
        revision=0 if draft is None else draft.revision,
        by=request.actor,
        at=request.at,
    )


def _send(request: PatientVisit, token: str, kept: dict[str, str | list[str]]) -> HttpResponse:
    checkin = _of_link(request)
    form = CheckInForm(kept, questions=rules.questions(checkin, at=request.at))
    context = {"form": form, "checkin": checkin, "place": len(form.questions), "field": None}
    if form.is_valid():
        try:
            if data := photo_bytes(request, "photo"):
                photo_actions.take(
                    patient=checkin.patient,
                    about=checkin,
                    view="close",
                    data=data,
                    taken_at=request.at,
                    by=request.actor,
                    at=request.at,
                )
            actions.answer(
                checkin=checkin,
                answers=form.answers(),
                worry=form.cleaned_data["words"],
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            draft_actions.forget(form="checkin", subject=checkin.public_id, by=request.actor, at=request.at)
            return redirect("patient-checkin", token=token)
    return render(request, "checkins/question.html", context, status=422)


def _of_link(request: PatientVisit) -> CheckIn:
    if request.link.about is None:
        return checkins.current(request.actor, at=request.at)
    return checkins.get(request.actor, request.link.about)


def _advice(checkin: CheckIn) -> dict[str, object]:
    said = [flag["patient"] for flag in checkin.flags if flag["level"] == checkin.level]
    return {"checkin": checkin, "advice": list(dict.fromkeys(said)), "urgent": checkin.level in rules.GRAVE}


# --- The clinic ---------------------------------------------------------------------------------------
@staff_page
def listed(request: Visit) -> HttpResponse:
    """What is to be looked at, and who has not answered."""
    waiting = list(checkins.to_be_seen(request.actor)[:100])
    silent = list(checkins.silent(request.actor, at=request.at)[:100])
    reading.note(
        event="page-viewed",
        by=request.actor,
        at=request.at,
        detail={"page": "checkins", "count": len(waiting) + len(silent)},
    )
    return render(request, "checkins/list.html", {"waiting": waiting, "silent": silent})


@staff_page
def checkin(request: Visit, public_id: UUID) -> HttpResponse:
    """One check-in: the answers, the flags, what to do; mark it as seen. Before it is answered: enter the answers."""
    found = checkins.get(request.actor, public_id)
    patient_actions.open_record(patient=found.patient, page="checkin", by=request.actor, at=request.at)
    if found.answered_at is None:
        return _enter(request, found)
    form = SeenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.see(checkin=found, note=form.cleaned_data["note"], by=request.actor, at=request.at)
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The check-in is marked as seen.")
            return redirect("patient", found.patient.public_id)
    pack = screenings.pack_of(found.clinic)
    answers = [
        (pack.checkin[code].text_staff if code in pack.checkin else code, _said(given))
        for code, given in found.answers.items()
    ]
    photos = [
        (reverse("photo", args=[photo.public_id, "page"]), reverse("photograph", args=[photo.public_id]))
        for photo in photo_queries.of_patient(request.actor, found.patient).filter(checkin=found)
    ]
    context = {
        "checkin": found,
        "answers": answers,
        "photos": photos,
        "form": form,
        "banner": banner(found.patient),
        "urgent": found.level in rules.GRAVE,
    }
    return render(request, "checkins/checkin.html", context, status=422 if form.errors else 200)


def _enter(request: Visit, found: CheckIn) -> HttpResponse:
    """The patient told it by telephone."""
    questions = rules.questions(found, at=request.at)
    form = CheckInForm(request.POST or None, questions=questions, for_staff=True)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(
                checkin=found,
                answers=form.answers(),
                worry=form.cleaned_data["words"],
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            return redirect("checkin", found.public_id)
    context = {"checkin": found, "form": form, "banner": banner(found.patient)}
    return render(request, "checkins/enter.html", context, status=422 if form.errors else 200)


def _said(given: dict[str, object]) -> str:
    if "value" in given:
        return f"{given['value']:g}" if isinstance(given["value"], int | float) else str(given["value"])
    said = str(given.get("choice") or given.get("answer") or "")
    return {"unknown": "Not sure"}.get(said, said.capitalize())
