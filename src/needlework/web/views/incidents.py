"""Incidents: the list the medical lead works through, one incident, and reporting."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from needlework.clinic.actions import incidents as actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import NotFound, RuleBroken
from needlework.clinic.queries import incident_reports, patients
from needlework.clinic.queries import incidents as queries
from needlework.clinic.queries import treatments as treatment_queries
from needlework.clinic.rules import incidents as rules
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.clinic.rules.wording import within_reason
from needlework.web.forms.incidents import CloseForm, ReportForm, SharpsForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page, uuid_of

if TYPE_CHECKING:
    from needlework.clinic.models import Incident


@staff_page
def listed(request: Visit) -> HttpResponse:
    """Open incidents, or all of them, newest first."""
    shown: queries.Shown = "all" if request.GET.get("show") == "all" else "open"
    before = request.GET.get("before", "")
    try:
        moment = datetime.fromisoformat(before) if before else None
        if moment is not None and (moment.tzinfo is None or within_reason(moment.date()) != moment.date()):
            moment = None  # no address of ours
    except ValueError:
        moment = None
    rows = queries.listed(request.actor, shown=shown, before=moment, most=queries.PAGE + 1)
    reading.note(
        event="incidents-viewed", by=request.actor, at=request.at, detail={"shown": shown, "count": len(rows)}
    )
    more = rows[queries.PAGE - 1].opened_at.isoformat() if len(rows) > queries.PAGE else ""
    context = {
        "rows": [(row, rules.name(row.kind, row.code)) for row in rows[: queries.PAGE]],
        "tabs": [
            {"label": "Open", "url": "?", "current": shown == "open"},
            {"label": "All", "url": "?show=all", "current": shown == "all"},
        ],
        "shown": shown,
        "more": more,
    }
    return render(request, "incidents/list.html", context)


@staff_page
def incident(request: Visit, public_id: UUID) -> HttpResponse:
    """One incident; the medical lead acknowledges and closes it here."""
    found = queries.incident(request.actor, public_id)
    do = request.POST.get("do", "")
    form = CloseForm(request.POST if do == "close" else None)
    if do == "acknowledge":
        actions.acknowledge(incident=found, by=request.actor, at=request.at)
        return redirect("incident", public_id)
    step_error = _take_step(request, found) if do == "step" else ""
    if do == "step" and not step_error:
        return redirect("incident", public_id)
    if do == "close" and form.is_valid():
        try:
            actions.close(
                incident=found,
                outcome=form.cleaned_data["outcome"],
                done=form.cleaned_data["done"],
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, "The incident is closed.")
            return redirect("incident", public_id)
    if found.patient is not None:
        patient_actions.open_record(patient=found.patient, page="incident", by=request.actor, at=request.at)
    else:
        reading.note(event="incidents-viewed", by=request.actor, at=request.at, detail={"count": 1})
    context = {
        "incident": found,
        "name": rules.name(found.kind, found.code),
        "banner": banner(found.patient) if found.patient else None,
        "handles": may(request.actor, Act.HANDLE_INCIDENT),
        "steps": queries.steps(found),
        "may_take": may(request.actor, Act.REPORT_INCIDENT) and found.closed_at is None,
        "form": form,
        "step_error": step_error,
        "reports": incident_reports.of_incident(request.actor, found),
        "reportable": found.kind != "deviation",
    }
    refused = bool(form.errors) or bool(step_error)
    return render(request, "incidents/incident.html", context, status=422 if refused else 200)


def _take_step(request: Visit, found: Incident) -> str:
    """Note a step; gives the sentence of a refusal, or nothing."""
    try:
        actions.take_step(
            incident=found,
            code=request.POST.get("code", ""),
            done=request.POST.get("done") == "yes",
            note=request.POST.get("note", "")[:1000],
            by=request.actor,
            at=request.at,
        )
    except RuleBroken as error:
        return str(error)
    return ""


@staff_page
def new(request: Visit) -> HttpResponse:
    """Report a complication of a patient, or a needle injury of staff (`kind=sharps`)."""
    check_may(request.actor, Act.REPORT_INCIDENT)
    if request.GET.get("kind") == "sharps":
        return _sharps(request)
    try:
        asked = UUID(request.GET.get("patient", ""))
    except ValueError:
        raise NotFound(thing="patient") from None
    patient = patients.find(request.actor, asked)
    check_access(request.actor, Act.SEE_RECORD, patient)
    treatments = treatment_queries.of_patient(request.actor, patient)
    local = timezone.localtime(request.at)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        treatments=treatments,
        initial={"happened_at": local},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = next((row for row in treatments if str(row.public_id) == said["treatment"]), None)
        try:
            opened = actions.open_incident(
                kind="complication",
                code=said["code"],
                patient=patient,
                treatment=chosen,
                unit=None if chosen is None else treatment_queries.only_unit(chosen),
                area=said["area"],
                severity=said["severity"],
                what=said["what"],
                happened_at=said["happened_at"],
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, "Reported. It stands on the medical lead’s page.")
            return redirect("incident", opened.public_id)
    patient_actions.open_record(patient=patient, page="incident-new", by=request.actor, at=request.at)
    context = {"form": form, "patient": patient, "banner": banner(patient)}
    return render(request, "incidents/new.html", context, status=422 if form.errors else 200)


def _sharps(request: Visit) -> HttpResponse:
    local = timezone.localtime(request.at)
    asked = request.GET.get("treatment", "")
    chart = treatment_queries.chart(request.actor, uuid_of(asked)) if asked else None
    uses = chart.every_use if chart else []
    form = SharpsForm(
        request.POST if request.method == "POST" else None,
        uses=uses,
        initial={"happened_at": local, "severity": "moderate"},
    )
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        packet = said.pop("packet")
        try:
            opened = actions.open_incident(
                kind="sharps",
                **said,
                patient=chart.treatment.patient if chart else None,
                treatment=chart.treatment if chart else None,
                unit=next((use.unit for use in uses if str(use.public_id) == packet), None),
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            return redirect("incident", opened.public_id)
    if chart is not None:
        patient = chart.treatment.patient
        patient_actions.open_record(patient=patient, page="incident-new", by=request.actor, at=request.at)
    context = {
        "form": form,
        "steps": rules.SHARPS_STEPS.values(),
        "banner": banner(chart.treatment.patient) if chart else None,
        "uses": uses,
    }
    return render(request, "incidents/sharps.html", context, status=422 if form.errors else 200)
