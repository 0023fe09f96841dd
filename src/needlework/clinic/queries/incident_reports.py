"""Reports to authorities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import DeviceUnit, Incident, IncidentReport
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.who import Actor

LATEST = 50


def units(incident: Incident) -> list[DeviceUnit]:
    """The packets of an incident: its own, or those of its treatment in the order of their use."""
    if incident.unit is not None:
        return [incident.unit]
    if incident.treatment is None:
        return []
    uses = incident.treatment.device_uses.filter(returned_at=None)
    rows = uses.select_related("unit__model", "unit__site", "unit__delivery").order_by("used_at", "id")
    return [use.unit for use in rows]


def said_before(by: Actor, incident: Incident) -> dict[str, Any]:
    """What the reporter need not say again: all of the last report of this incident; else what the clinic's latest
    reports say of the same maker and of the clinic itself. Raises NotAllowed, NotFound.
    """
    check_access(by, Act.HANDLE_INCIDENT, incident)
    last = IncidentReport.objects.filter(incident=incident).order_by("-number").first()
    if last is not None:
        return _said(last)
    found: dict[str, Any] = {}
    makers = {unit.model.maker for unit in units(incident)[:1]} - {""}
    latest = IncidentReport.objects.filter(clinic_id=by.clinic_id).order_by("-made_at")[:LATEST]
    for content in latest.values_list("content", flat=True):
        facts = content["facts"]
        if number := facts["facility"].get("number"):
            found.setdefault("facility_number", number)
        for device in facts["devices"]:
            if device["maker"] in makers and device.get("maker_address"):
                found.setdefault("maker_address", device["maker_address"])
    return found


def _said(report: IncidentReport) -> dict[str, Any]:
    """A report as it was asked for; one of an earlier version answers less."""
    facts = report.content["facts"]
    event: dict[str, Any] = facts["event"]
    device: dict[str, Any] = next(iter(facts["devices"]), {})
    return {
        "authority": report.authority,
        "event": event["type"],
        "outcomes": event["outcomes"],
        **{name: event.get(name) or "" for name in ("what", "done", "tests", "history")},
        **{field: ", ".join(codes) for field, codes in event.get("codes", {}).items()},
        "device_kept": facts["device_kept"],
        "device_where": facts.get("device_where") or "",
        "returned_on": facts.get("returned_on"),
        "maker_told": facts["maker_told"],
        "maker_told_on": facts.get("maker_told_on"),
        "maker_address": device.get("maker_address") or "",
        "product_code": device.get("product_code") or "",
        "facility_number": facts["facility"].get("number") or "",
        "told_directly": facts["reporter"].get("told_directly") or "not-known",
    }


def of_incident(by: Actor, incident: Incident) -> list[IncidentReport]:
    """The reports of one incident, in their order. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, incident)
    return list(IncidentReport.objects.filter(incident=incident).order_by("number"))


def report(by: Actor, public_id: UUID) -> IncidentReport:
    """One report with its incident. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECORD)
    found = (
        IncidentReport.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
        .select_related("incident__patient", "clinic")
        .first()
    )
    if found is None:
        raise NotFound(thing="report")
    return found
