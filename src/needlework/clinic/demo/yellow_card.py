"""The medical lead has a report to the authority ready, and lacks one answer before it goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needlework.clinic.actions import incident_reports
from needlework.clinic.models import Incident, IncidentReport

if TYPE_CHECKING:
    from .house import House


def prepare(house: House, incident: Incident) -> None:
    """Made three days after the incident was read; nobody has said yet where the used roller is."""
    incident_reports.make(
        incident=incident,
        authority=IncidentReport.YELLOW_CARD,
        said={
            "event": "adverse-event",
            "outcomes": ["not-serious"],
            "what": "Brown marks on the left cheek, 2 cm across, which began about four weeks after the second treatment.",
            "done": "Sun protection explained again; photographs every month.",
            "device_kept": "not-known",
            "maker_told": "yes",
            "maker_told_on": house.when(-25, "10:00").date(),
            "maker_address": "Wolfenbüttel, Germany",
        },
        by=house.as_("lead"),
        at=house.when(-25, "17:00"),
    )
