"""Courses and their plans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from needlework.clinic.actions import course_summaries
from needlework.clinic.actions import courses as actions
from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.errors import ClinicError, NotFound, PlanRefused, field_of
from needlework.clinic.queries import consents as consent_queries
from needlework.clinic.queries import consultations, drafts, hands, lesions
from needlework.clinic.queries import courses as queries
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.consents import Standing
from needlework.clinic.rules.courses import PlannedArea
from needlework.skin import anatomy, bounds, delivery, devices
from needlework.skin.devices import Device
from needlework.skin.punctures import formulas
from needlework.skin.tables import UnknownCodeError
from needlework.web import delivery_pictures as drawing
from needlework.web.bounds_drawing import Drawing, draw
from needlework.web.forms.courses import CloseForm, PlanForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Consultation, Course, Patient, Plan, PlanArea
    from needlework.clinic.queries.hands import HeldHand

DRAFT = "plan"


@staff_page
def course(request: Visit, public_id: UUID) -> HttpResponse:
    """A course: its plan, the consent, its treatments, and how it ends."""
    found = queries.course(request.actor, public_id)
    return _page(request, found, CloseForm())


@require_POST
@staff_page
def close(request: Visit, public_id: UUID) -> HttpResponse:
    """End a course."""
    found = queries.course(request.actor, public_id)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            summary = course_summaries.end_course(
                course=found, by=request.actor, at=request.at, **form.cleaned_data
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The course is closed. Here is the summary for the patient.")
            return redirect("document", summary.public_id)
    return _page(request, found, form)


def _page(request: Visit, found: Course, form: CloseForm) -> HttpResponse:
    patient_actions.open_record(patient=found.patient, page="course", by=request.actor, at=request.at)
    versions = queries.versions(found)
    current = versions[0] if versions else None
    context = {
        "hand": hands.of(request.actor, found.consultation.practitioner),
        "course": found,
        "patient": found.patient,
        "banner": banner(found.patient),
        "versions": versions,
        "plan": current,
        "consent": consent_queries.state(current, request.at) if current else None,
        "treatments": queries.treatments(found),
        "form": form,
    }
    return render(request, "courses/course.html", context, status=422 if form.errors else 200)


@staff_page
def plan(request: Visit, public_id: UUID) -> HttpResponse:
    """One version of a plan."""
    found = queries.plan(request.actor, public_id)
    patient = found.course.patient
    patient_actions.open_record(patient=patient, page="plan", by=request.actor, at=request.at)
    hand = hands.of(request.actor, found.course.consultation.practitioner)
    context = {
        "hand": hand,
        "drawn": _drawn_areas(request, found, hand) if "pictures" in request.GET else None,
        "plan": found,
        "course": found.course,
        "patient": patient,
        "banner": banner(patient),
        "current": queries.current_plan(found.course) == found,
        "consent": consent_queries.state(found, request.at),
    }
    return render(request, "courses/plan.html", context)


@staff_page
def new(request: Visit, public_id: UUID) -> HttpResponse:
    """Make a plan: for a consultation (which opens a course) or the next version for a course."""
    held, found = _subject(request, public_id)
    check_access(request.actor, Act.PLAN, found or held)
    kept = drafts.fields(request.actor, DRAFT, public_id)
    current = queries.current_plan(found) if found else None
    form = _form(request, held, current, kept)
    if request.method == "POST" and form.is_valid() and "picture" not in request.POST:
        made = _make(request, held, found, form)
        if made is not None:
            draft_actions.forget(form=DRAFT, subject=public_id, by=request.actor, at=request.at)
            messages.success(request, f"Version {made.version} of the plan is kept.")
            return redirect("consent", made.public_id)
    patient_actions.open_record(patient=held.patient, page="plan-new", by=request.actor, at=request.at)
    hand = hands.mine(request.actor)
    checks = _checks(held, form, hand) if form.is_bound else _checks_of_draught(held, form, hand)
    _picture(request, held, form, checks, _pictured(request, form) or 0, hand)
    if "picture" in request.POST:  # the page without script: draw a row, judge nothing yet
        form.errors.clear()
    context = {
        "form": form,
        "checks": checks,
        "hand": hand,
        "subject": public_id,
        "consultation": held,
        "course": found,
        "patient": held.patient,
        "banner": banner(held.patient),
        "expectations": queries.expectations([row.row.indication for row in form.draught.rows]),
        "signed": _stands(request, current),
    }
    return render(request, "courses/new.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page
def check(request: Visit, public_id: UUID) -> HttpResponse:
    """What the bounds say of the plan as it is being written, row by row."""
    held, found = _subject(request, public_id)
    check_access(request.actor, Act.PLAN, found or held)
    form = _form(request, held, queries.current_plan(found) if found else None, {})
    form.is_valid()
    hand = hands.mine(request.actor)
    checks = _checks(held, form, hand)
    number = _pictured(request, form)
    if number is not None:
        _picture(request, held, form, checks, number, hand)
    context = {"checks": checks, "hand": hand, "pictured": number, "swap": True}
    return render(request, "courses/checks.html", context)


def _pictured(request: Visit, form: PlanForm) -> int | None:
    """The row whose pictures are wanted: the one in which something was typed, or whose button was pressed."""
    asked = request.POST.get("picture", "")
    return int(asked) if asked.isdecimal() and int(asked) < len(form.draught.rows) else None


def _picture(
    request: Visit,
    held: Consultation,
    form: PlanForm,
    checks: list[dict[str, Any]],
    number: int,
    hand: HeldHand,
) -> None:
    """Put the pictures of one row beside what the bounds say of it."""
    planned = checks[number].get("row") if checks else None
    if planned is None:
        return
    rows = []
    for code in (planned.device, form.beside(number)):
        if code:
            device = devices.get(code)
            length = float(planned.needle_mm)
            if code != planned.device:
                length = _nearest_length(device, length)
            spots = _spots(request, held.patient, planned.area, device, planned.passes)
            rows.append(drawing.Row(device, length, planned.passes, planned.area, lesions=spots))
    checks[number]["pictures"] = drawing.draw(rows, sex=held.patient.sex, hand=hand.measured)


def _spots(
    request: Visit, patient: Patient, area: str, device: Device, presses: int
) -> list[tuple[float, float, int]]:
    """Where a stamp would be pressed: on each scar that is marked in the area."""
    if device.kind != "stamp":
        return []
    marked = lesions.seen(request.actor, patient, area=area)
    return [(float(lesion.x), float(lesion.y), presses) for lesion in marked]


def _nearest_length(device: Device, needle_mm: float) -> float:
    """The length nearest to another device's that this one is made with."""
    low, high = device.needle_mm_min, device.needle_mm_max
    return min(max(needle_mm, low or 0.05), high or needle_mm)


