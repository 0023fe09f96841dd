"""The health history: for staff on one page, for the patient one question at a time, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import screenings as actions
from needlework.clinic.errors import ClinicError, field_of
from needlework.clinic.queries import drafts, patients
from needlework.clinic.queries import screenings as queries
from needlework.clinic.rules.access import Act, check_access
from needlework.web.forms.screenings import HistoryForm, OneQuestionForm, OverrideForm, answers_of
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page

if TYPE_CHECKING:
    from django import forms

    from needlework.clinic.models import Patient
    from needlework.skin.packs.rows import Question

STAFF_DRAFT, PHONE_DRAFT = "history", "history-phone"
REVIEW = "review"


# --- Staff --------------------------------------------------------------------------------------------
@staff_page
def history(request: Visit, patient: UUID) -> HttpResponse:
    """The answers that count, what they mean today, and what would change it."""
    found = patients.find(request.actor, patient)
    on = timezone.localdate(request.at)
    held = queries.assessment(request.actor, found, on=on)
    patient_actions.open_record(patient=found, page="history", by=request.actor, at=request.at)
    findings = queries.shown_findings(request.actor, held)
    answers = queries.shown_answers(found, held.history.answers) if held.history else []
    context = {
        "patient": found,
        "banner": banner(found),
        "history": held.history,
        "earlier": queries.histories(request.actor, found)[1:],
        "treatment_findings": [each for each in findings if each.scope != "anaesthetic"],
        "numbing_findings": [each for each in findings if each.scope == "anaesthetic"],
        "verdict": held.screening.verdict,
        "missing": [held.pack.questions[code] for code in held.unanswered_by_patient],
        "unexamined": [held.pack.questions[code] for code in held.unexamined],
        "told": [each for each in answers if each.words != "No"],
        "denied": [each for each in answers if each.words == "No"],
    }
    return render(request, "screenings/history.html", context)


@staff_page
def new(request: Visit, patient: UUID) -> HttpResponse:
    """Ask the questions together with the patient."""
    found = patients.find(request.actor, patient)
    check_access(request.actor, Act.TAKE_HISTORY, found)
    before = queries.latest(found)
    form = HistoryForm(
        request.POST or None,
        patient=found,
        before=before.answers if before else None,
        initial=drafts.fields(request.actor, STAFF_DRAFT, found.public_id),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(
                patient=found, answers=form.answers(), answered_on="clinic", by=request.actor, at=request.at
            )
        except ClinicError as error:
            _show_at_question(form, error)
        else:
            draft_actions.forget(form=STAFF_DRAFT, subject=found.public_id, by=request.actor, at=request.at)
            messages.success(request, "The answers are kept.")
            return redirect("history", found.public_id)
    patient_actions.open_record(patient=found, page="history-new", by=request.actor, at=request.at)
    context = {"form": form, "patient": found, "banner": banner(found), "before": before}
    return render(request, "screenings/new.html", context, status=422 if form.errors else 200)


@staff_page
def more(request: Visit, patient: UUID, code: str) -> HttpResponse:
    """What is asked after a yes, as a part of the form."""
    found = patients.find(request.actor, patient)
    check_access(request.actor, Act.TAKE_HISTORY, found)
    form = HistoryForm(patient=found, initial={code: request.GET.get(code, "")})
    question = next((each for each in form.questions if each.code == code), None)
    if question is None:
        return HttpResponse(status=404)
    context = {"asked": form.asked(question), "follow": form.follow(code), "patient": found}
    return render(request, "screenings/more.html", context)


def _show_at_question(form: forms.Form, error: ClinicError) -> None:
    """The sentence goes where the date of the question is, or to the question."""
    code = field_of(error) or ""
    for name in (f"{code}-date", code):
        if name in form.fields:
            form.add_error(name, str(error))
            return
    show(form, error)


@staff_page
def override(request: Visit, finding: UUID) -> HttpResponse:
    """Let a finding through, where its rule allows it, with a reason."""
    row = queries.finding(request.actor, finding)
    check_access(request.actor, Act.OVERRIDE, row)
    patient = row.history.patient
    form = OverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.override(
                finding=row, because=form.cleaned_data["because"], by=request.actor, at=request.at
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "Overridden. The reason is kept with your name.")
            return redirect("history", patient.public_id)
    patient_actions.open_record(patient=patient, page="finding", by=request.actor, at=request.at)
    context = {"form": form, "finding": row, "patient": patient, "banner": banner(patient)}
    return render(request, "screenings/override.html", context, status=422 if form.errors else 200)


# --- The patient's phone ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: a question, or a part of it that is asked after a yes."""

    question: Question
    part: str
    number: int

    @property
    def key(self) -> str:
        """Its name in the address and in the draft."""
        return f"{self.question.code}-{self.part}" if self.part else self.question.code


