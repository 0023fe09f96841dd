"""A treatment: opened, done step by step, read, amended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import late_entries
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.errors import NotFound, RuleBroken
from needlework.clinic.queries import appointments, clinics, courses, hands, scans
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.queries import treatments as queries
from needlework.clinic.rules.access import Act, check_access, may
from needlework.clinic.rules.transitions import State
from needlework.clinic.rules.wording import local_day
from needlework.web.forms.late_entries import LateForm
from needlework.web.forms.treatments import AmendForm, OpenForm, ReasonForm, StopForm
from needlework.web.refusals import show
from needlework.web.scanned import scanned
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page

from . import treatment_device, treatment_preparing, treatment_skin
from .treatment_room import SHOWN, STEPS, DeedOfStep, Room, can, step_of, steps, timer

if TYPE_CHECKING:
    from needlework.clinic.models import Appointment, Course, Site, Staff, Treatment

DEEDS: dict[str, dict[str, DeedOfStep]] = {
    **treatment_preparing.DEEDS,
    **treatment_device.DEEDS,
    **treatment_skin.DEEDS,
}
CONTEXTS = {**treatment_preparing.CONTEXTS, **treatment_device.CONTEXTS, **treatment_skin.CONTEXTS}


# --- Opening ------------------------------------------------------------------------------------------
@staff_page
def new(request: Visit, course: UUID) -> HttpResponse:
    """Open the next treatment of a course. One tap when it is clear who treats and where."""
    found = courses.course(request.actor, course)
    check_access(request.actor, Act.ASSIST, found)
    people = appointments.practitioners(request.actor)
    sites = clinics.sites(request.actor)
    booked = _booked(request, found)
    form = OpenForm(_chosen(request, people, sites, booked), people=people, sites=sites)
    if request.method == "POST" and form.is_valid():
        person = staff_queries.find_colleague(request.actor, UUID(form.cleaned_data["practitioner"]))
        site = clinics.find_site(request.actor, UUID(form.cleaned_data["site"]))
        try:
            treatment = actions.open_treatment(
                course=found,
                practitioner=person,
                site=site,
                appointment=booked,
                by=request.actor,
                at=request.at,
            )
        except SHOWN as error:
            show(form, error)
        else:
            return redirect("treatment-step", treatment.public_id, "check")
    if request.method == "GET":
        form.errors.clear()
    patient_actions.open_record(patient=found.patient, page="treatment-new", by=request.actor, at=request.at)
    context = {"form": form, "course": found, "banner": banner(found.patient)}
    return render(request, "treatments/new.html", context, status=422 if form.errors else 200)


@staff_page
def late(request: Visit, course: UUID) -> HttpResponse:
    """Write up a treatment afterwards; for the medical lead."""
    found = courses.course(request.actor, course)
    check_access(request.actor, Act.RECORD_LATE, found)
    plan = courses.current_plan(found)
    if plan is None:
        raise NotFound(thing="plan")
    planned = list(plan.areas.select_related("device_model").order_by("pk"))
    people = appointments.practitioners(request.actor)
    sites = clinics.sites(request.actor)
    form = LateForm(
        request.POST if request.method == "POST" else None, planned=planned, people=people, sites=sites
    )
    if request.method == "POST" and form.is_valid():
        try:
            treatment = _record_late(request, found, form)
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, "Written up. Add cream and products if there were any, then sign.")
            return redirect("treatment-step", treatment.public_id, "soothe")
    patient_actions.open_record(patient=found.patient, page="treatment-late", by=request.actor, at=request.at)
    context = {"form": form, "course": found, "banner": banner(found.patient)}
    return render(request, "treatments/late.html", context, status=422 if form.errors else 200)


def _record_late(request: Visit, course: Course, form: LateForm) -> Treatment:
    said = form.cleaned_data
    site = clinics.find_site(request.actor, UUID(said["site"]))
    on = local_day(said["happened_at"], site.time_zone)
    given = scanned(request, "scan", on=on)
    unit = scans.find_by_scan(
        request.actor, given.code, on=on, site_id=site.pk, separators_kept=given.separators_kept
    )
    areas = [
        late_entries.LateArea(
            row.area,
            row.indication,
            said[f"needle-{row.pk}"] or row.needle_mm,
            passes,
            unit,
            strokes=said[f"strokes-{row.pk}"],
            scanned=given.code,
            read_by=given.read_by,
        )
        for row in form.planned
        if (passes := said[f"passes-{row.pk}"])
    ]
    return late_entries.record_late(
        course=course,
        practitioner=staff_queries.find_colleague(request.actor, UUID(said["practitioner"])),
        site=site,
        happened_at=said["happened_at"],
        ended_at=said["ended_at"],
        areas=areas,
        because=said["because"],
        pain=said["pain"],
        redness=said["redness"],
        sharps_container=said["sharps_container"],
        note=said["note"],
        by=request.actor,
        at=request.at,
    )


def _booked(request: Visit, course: Course) -> Appointment | None:
    """Today's appointment for it, which says who treats and where."""
    rows = appointments.of_patient(request.actor, course.patient, since=request.at - timedelta(days=1))
    fit = [
        row
        for row in rows
        if row.kind == "treatment"
        and local_day(row.starts_at, row.site.time_zone) == local_day(request.at, row.site.time_zone)
        and row.cancelled_at is None
        and row.course_id in (None, course.pk)
    ]
    return fit[0] if fit else None