def _drawn_areas(request: Visit, found: Plan, hand: HeldHand) -> list[tuple[PlanArea, drawing.Pictures]]:
    """The pictures of every area of a plan whose device the catalogue knows."""
    patient = found.course.patient
    drawn = []
    for row in found.areas.all():
        try:
            device = devices.get(row.device_model.code)
        except UnknownCodeError:
            continue
        spots = _spots(request, patient, row.area, device, row.passes)
        rows = [drawing.Row(device, float(row.needle_mm), row.passes, row.area, lesions=spots)]
        drawn.append((row, drawing.draw(rows, sex=patient.sex, hand=hand.measured)))
    return drawn


def _subject(request: Visit, public_id: UUID) -> tuple[Consultation, Course | None]:
    try:
        found = queries.course(request.actor, public_id)
    except NotFound:
        return consultations.consultation(request.actor, public_id), None
    return found.consultation, found


def _form(request: Visit, held: Consultation, current: Plan | None, kept: dict[str, Any]) -> PlanForm:
    concerns = [concern for concern in held.concerns.all() if concern.voided_at is None]
    draught = queries.draught(held.patient, concerns)
    initial: dict[str, Any] = {}
    if current is not None:
        draught = queries.redraught(draught, current)
        initial = {"anaesthetic": current.anaesthetic, "note": current.note}
    codes = [row.row.area for row in draught.rows]
    return PlanForm(
        request.POST if request.method == "POST" else None,
        initial={**initial, **kept},
        draught=draught,
        devices=queries.device_choices([row.row for row in draught.rows]),
        anaesthetics=queries.anaesthetics(
            request.actor, held.patient, areas=codes, on=timezone.localdate(request.at)
        ),
        topicals=queries.topicals(held.patient),
    )