@patient_page
def on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """One question per screen. Each answer is kept at once; the last screen shows them all and sends them."""
    patient = request.link.patient
    patient_actions.open_record(patient=patient, page="history", by=request.actor, at=request.at)
    kept = drafts.fields(request.actor, PHONE_DRAFT, patient.public_id)
    answered = queries.latest(patient)
    wanted = request.GET.get("q", "")
    if answered is not None and answered.answered_at >= request.link.made_at and not kept and not wanted:
        return _thanks(request, patient)
    screens = _screens(patient, kept)
    if wanted == REVIEW or (not wanted and kept and all(screen.key in kept for screen in screens)):
        return _review(request, token, patient, kept)
    screen = next((each for each in screens if each.key == wanted), None)
    if screen is None:
        screen = next((each for each in screens if each.key not in kept), screens[0])
    if request.method == "POST":
        skipped = "skip" in request.POST
        form = OneQuestionForm(
            {} if skipped else request.POST, patient=patient, question=screen.question, part=screen.part
        )
        if form.is_valid() and not skipped and not screen.part and not form.kept()[0]:
            form.add_error(screen.key, "Choose an answer, or skip the question.")
        if form.is_valid() and not (error := _wrong(request, patient, screen, form)):
            _keep(request, patient, {**kept, screen.key: form.kept()})
            return redirect(_after(request, token, patient, screen))
        if form.is_valid():
            form.add_error(screen.key, error)
    else:
        form = OneQuestionForm(initial=kept, patient=patient, question=screen.question, part=screen.part)
    place = screens.index(screen)
    context = {
        "form": form,
        "screen": screen,
        "areas": _map(form) if screen.part == "areas" else None,
        "progress": {"at": screen.number, "of": screens[-1].number},
        "back": _address(token, screens[place - 1].key) if place else "",
        "intro": place == 0 and not kept,
    }
    return render(request, "screenings/question.html", context, status=422 if form.errors else 200)


def _screens(patient: Patient, kept: Mapping[str, Any]) -> list[Screen]:
    answers = answers_of(queries.all_questions(patient), kept)
    screens: list[Screen] = []
    for number, question in enumerate(queries.questions(patient, answers), 1):
        screens.append(Screen(question, "", number))
        if answers.get(question.code, {}).get("answer") == "yes":
            screens += [Screen(question, part, number) for part in question.wants]
    return screens


def _wrong(request: PatientVisit, patient: Patient, screen: Screen, form: OneQuestionForm) -> str:
    """What is impossible about this one answer, as the action would say it; empty when nothing is."""
    said = {screen.question.code: "yes"} if screen.part else {}
    cleaned = {**said, **form.cleaned_data}
    try:
        queries.check_answers(
            patient,
            answers_of([screen.question], cleaned),
            on=timezone.localdate(request.at),
            by=request.actor,
        )
    except ClinicError as error:
        return str(error)
    return ""


def _keep(request: PatientVisit, patient: Patient, fields: Mapping[str, Any]) -> None:
    draft = drafts.find(request.actor, PHONE_DRAFT, patient.public_id)
    draft_actions.save(
        form=PHONE_DRAFT,
        subject=patient.public_id,
        fields={key: [value] if isinstance(value, str) else list(value) for key, value in fields.items()},
        revision=0 if draft is None else draft.revision,
        by=request.actor,
        at=request.at,
    )


def _address(token: str, key: str) -> str:
    return f"{reverse('patient-history', args=[token])}?{urlencode({'q': key})}"


def _after(request: PatientVisit, token: str, patient: Patient, screen: Screen) -> str:
    kept = drafts.fields(request.actor, PHONE_DRAFT, patient.public_id)
    screens = _screens(patient, kept)
    place = next((i for i, each in enumerate(screens) if each.key == screen.key), len(screens))
    following = screens[place + 1 :]
    if "change" in request.GET:  # came from the last screen: back to it, unless a yes brought new questions
        following = [each for each in following if each.key not in kept]
    return _address(token, following[0].key if following else REVIEW)


def _map(form: OneQuestionForm) -> list[dict[str, object]]:
    chosen = form.asked.value() or []
    chosen = [chosen] if isinstance(chosen, str) else chosen
    field: Any = form.fields[form.name]
    return [{"code": code, "label": label, "checked": code in chosen} for code, label in field.choices]


def _review(request: PatientVisit, token: str, patient: Patient, kept: Mapping[str, Any]) -> HttpResponse:
    """All answers once more, and the button that sends them."""
    sentence = ""
    answers = answers_of(queries.all_questions(patient), kept)
    if request.method == "POST":
        try:
            actions.answer(
                patient=patient, answers=answers, answered_on="own-phone", by=request.actor, at=request.at
            )
        except ClinicError as error:
            sentence = str(error)
        else:
            draft_actions.forget(form=PHONE_DRAFT, subject=patient.public_id, by=request.actor, at=request.at)
            return redirect("patient-history", token=token)
    shown = [
        (each, f"{_address(token, each.question.code)}&change=1")
        for each in queries.shown_answers(patient, answers)
    ]
    context = {
        "shown": shown,
        "open": sum(1 for each, _url in shown if each.open),
        "error": sentence,
        "action": _address(token, REVIEW),
    }
    return render(request, "screenings/review.html", context, status=422 if sentence else 200)


def _thanks(request: PatientVisit, patient: Patient) -> HttpResponse:
    """What the answers mean, in plain words."""
    context = {"stops": queries.said_to_patient(request.actor, patient, on=timezone.localdate(request.at))}
    return render(request, "screenings/thanks.html", context)