def _chosen(
    request: Visit, people: list[Staff], sites: list[Site], booked: Appointment | None
) -> dict[str, Any]:
    mine = next((row for row in people if row.pk == request.actor.staff_id), None)
    person = mine or (booked.practitioner if booked else (people[0] if len(people) == 1 else None))
    here = next((row for row in sites if row.pk == request.session.get("site")), None)
    site = booked.site if booked else here or (sites[0] if len(sites) == 1 else None)
    return {
        "practitioner": request.POST.get("practitioner") or (str(person.public_id) if person else ""),
        "site": request.POST.get("site") or (str(site.public_id) if site else ""),
    }


# --- The steps ----------------------------------------------------------------------------------------
@staff_page
def step(request: Visit, public_id: UUID, step: str) -> HttpResponse:
    """One step of a treatment; what is sent names its deed in `do`."""
    if step not in STEPS:
        raise NotFound(thing="step")
    chart = queries.chart(request.actor, public_id)
    treatment = chart.treatment
    if chart.state in {State.SIGNED, State.VOIDED} or not may(request.actor, Act.ASSIST):
        return redirect("treatment", public_id)
    room = Room(request, chart, step)
    if request.method == "POST":
        deed = DEEDS[step].get(request.POST.get("do", ""))
        if deed is None:
            raise NotFound(thing="deed on this page")
        goes_to = deed(room)
        if goes_to is not None:
            if goes_to == "done":
                return redirect("treatment", public_id)
            anchor = "" if goes_to != step else f"#{request.POST.get('do', '')}"
            return redirect(reverse("treatment-step", args=[public_id, goes_to]) + anchor)
    patient_actions.open_record(
        patient=treatment.patient, page=f"treatment-{step}", by=request.actor, at=request.at
    )
    context = {
        "treatment": treatment,
        "chart": room.chart,
        "banner": banner(treatment.patient),
        "steps": steps(room.chart, step),
        "step": step,
        "cream_timer": timer(room.chart),
        "can": can(room.chart),
        "at": request.at,
        "stop_form": StopForm(prefix="stop"),
        **CONTEXTS[step](room),
    }
    return render(request, f"treatments/{step}.html", context, status=422 if room.refused else 200)


@require_POST
@staff_page
def stop(request: Visit, public_id: UUID) -> HttpResponse:
    """Stop the treatment. It leads on to aftercare and signing."""
    treatment = queries.treatment(request.actor, public_id)
    form = StopForm(request.POST, prefix="stop")
    if form.is_valid():
        try:
            actions.stop(
                treatment=treatment,
                because=form.because(),
                consent_withdrawn=form.cleaned_data["reason"] == "consent-withdrawn",
                by=request.actor,
                at=request.at,
            )
        except SHOWN as error:
            show(form, error)
        else:
            messages.success(request, "Stopped. Now look after the skin, give the aftercare, and sign.")
            return redirect("treatment-step", public_id, "soothe")
    patient_actions.open_record(
        patient=treatment.patient, page="treatment-stop", by=request.actor, at=request.at
    )
    context = {"form": form, "treatment": treatment, "banner": banner(treatment.patient)}
    return render(request, "treatments/stop.html", context, status=422)


# --- Reading ------------------------------------------------------------------------------------------
@staff_page
def treatment(request: Visit, public_id: UUID) -> HttpResponse:
    """A treatment as it is recorded. One that goes on leads whoever helps in it to its step."""
    chart = queries.chart(request.actor, public_id)
    going_on = chart.state not in {State.SIGNED, State.VOIDED}
    if going_on and may(request.actor, Act.ASSIST) and "read" not in request.GET:
        return redirect("treatment-step", public_id, step_of(chart))
    form = AmendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.amend(
                treatment=chart.treatment,
                text=form.cleaned_data["text"],
                because=form.cleaned_data["because"],
                by=request.actor,
                at=request.at,
            )
        except SHOWN as error:
            show(form, error)
        else:
            messages.success(request, "Added. What was signed stays as it was.")
            return redirect("treatment", public_id)
    patient_actions.open_record(
        patient=chart.treatment.patient, page="treatment", by=request.actor, at=request.at
    )
    context = {
        "treatment": chart.treatment,
        "chart": chart,
        "hand": hands.of(request.actor, chart.treatment.practitioner),
        "banner": banner(chart.treatment.patient),
        "going_on": going_on,
        "form": form,
        "may_amend": chart.state is State.SIGNED and may(request.actor, Act.TREAT),
    }
    return render(request, "treatments/treatment.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page
def close_unused(request: Visit, public_id: UUID) -> HttpResponse:
    """Close a treatment that was opened in error; `again` opens it anew under the current plan."""
    found = queries.treatment(request.actor, public_id)
    form = ReasonForm({"entry": public_id, "because": request.POST.get("because", "")})
    if not form.is_valid():
        messages.error(request, "Give the reason in a few words.")
        return redirect("treatment-step", public_id, "check")
    try:
        actions.close_unused(
            treatment=found, because=form.cleaned_data["because"], by=request.actor, at=request.at
        )
        if request.POST.get("again"):
            fresh = actions.open_treatment(
                course=found.course,
                practitioner=found.practitioner,
                site=found.site,
                appointment=found.appointment,
                by=request.actor,
                at=request.at,
            )
            return redirect("treatment-step", fresh.public_id, "check")
    except SHOWN as error:
        messages.error(request, str(error))
        return redirect("treatment-step", public_id, "check")
    return redirect("patient", found.patient.public_id)
