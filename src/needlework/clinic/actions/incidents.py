"""Incidents: opened by whoever saw it, read and closed by the medical lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import ClinicError, NotFound
from needlework.clinic.models import CheckIn, DeviceUnit, Incident, IncidentStep, Patient, Treatment
from needlework.clinic.rules import incidents as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.who import Actor


@transaction.atomic
def open_incident(
    *,
    kind: str,
    code: str,
    patient: Patient | None = None,
    treatment: Treatment | None = None,
    unit: DeviceUnit | None = None,
    checkin: CheckIn | None = None,
    area: str = "",
    severity: str,
    what: str,
    happened_at: datetime,
    by: Actor,
    at: datetime,
) -> Incident:
    """Report that something went otherwise than it should. It stands on the medical lead's page at once.

    Raises NotAllowed, NotFound, BadInput.
    """
    check_access(by, Act.REPORT_INCIDENT, patient)
    for thing in (treatment, unit, checkin):
        if thing is not None:
            check_access(by, Act.REPORT_INCIDENT, thing)
    rules.check_report(kind=kind, code=code, severity=severity, what=what, happened_at=happened_at, at=at)
    incident = Incident.objects.create(
        clinic_id=by.clinic_id,
        kind=kind,
        code=code,
        patient=patient,
        treatment=treatment,
        unit=unit,
        checkin=checkin,
        area=area,
        severity=severity,
        what=what.strip(),
        happened_at=happened_at,
        opened_at=at,
        opened_by=by.name,
    )
    detail = {"kind": kind, "code": code, "severity": severity}
    audit.record(Event.INCIDENT_OPENED, by=by, at=at, about=incident, patient=patient, detail=detail)
    return incident


def open_deviations(
    *,
    broken: Sequence[ClinicError],
    because: str,
    treatment: Treatment,
    patient: Patient,
    unit: DeviceUnit | None = None,
    area: str = "",
    happened_at: datetime,
    by: Actor,
    at: datetime,
) -> list[Incident]:
    """One deviation for each rule that a recorded fact passed by. Part of the action that records the fact."""
    return [
        open_incident(
            kind=Incident.DEVIATION,
            code=error.code,
            patient=patient,
            treatment=treatment,
            unit=unit,
            area=area,
            severity=rules.deviation_severity(error.code),
            what=f"{error} Recorded because: {because.strip()}",
            happened_at=happened_at,
            by=by,
            at=at,
        )
        for error in broken
    ]


@transaction.atomic
def take_step(
    *, incident: Incident, code: str, done: bool, note: str = "", by: Actor, at: datetime
) -> IncidentStep:
    """Note that a step of a needle injury was done, or why it was not. What was noted first stands.

    Raises NotAllowed, NotFound, IncidentIsClosed, BadInput, ReasonNeeded.
    """
    incident = _locked(incident, by, act=Act.REPORT_INCIDENT)
    rules.check_open(incident, incident.clinic.time_zone)
    rules.check_step(incident, code, done=done, note=note)
    step, new = IncidentStep.objects.get_or_create(
        incident=incident,
        code=code,
        defaults={
            "clinic_id": by.clinic_id,
            "done": done,
            "note": note.strip(),
            "taken_at": at,
            "taken_by": by.name,
        },
    )
    if new:
        audit.record(
            Event.INCIDENT_STEP_TAKEN,
            by=by,
            at=at,
            about=incident,
            patient=incident.patient,
            detail={"step": code, "done": done},
        )
    return step


@transaction.atomic
def acknowledge(*, incident: Incident, by: Actor, at: datetime) -> Incident:
    """The medical lead has read it. Raises NotAllowed, NotFound."""
    incident = _locked(incident, by)
    if incident.acknowledged_at is None:
        incident.acknowledged_at, incident.acknowledged_by = at, by.name
        incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
        audit.record(Event.INCIDENT_ACKNOWLEDGED, by=by, at=at, about=incident, patient=incident.patient)
    return incident


@transaction.atomic
def close(*, incident: Incident, outcome: str, done: str, by: Actor, at: datetime) -> Incident:
    """Close it, with its outcome and what was done. Raises NotAllowed, NotFound, IncidentIsClosed,
    IncidentNotAcknowledged, StepsOpen, BadInput.
    """
    incident = _locked(incident, by)
    rules.check_open(incident, incident.clinic.time_zone)
    rules.check_acknowledged(incident)
    rules.check_steps(incident)
    rules.check_closing(outcome=outcome, done=done)
    incident.closed_at, incident.closed_by = at, by.name
    incident.outcome, incident.done = outcome, done.strip()
    incident.save(update_fields=["closed_at", "closed_by", "outcome", "done"])
    audit.record(
        Event.INCIDENT_CLOSED,
        by=by,
        at=at,
        about=incident,
        patient=incident.patient,
        detail={"outcome": outcome},
    )
    return incident


def _locked(incident: Incident, by: Actor, act: Act = Act.HANDLE_INCIDENT) -> Incident:
    check_may(by, act)
    found = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient")
        .filter(pk=incident.pk, clinic_id=by.clinic_id)
        .first()
    )
    if found is None:
        raise NotFound(thing="incident")
    return found
