"""What was looked at: one line in the trail for each list, search or page about a patient."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import Patient
from needlework.clinic.who import Actor


def note(
    *,
    event: str,
    by: Actor,
    at: datetime,
    patient: Patient | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write that a list or page was looked at: `event` as the trail names it ("patients-searched").

    `detail` holds the query and the count, never what was found. Raises ValueError for an unknown event.
    """
    audit.record(Event(event), by=by, at=at, patient=patient, detail=detail)
