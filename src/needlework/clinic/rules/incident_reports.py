"""What an authority is told about an incident, and when a report may move on.

The authorities' own forms are in `authority_forms`. What the record does not hold stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypedDict

from needlework.clinic.errors import BadInput, IncidentNotReportable, ReportNamesPatient, ReportWrongMoment
from needlework.clinic.models import DeviceUnit, Incident, IncidentReport, Patient
from needlework.clinic.rules.clinics import jurisdiction_of
from needlework.clinic.rules.incidents import name
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

AUTHORITIES: Final = tuple(IncidentReport._meta.get_field("authority").choices or ())
OUTCOMES: Final[Mapping[str, str]] = {
    "death": "Death",
    "life-threatening": "Life-threatening",
    "hospital": "Hospital, or a longer stay in it",
    "lasting-harm": "Disability or lasting harm",
    "intervention": "Needed treatment to prevent lasting harm",
    "other-serious": "Other serious outcome",
    "not-serious": "Not serious",
}
TYPES: Final[Mapping[str, str]] = {
    "adverse-event": "Harm to a patient",
    "product-problem": "Fault of the device",
    "both": "Both",
}
ANSWERS: Final[Mapping[str, str]] = {"yes": "Yes", "no": "No", "not-known": "Not known"}


class Said(TypedDict):
    """What the person who reports adds to the record."""

    event: str
    outcomes: list[str]
    what: str
    done: str
    device_kept: str
    maker_told: str


def authority_for(incident: Incident) -> str:
    """The authority which the clinic's law points to."""
    american = jurisdiction_of(incident.clinic) == "us"
    return IncidentReport.MEDWATCH if american else IncidentReport.YELLOW_CARD


def check_reportable(incident: Incident) -> None:
    """It is about a patient or a packet, not about a rule of the house. Raises IncidentNotReportable."""
    if incident.kind == Incident.DEVIATION:
        raise IncidentNotReportable()


def check_said(authority: str, said: Said, patient: Patient | None) -> None:
    """Raises BadInput, ReportNamesPatient."""
    choices = (
        ("authority", authority, dict(AUTHORITIES)),
        ("event", said["event"], TYPES),
        ("device_kept", said["device_kept"], ANSWERS),
        ("maker_told", said["maker_told"], ANSWERS),
    )
    for field, given, known in choices:
        if given not in known:
            raise BadInput(because=f"Choose one of: {', '.join(known.values())}.", at_field=field)
    if not said["outcomes"] or not set(said["outcomes"]) <= OUTCOMES.keys():
        raise BadInput(because="Choose at least one outcome from the list.", at_field="outcomes")
    if len(said["outcomes"]) > 1 and "not-serious" in said["outcomes"]:
        raise BadInput(
            because="It was not serious, or it had a serious outcome: not both.", at_field="outcomes"
        )
    if not said["what"].strip():
        raise BadInput(because="Describe what happened.", at_field="what")
    for field in ("what", "done"):
        named = names_patient(said[field], patient)  # type: ignore[literal-required]
        if named:
            raise ReportNamesPatient(word=named, at_field=field)


def names_patient(text: str, patient: Patient | None) -> str:
    """The word of a text by which the patient could be known; empty if there is none."""
    if patient is None:
        return ""
    words = {word.casefold() for word in re.findall(r"[\w'’-]+", text)}
    for given in (patient.given_name, patient.family_name, patient.known_as):
        for part in given.split():
            if len(part) > 2 and words & {part.casefold(), f"{part.casefold()}'s", f"{part.casefold()}’s"}:
                return part
    for contact in (patient.email, patient.phone):
        if contact and contact.casefold() in text.casefold():
            return contact
    return ""


def check_not_sent(report: IncidentReport) -> None:
    """Raises ReportWrongMoment."""
    if report.sent_at is not None:
        raise ReportWrongMoment(because="It was sent already.")


def check_sent(report: IncidentReport) -> None:
    """Raises ReportWrongMoment."""
    if report.sent_at is None:
        raise ReportWrongMoment(because="It was not sent yet: note the sending first.")
    if report.acknowledged_at is not None:
        raise ReportWrongMoment(because="Its answer is noted already.")


def check_reference(reference: str) -> None:
    """Raises BadInput."""
    if not reference.strip():
        raise BadInput(
            because="Give the number under which the authority keeps the report.", at_field="reference"
        )


# --- what it says -------------------------------------------------------------------------------------
def facts(
    incident: Incident,
    said: Said,
    *,
    number: int,
    units: Sequence[DeviceUnit],
    also_used: Sequence[str],
    weight_kg: float | None,
    address: str,
    by: Actor,
    at: datetime,
) -> dict[str, Any]:
    """Everything a report states, as values: the patient by the clinic's number, dates as ISO dates."""
    zone = incident.clinic.time_zone
    happened, patient = local_day(incident.happened_at, zone), incident.patient
    return {
        "report": {
            "number": number,
            "kind": "initial" if number == 1 else "follow-up",
            "made_on": local_day(at, zone).isoformat(),
            "aware_on": local_day(incident.opened_at, zone).isoformat(),
        },
        "patient": patient
        and {
            "code": patient.number,
            "age_years": _age(patient.born_on, happened),
            "sex": {"f": "female", "m": "male"}.get(patient.sex),
            "weight_kg": weight_kg,
        },
        "event": {
            "type": said["event"],
            "outcomes": list(said["outcomes"]),
            "happened_on": happened.isoformat(),
            "code": incident.code,
            "name": name(incident.kind, incident.code),
            "area": incident.area or None,
            "severity": incident.severity,
            "what": said["what"].strip(),
            "done": said["done"].strip() or None,
        },
        "devices": [_device(unit, zone) for unit in units],
        "also_used": list(also_used),
        "device_kept": said["device_kept"],
        "maker_told": said["maker_told"],
        "reporter": {
            "name": by.name,
            "role": by.role.value,
            "health_professional": bool(by.registration_number),
        },
        "facility": {
            "name": incident.clinic.name,
            "address": address or None,
            "phone": incident.clinic.phone,
            "email": incident.clinic.email or None,
        },
    }


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _device(unit: DeviceUnit, zone: str) -> dict[str, Any]:
    lengths = [unit.model.needle_mm_min, unit.model.needle_mm_max]
    return {
        "name": unit.model.name,
        "maker": unit.model.maker,
        "kind": unit.model.kind,
        "needle_mm": [float(one) for one in lengths if one is not None] or None,
        "model": unit.model.code,
        "di": unit.di or unit.model.di or None,
        "udi": unit.scanned or None,
        "lot": unit.lot,
        "serial": unit.serial or None,
        "expires_on": unit.expires_on.isoformat(),
        "single_use": True,
        "opened_on": local_day(unit.opened_at, zone).isoformat() if unit.opened_at else None,
    }
