"""Incidents: those that wait for the medical lead, and those of one patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Incident, IncidentStep
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.incidents import SHARPS_STEPS
from needlework.clinic.who import Actor

Shown = Literal["open", "all"]
PAGE = 50


def listed(
    by: Actor, *, shown: Shown = "open", before: datetime | None = None, most: int = PAGE
) -> list[Incident]:
    """Incidents of the clinic, newest first; `before` goes on where a page ended. Raises NotAllowed."""
    check_may(by, Act.SEE_RECORD)
    rows = Incident.objects.filter(clinic_id=by.clinic_id, voided_at=None)
    if shown == "open":
        rows = rows.filter(closed_at=None)
    if before is not None:
        rows = rows.filter(opened_at__lt=before)
    return list(
        rows.select_related("patient", "treatment", "unit__model").order_by("-opened_at", "-id")[:most]
    )


def incident(by: Actor, public_id: UUID) -> Incident:
    """One incident with what it is about. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECORD)
    found = (
        Incident.objects.filter(clinic_id=by.clinic_id, public_id=public_id, voided_at=None)
        .select_related("patient", "treatment", "unit__model", "checkin", "clinic")
        .first()
    )
    if found is None:
        raise NotFound(thing="incident")
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One step that an incident calls for; `taken` once it was done, or somebody said why not."""

    code: str
    sentence: str
    taken: IncidentStep | None


def steps(found: Incident) -> list[Step]:
    """What an incident calls for, in order; nothing but for a needle injury of staff."""
    if found.kind != Incident.SHARPS:
        return []
    taken = {step.code: step for step in found.steps.all()}
    return [Step(code, sentence, taken.get(code)) for code, sentence in SHARPS_STEPS.items()]
