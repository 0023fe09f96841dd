"""Reports to an authority: made from an incident, shown, given out as PDF and JSON, sent and acknowledged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic import pdf
from needlework.clinic.actions import incident_reports as actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import ClinicError
from needlework.clinic.queries import incident_reports as queries
from needlework.clinic.queries import incidents
from needlework.clinic.rules import incident_reports as rules
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.rules.authority_forms import lacking_in, shown
from needlework.clinic.rules.incidents import name
from needlework.clinic.rules.wording import moment
from needlework.web.forms.incident_reports import AcknowledgedForm, MakeForm, SentForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Incident, IncidentReport

NOT_KNOWN = "not known"


@staff_page
def new(request: Visit, incident: UUID) -> HttpResponse:
    """Put a report together."""
    check_may(request.actor, Act.HANDLE_INCIDENT)
    found = incidents.incident(request.actor, incident)
    rules.check_reportable(found)
    form = MakeForm(
        request.POST if request.method == "POST" else None,
        initial={
            "authority": rules.authority_for(found),
            "event": "adverse-event",
            "what": found.what,
            "done": found.done,
            **queries.said_before(request.actor, found),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make(
                incident=found,
                authority=form.cleaned_data["authority"],
                said=form.said,
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The report is made. Send it, then note here that it was sent.")
            return redirect("incident-report", made.public_id)
    _opened(request, found, "incident-report-new")
    context = {
        "incident": found,
        "name": name(found.kind, found.code),
        "banner": banner(found.patient) if found.patient else None,
        "form": form,
    }
    return render(request, "incident_reports/new.html", context, status=422 if form.errors else 200)


@staff_page
def report(request: Visit, public_id: UUID) -> HttpResponse:
    """One report and how far it got; POST notes the next step."""
    found = queries.report(request.actor, public_id)
    do = request.POST.get("do", "")
    sent = SentForm(request.POST if do == "sent" else None)
    acknowledged = AcknowledgedForm(request.POST if do == "acknowledged" else None)
    deeds: tuple[tuple[SentForm | AcknowledgedForm, Callable[..., IncidentReport]], ...] = (
        (sent, actions.mark_sent),
        (acknowledged, actions.mark_acknowledged),
    )
    for form, deed in deeds:
        if form.is_bound and form.is_valid():
            try:
                deed(report=found, by=request.actor, at=request.at, **form.cleaned_data)
            except ClinicError as error:
                show(form, error)
            else:
                return redirect("incident-report", public_id)
    _opened(request, found.incident, "incident-report")
    context = {
        "report": found,
        "sections": shown(found),
        "lacking": lacking_in(found) if found.sent_at is None else [],
        "name": name(found.incident.kind, found.incident.code),
        "banner": banner(found.incident.patient) if found.incident.patient else None,
        "handles": may(request.actor, Act.HANDLE_INCIDENT),
        "sent": sent,
        "acknowledged": acknowledged,
    }
    wrong = bool(sent.errors or acknowledged.errors)
    return render(request, "incident_reports/report.html", context, status=422 if wrong else 200)


@staff_page
def as_pdf(request: Visit, public_id: UUID) -> HttpResponse:
    """The report on paper, in the order of the authority's form."""
    found = queries.report(request.actor, public_id)
    _opened(request, found.incident, "incident-report.pdf")
    drawn = pdf.draw(
        f"{found.get_authority_display()}: report {found.number}",
        sender=found.clinic.name,
        lines=[f"Made {moment(found.made_at, found.clinic.time_zone)} by {found.made_by}", *_standing(found)],
        blocks=_blocks(found),
    )
    return _file(drawn, "application/pdf", f"incident-report-{found.number}.pdf")


@staff_page
def as_json(request: Visit, public_id: UUID) -> HttpResponse:
    """The same for machines: the facts as values, and the form's fields by their codes."""
    found = queries.report(request.actor, public_id)
    _opened(request, found.incident, "incident-report.json")
    content = {
        "form": found.authority,
        "report": str(found.public_id),
        "status": found.state,
        "reference": found.reference or None,
        "made_at": found.made_at.isoformat(),
        "sent_at": found.sent_at and found.sent_at.isoformat(),
        "acknowledged_at": found.acknowledged_at and found.acknowledged_at.isoformat(),
        "lacking": lacking_in(found),
        **found.content,
        "sections": shown(found),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return _file(text.encode(), "application/json", f"incident-report-{found.number}.json")


def _standing(found: IncidentReport) -> Iterator[str]:
    zone = found.clinic.time_zone
    if found.sent_at is None:
        yield "Not sent yet"
    else:
        yield f"Sent {moment(found.sent_at, zone)} by {found.sent_by}"
    if found.acknowledged_at is not None:
        yield f"Acknowledged {moment(found.acknowledged_at, zone)}"
    if found.reference:
        yield f"The authority's number: {found.reference}"


def _blocks(found: IncidentReport) -> Iterator[pdf.Block]:
    for section in shown(found):
        yield pdf.Heading(section["heading"])
        yield pdf.Facts(tuple((_label(field), field["value"] or NOT_KNOWN) for field in section["fields"]))


def _label(field: dict[str, str]) -> str:
    """With the number of the box, where the form numbers them."""
    return (
        f"{field['code'].split('-')[0]} {field['label']}" if field["code"][:1].isupper() else field["label"]
    )


def _opened(request: Visit, incident: Incident, page: str) -> None:
    """A line in the trail: the patient's record was read, or an incident without a patient."""
    if incident.patient is not None:
        patient_actions.open_record(patient=incident.patient, page=page, by=request.actor, at=request.at)
    else:
        reading.note(event="incidents-viewed", by=request.actor, at=request.at, detail={"count": 1})


def _file(content: bytes, kind: str, named: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{named}"'}
    )