def _make(request: Visit, held: Consultation, found: Course | None, form: PlanForm) -> Plan | None:
    numbered = form.numbered()
    said = form.cleaned_data
    try:
        return actions.plan_consultation(
            consultation=held,
            course=found,
            areas=[row for _number, row in numbered],
            treatments_planned=said["treatments_planned"],
            interval_days=said["interval_days"],
            anaesthetic=said["anaesthetic"],
            combined_with=said["combined_with"],
            note=said["note"],
            by=request.actor,
            at=request.at,
        )
    except PlanRefused as error:
        form.add_error(f"row-{numbered[error.row][0]}-needle_mm", str(error))
    except ClinicError as error:
        name = field_of(error) or ""
        at_row = next(
            (f"row-{number}-{name}" for number, _row in numbered if f"row-{number}-{name}" in form.fields), ""
        )
        if at_row:
            form.add_error(at_row, str(error))
        else:
            show(form, error)
    return None


def _checks(held: Consultation, form: PlanForm, hand: HeldHand) -> list[dict[str, Any]]:
    numbered = form.numbered()
    results = queries.check_rows(held.patient, [row for _number, row in numbered])
    said = {number: (result, row) for (number, row), result in zip(numbered, results, strict=True)}
    shown = []
    for number in range(len(form.draught.rows)):
        result, row = said.get(number, (None, None))
        shown.append(_said(number, result, row, hand))
    return shown


def _checks_of_draught(held: Consultation, form: PlanForm, hand: HeldHand) -> list[dict[str, Any]]:
    rows = [replace(proposed.row) for proposed in form.draught.rows]
    results = queries.check_rows(held.patient, rows)
    return [
        _said(number, result, row, hand)
        for number, (result, row) in enumerate(zip(results, rows, strict=True))
    ]


def _said(number: int, result: Any, row: PlannedArea | None, hand: HeldHand) -> dict[str, Any]:
    if isinstance(result, ClinicError):
        return {"number": number, "error": str(result), "row": _known(row)}
    return {
        "number": number,
        "row": _known(row),
        "delivery": _delivered(row, hand),
        "drawing": None if row is None else _drawn(row),
        "findings": getattr(result, "findings", ()),
        "notes": getattr(result, "notes", ()),
        "clear": result is not None and not result.findings,
    }


def _known(row: PlannedArea | None) -> PlannedArea | None:
    """The row, if its device and area can be drawn."""
    if row is None:
        return None
    try:
        devices.get(row.device)
        anatomy.get(row.area)
    except UnknownCodeError:
        return None
    return row if float(row.needle_mm) > 0 else None


def _delivered(row: PlannedArea | None, hand: HeldHand) -> dict[str, Any] | None:
    """What a row delivers, and how many passes its own target would take."""
    known = _known(row)
    if known is None:
        return None
    device = devices.get(known.device)
    made = delivery.of_row(device, float(known.needle_mm), known.passes, hand=hand.measured)
    wanted = known.target_per_cm2
    steps = formulas.passes_for(wanted, made.per_step) if wanted and made.per_step else None
    return {"made": made, "wanted": wanted, "steps": steps}


def _drawn(row: PlannedArea) -> Drawing | None:
    """The bounds of the needle as a picture; none while no device is chosen."""
    try:
        return draw(bounds.of_plan(row.area, row.device, row.indication), float(row.needle_mm))
    except UnknownCodeError:
        return None


def _stands(request: Visit, current: Plan | None) -> bool:
    """Whether a change would mean that the patient has to sign again."""
    if current is None:
        return False
    return consent_queries.state(current, request.at).code in {Standing.REFLECTING, Standing.IN_FORCE}
