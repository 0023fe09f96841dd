"""Consent: read and signed on the clinic's device or on the patient's own phone, confirmed on the day, taken back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import consents as actions
from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import BadInput, ClinicError, ConsentTextMissing, NotFound
from needlework.clinic.queries import consents as queries
from needlework.clinic.queries import courses as course_queries
from needlework.clinic.queries import drafts
from needlework.clinic.rules import consents as rules
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.rules.consents import ConsentState, Standing
from needlework.web.forms.consents import ConfirmForm, SignForm, TextForm, WithdrawForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.views.settings import PARTS
from needlework.web.visit import PatientVisit, Visit, clinic_of, patient_page, staff_page

if TYPE_CHECKING:
    from django import forms

    from needlework.clinic.models import ConsentText, Plan, Treatment

DRAFT = "consent"
SALT = "needlework.consent-shown"
TO_SIGN = frozenset({Standing.NEEDED, Standing.OUTDATED, Standing.EXPIRED, Standing.WITHDRAWN})


# --- What was on the page, and since when -------------------------------------------------------------
def _shown_mark(plan: Plan, text: ConsentText, at: datetime) -> str:
    """Which text and which plan a page shows, and since when, so that a signature is for just these."""
    return signing.dumps([str(plan.public_id), text.sha256, at.isoformat()], salt=SALT)


def _shown_at(mark: str, plan: Plan, text: ConsentText) -> datetime:
    """When it was shown. Raises BadInput when something else was."""
    try:
        shown_plan, sha256, at = signing.loads(mark, salt=SALT)
    except signing.BadSignature as wrong:
        raise BadInput(
            because="The page has changed since it was opened. Read it once more, then sign."
        ) from wrong
    if shown_plan != str(plan.public_id) or sha256 != text.sha256:
        raise BadInput(
            because="The text or the plan has changed since it was shown. Read it once more, then sign."
        )
    return datetime.fromisoformat(at)


# --- Staff --------------------------------------------------------------------------------------------
@staff_page
def consent(request: Visit, plan: UUID) -> HttpResponse:
    """How it stands with the consent for a plan; read and signed here where one is needed."""
    found = queries.plan_to_sign(request.actor, plan)
    patient = found.course.patient
    text = _text_or_none(found)
    state = queries.state(found, request.at)
    form = None
    current = course_queries.current_plan(found.course) == found
    takes = may(request.actor, Act.TAKE_CONSENT)
    if request.method == "POST":
        check_may(request.actor, Act.TAKE_CONSENT)
    if takes and text is not None and current and state.code in TO_SIGN and not found.course.closed_at:
        form = _sign_form(request, found, text)
    if form is not None and text is not None and _signed(request, form, found, text, place="clinic"):
        messages.success(request, "Signed. The reflection period runs from now.")
        return redirect("consent", plan)
    patient_actions.open_record(patient=patient, page="consent", by=request.actor, at=request.at)
    if request.method == "GET" and form is not None and text is not None:
        actions.show(plan=found, text=text, by=request.actor, at=request.at)
    context = {
        **_shown(found, text, request),
        "banner": banner(patient),
        "state": state,
        "form": form,
        "current": current,
        "withdraw": WithdrawForm(),
        "may_withdraw": takes and _may_withdraw(state),
    }
    return render(
        request, "consents/consent.html", context, status=422 if form is not None and form.errors else 200
    )


def _text_or_none(plan: Plan) -> ConsentText | None:
    try:
        return queries.current_text(plan.clinic_id)
    except ConsentTextMissing:
        return None


def _sign_form(request: Visit, plan: Plan, text: ConsentText) -> SignForm:
    kept = drafts.fields(request.actor, DRAFT, plan.public_id)
    return SignForm(request.POST or None, text=text, initial=kept)


def _mark(request: Visit, plan: Plan, text: ConsentText | None) -> str:
    """The mark of the page: the one that came with it while it is still true, or a new one."""
    if text is None:
        return ""
    sent = request.POST.get("shown", "")
    try:
        _shown_at(sent, plan, text)
    except ClinicError:
        return _shown_mark(plan, text, request.at)
    return sent


def _signed(request: Visit, form: SignForm, plan: Plan, text: ConsentText, *, place: str) -> bool:
    """Whether the form was sent and the signature is kept."""
    if request.method != "POST" or not form.is_valid():
        return False
    said = form.cleaned_data
    name = said["signed_by"].strip() or (plan.course.patient.name if said["signature"] else "")
    try:
        actions.sign(
            plan=plan,
            text=text,
            shown_at=_shown_at(request.POST.get("shown", ""), plan, text),
            understood=said["understood"],
            signed_by=name,
            signature=said["signature"],
            signed_on=place,
            by=request.actor,
            at=request.at,
        )
    except ClinicError as error:
        show(form, error)
        return False
    draft_actions.forget(form=DRAFT, subject=plan.public_id, by=request.actor, at=request.at)
    return True


def _shown(plan: Plan, text: ConsentText | None, request: Visit) -> dict[str, object]:
    return {
        "plan": plan,
        "course": plan.course,
        "patient": plan.course.patient,
        "text": text,
        "mark": _mark(request, plan, text),
        "parts": paragraphs(text.body) if text is not None else [],
        "expectations": list(plan.expectation.items()),
        "special": list(dict.fromkeys(finding["because_patient"] for finding in plan.findings)),
        "practitioner": queries.practitioner_shown(plan, at=request.at),
    }


def paragraphs(body: str) -> list[tuple[str, str]]:
    """A text as pairs of kind (heading or text) and words."""
    parts = []
    for part in body.split("\n\n"):
        words = part.strip()
        if words.startswith("## "):
            head, _, rest = words.partition("\n")
            parts.append(("heading", head[3:].strip()))
            words = rest.strip()
        if words:
            parts.append(("text", words))
    return parts


def _may_withdraw(state: ConsentState) -> bool:
    return state.consent is not None and state.code is not Standing.WITHDRAWN


@require_POST
@staff_page
def withdraw(request: Visit, public_id: UUID) -> HttpResponse:
    """The patient told the clinic that the consent is taken back."""
    found = queries.consent(request.actor, public_id)
    form = WithdrawForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    try:
        actions.withdraw(consent=found, because=because, by=request.actor, at=request.at)
    except ClinicError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The consent is withdrawn. Nothing more is done under it.")
    return redirect("consent", found.plan.public_id)


@staff_page
def printed(request: Visit, public_id: UUID) -> HttpResponse:
    """A signed consent on paper: the exact text, the plan, the signature."""
    found = queries.consent(request.actor, public_id)
    plan = queries.plan_to_sign(request.actor, found.plan.public_id)
    patient_actions.open_record(patient=found.patient, page="consent-print", by=request.actor, at=request.at)
    context = {**_shown(plan, found.text, request), "consent": found, "days": queries.days_of(found)}
    return render(request, "consents/print.html", context)


def _confirm(request: Visit, form: forms.Form, treatment: Treatment, *, place: str) -> bool:
    said = form.cleaned_data
    patient = treatment.patient
    name = said["signed_by"].strip() or (patient.name if said["signature"] else "")
    try:
        actions.confirm_on_the_day(
            treatment=treatment,
            confirmed_by=name,
            signature=said["signature"],
            confirmed_on=place,
            by=request.actor,
            at=request.at,
        )
    except ClinicError as error:
        show(form, error)
        return False
    return True


@staff_page
def texts(request: Visit) -> HttpResponse:
    """The clinic's consent texts; the medical lead publishes the next one."""
    check_may(request.actor, Act.SEE_STAFF)
    held = queries.texts(request.actor)
    current = held[0] if held else None
    form = (
        TextForm(request.POST or None, initial=_wording(current)) if may(request.actor, Act.APPROVE) else None
    )
    if request.method == "POST":
        check_may(request.actor, Act.APPROVE)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.publish_text(
                clinic=clinic_of(request), by=request.actor, at=request.at, **form.cleaned_data
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The new text is in use.")
            return redirect("consent-texts")
    if request.method == "GET":
        reading.note(event="page-viewed", by=request.actor, at=request.at, detail={"page": "consent-texts"})
    context = {
        "tabs": [{"label": name, "url": reverse(to), "current": to == "consent-texts"} for name, to in PARTS],
        "texts": held,
        "current": current,
        "parts": paragraphs(current.body) if current else [],
        "form": form,
        "again": queries.signed_under(request.actor, current, at=request.at) if current else 0,
    }
    return render(
        request, "consents/texts.html", context, status=422 if form is not None and form.errors else 200
    )


def _wording(text: ConsentText | None) -> dict[str, str]:
    if text is None:
        shipped = actions.default_wording()
        title, body, statements, version = (
            shipped.title,
            shipped.body,
            list(shipped.statements),
            shipped.version,
        )
    else:
        title, body, version = text.title, text.body, ""
        statements = [(code, sentence) for code, sentence in text.statements]
    lines = "\n".join(f"{code}: {sentence}" for code, sentence in statements)
    return {"version": version, "title": title, "body": body, "statements": lines}


# --- The patient's phone ------------------------------------------------------------------------------
@patient_page
def on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """The plan, the text and the signature; afterwards how it stands, and the way out."""
    plan = _plan_of_link(request)
    text = _text_or_none(plan)
    state = queries.state(plan, request.at)
    form = None
    if text is not None and state.code in TO_SIGN and not plan.course.closed_at:
        form = _sign_form(request, plan, text)
    if form is not None and text is not None and _signed(request, form, plan, text, place="own-phone"):
        return redirect("patient-consent", token=token)
    patient_actions.open_record(patient=request.link.patient, page="consent", by=request.actor, at=request.at)
    if request.method == "GET" and form is not None and text is not None:
        actions.show(plan=plan, text=text, by=request.actor, at=request.at)
    context: dict[str, object] = {
        **_shown(plan, text, request),
        "state": state,
        "form": form,
        "token": token,
    }
    status = 422 if form is not None and form.errors else 200
    withdrawn = state.code is Standing.WITHDRAWN and "sign" not in request.GET
    if form is None or withdrawn:
        context |= {"may_withdraw": _may_withdraw(state), "may_sign": form is not None}
        return render(request, "consents/phone_state.html", context)
    return render(request, "consents/phone.html", context, status=status)


def _plan_of_link(request: PatientVisit) -> Plan:
    """The current version of the plan the link is for, or of the newest course. Raises NotFound."""
    patient = request.link.patient
    if request.link.about is not None:
        asked = queries.plan_to_sign(request.actor, request.link.about)
        current = course_queries.current_plan(asked.course)
    else:
        current = queries.newest_plan(request.actor, patient)
    if current is None:
        raise NotFound(thing="plan")
    return queries.plan_to_sign(request.actor, current.public_id)


@patient_page
def withdraw_on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """Taking the consent back: one tap, and one that confirms it."""
    plan = _plan_of_link(request)
    state = queries.state(plan, request.at)
    if request.method == "POST" and state.consent is not None:
        form = WithdrawForm(request.POST)
        because = form.cleaned_data["because"] if form.is_valid() else ""
        try:
            actions.withdraw(consent=state.consent, because=because, by=request.actor, at=request.at)
        except ClinicError as error:
            messages.error(request, str(error))
        return redirect("patient-consent", token=token)
    patient_actions.open_record(
        patient=request.link.patient, page="consent-withdraw", by=request.actor, at=request.at
    )
    context = {"state": state, "token": token, "form": WithdrawForm(), "plan": plan}
    return render(request, "consents/phone_withdraw.html", context)


@patient_page
def confirm_on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """On the day, on the own phone: “I still want this today”."""
    if request.link.about is None:
        raise NotFound(thing="treatment")
    treatment = queries.treatment_to_confirm(request.actor, request.link.about)
    plan = queries.plan_to_sign(request.actor, treatment.plan.public_id)
    confirmed = rules.day_consent(treatment, at=request.at)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _confirm(request, form, treatment, place="own-phone"):
        return redirect("patient-reconfirm", token=token)
    patient_actions.open_record(
        patient=request.link.patient, page="reconfirm", by=request.actor, at=request.at
    )
    blocked = "" if confirmed is not None else _why_not_today(treatment, plan, at=request.at)
    context = {
        **_shown(plan, None, request),
        "treatment": treatment,
        "confirmed": confirmed,
        "blocked": blocked,
        "form": form,
    }
    return render(request, "consents/phone_confirm.html", context, status=422 if form.errors else 200)


def _why_not_today(treatment: Treatment, plan: Plan, *, at: datetime) -> str:
    try:
        rules.check_before_start(treatment)
        rules.check_in_force(plan, at=at)
    except ClinicError as error:
        return str(error)
    return ""
