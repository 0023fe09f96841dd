"""Reports to authorities: made from the record, sent by a person, acknowledged by a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import NotFound, ReportWrongMoment
from needlework.clinic.models import (
    AnaestheticApplication,
    Clinic,
    DeviceUnit,
    Incident,
    IncidentReport,
    Site,
    TopicalUse,
)
from needlework.clinic.queries import incident_reports as queries
from needlework.clinic.rules import authority_forms
from needlework.clinic.rules import incident_reports as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.incident_reports import Said
from needlework.clinic.rules.wording import local_day, plain
from needlework.clinic.who import Actor


@transaction.atomic
def make(*, incident: Incident, authority: str, said: Said, by: Actor, at: datetime) -> IncidentReport:
    """Put a report together from the record and what the reporter says. The patient is in it by number, not by name.

    Without a packet of its own, the incident's treatment names its packets. Raises NotAllowed, NotFound, BadInput,
    IncidentNotReportable, ReportNamesPatient, ReportWrongMoment.
    """
    check_access(by, Act.HANDLE_INCIDENT, incident)
    incident = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient", "treatment__site", "unit__model", "unit__site", "unit__delivery")
        .get(pk=incident.pk)
    )
    rules.check_reportable(incident)
    rules.check_said(authority, said, incident.patient, on=local_day(at, incident.clinic.time_zone))
    before = list(IncidentReport.objects.filter(incident=incident).order_by("number"))
    number = len(before) + 1
    units = queries.units(incident)
    creams = AnaestheticApplication.objects.filter(treatment=incident.treatment, voided_at=None)
    weights = [float(one.weight_kg) for one in creams] if incident.treatment else []
    sent = [one for one in before if one.sent_at is not None and one.authority == authority]
    held = rules.facts(
        incident,
        said,
        number=number,
        running=_running(incident.clinic, sent, at=at) if authority == IncidentReport.MEDWATCH else None,
        sent=sent,
        units=units,
        also_used=_also_used(incident),
        weight_kg=weights[0] if weights else None,
        address=_address(incident, units),
        by=by,
        at=at,
    )
    try:
        with transaction.atomic():
            report = IncidentReport.objects.create(
                clinic_id=incident.clinic_id,
                incident=incident,
                authority=authority,
                number=number,
                content={"facts": held, "sections": authority_forms.sections(authority, held)},
                made_at=at,
                made_by=by.name,
            )
    except IntegrityError as clash:
        raise ReportWrongMoment(
            because="Somebody else made a report of it just now. Look at that one first."
        ) from clash
    detail = {"authority": authority, "number": number, "incident": str(incident.public_id)}
    audit.record(
        Event.INCIDENT_REPORT_MADE, by=by, at=at, about=report, patient=incident.patient, detail=detail
    )
    return report


@transaction.atomic
def mark_sent(
    *, report: IncidentReport, reference: str = "", without: bool = False, by: Actor, at: datetime
) -> IncidentReport:
    """Note that it was sent, with the authority's number if that came at once; `without` says that nobody here knows
    what the authority asks for and the report leaves empty.

    Raises NotAllowed, NotFound, ReportWrongMoment, ReportIncomplete.
    """
    report = _locked(report, by)
    rules.check_not_sent(report)
    authority_forms.check_complete(report, without=without)
    report.sent_at, report.sent_by, report.reference = at, by.name, reference.strip()[:80]
    report.save(update_fields=["sent_at", "sent_by", "reference"])
    audit.record(
        Event.INCIDENT_REPORT_SENT,
        by=by,
        at=at,
        about=report,
        patient=report.incident.patient,
        detail={"reference": report.reference, "lacking": authority_forms.lacking_in(report)},
    )
    return report


@transaction.atomic
def mark_acknowledged(*, report: IncidentReport, reference: str, by: Actor, at: datetime) -> IncidentReport:
    """Note that the authority answered, and its number. Raises NotAllowed, NotFound, BadInput, ReportWrongMoment."""
    report = _locked(report, by)
    rules.check_sent(report)
    rules.check_reference(reference)
    report.acknowledged_at, report.acknowledged_by, report.reference = at, by.name, reference.strip()[:80]
    report.save(update_fields=["acknowledged_at", "acknowledged_by", "reference"])
    audit.record(
        Event.INCIDENT_REPORT_ACKNOWLEDGED,
        by=by,
        at=at,
        about=report,
        patient=report.incident.patient,
        detail={"reference": report.reference},
    )
    return report


def _running(clinic: Clinic, sent: Sequence[IncidentReport], *, at: datetime) -> str:
    """The year and the number in it of a report to the FDA. A follow-up keeps that of the first, and numbers are not
    given out twice, as one report of a clinic is made at a time.
    """
    if sent and (first := sent[0].content["facts"]["report"].get("running")):
        return str(first)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    year = local_day(at, clinic.time_zone).year
    numbers = IncidentReport.objects.filter(
        clinic=clinic,
        authority=IncidentReport.MEDWATCH,
        content__facts__report__running__startswith=f"{year}-",
    )
    return f"{year}-{numbers.count() + 1:04d}"


def _address(incident: Incident, units: Sequence[DeviceUnit]) -> str:
    """Of the site where it happened, or where the packet came to, or of the first site of the clinic."""
    if incident.treatment is not None:
        return incident.treatment.site.address
    if units:
        return units[0].site.address
    return next((one.address for one in Site.objects.filter(clinic_id=incident.clinic_id).order_by("pk")), "")


def _also_used(incident: Incident) -> list[str]:
    """Creams and products of the treatment, with their batch."""
    if incident.treatment is None:
        return []
    creams = AnaestheticApplication.objects.filter(treatment=incident.treatment, voided_at=None).order_by(
        "pk"
    )
    topicals = TopicalUse.objects.filter(treatment=incident.treatment, voided_at=None).order_by("pk")
    return [
        *(f"{plain(one.product)}, {one.grams:g} g, batch {one.batch}" for one in creams),
        *(f"{plain(one.product)}, batch {one.batch}" for one in topicals),
    ]


def _locked(report: IncidentReport, by: Actor) -> IncidentReport:
    check_access(by, Act.HANDLE_INCIDENT, report)
    found = (
        IncidentReport.objects.select_for_update(of=("self",))
        .select_related("incident__patient")
        .filter(pk=report.pk)
        .first()
    )
    if found is None:
        raise NotFound(thing="report")
    return found
