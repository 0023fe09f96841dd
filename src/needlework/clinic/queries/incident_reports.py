"""Reports to authorities."""

from __future__ import annotations

from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Incident, IncidentReport
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.who import Actor


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
