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
from needlework.clinic.rules import report_codes
from needlework.clinic.rules.clinics import jurisdiction_of
from needlework.clinic.rules.incidents import name
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor
from needlework.skin import udi

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


TEXTS: Final = ("what", "done", "tests", "history", "device_where")
"""What is written freely, and so may name nobody."""


class _Asked(TypedDict):
    event: str
    outcomes: list[str]
    what: str
    done: str
    device_kept: str
    maker_told: str


class Said(_Asked, total=False):
    """What the person who reports adds to the record. What stands below an authority may ask for; empty is not known."""

    tests: str  # and their dates
    history: str  # what else is known of the patient and bears on it
    device_where: str  # where the device lies now
    returned_on: date | None  # to its maker
    maker_address: str
    maker_told_on: date | None
    told_directly: str  # whether the reporter wrote to the authority as well
    device_codes: str
    component_codes: str
    clinical_codes: str
    impact_codes: str
    product_code: str
    facility_number: str


def authority_for(incident: Incident) -> str:
    """The authority which the clinic's law points to."""
    american = jurisdiction_of(incident.clinic) == "us"
    return IncidentReport.MEDWATCH if american else IncidentReport.YELLOW_CARD


def check_reportable(incident: Incident) -> None:
    """It is about a patient or a packet, not about a rule of the house. Raises IncidentNotReportable."""
    if incident.kind == Incident.DEVIATION:
        raise IncidentNotReportable()


def check_said(authority: str, said: Said, patient: Patient | None, *, on: date) -> None:
    """Raises BadInput, ReportNamesPatient."""
    choices = (
        ("authority", authority, dict(AUTHORITIES)),
        ("event", said["event"], TYPES),
        ("device_kept", said["device_kept"], ANSWERS),
        ("maker_told", said["maker_told"], ANSWERS),
        ("told_directly", said.get("told_directly") or "not-known", ANSWERS),
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
    if said.get("maker_told_on") and said["maker_told"] != "yes":
        raise BadInput(
            because="There is a day on which the maker was told: does the maker know?", at_field="maker_told"
        )
    for field in ("maker_told_on", "returned_on"):
        day: date | None = said.get(field)  # type: ignore[assignment]
        if day is not None and day > on:
            raise BadInput(because="This day is still to come.", at_field=field)
    report_codes.of_said(said)
    report_codes.product_code(said.get("product_code", ""))
    report_codes.facility_number(said.get("facility_number", ""))
    for field in TEXTS:
        named = names_patient(str(said.get(field) or ""), patient)
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
    running: str | None,
    sent: Sequence[IncidentReport],
    units: Sequence[DeviceUnit],
    also_used: Sequence[str],
    weight_kg: float | None,
    address: str,
    by: Actor,
    at: datetime,
) -> dict[str, Any]:
    """Everything a report states, as values: the patient by the clinic's number, dates as ISO dates.

    `running` is the year and the number in it under which the authority's form counts the clinic's reports; `sent` are the reports of the incident that went to the same authority before.
    """
    zone = incident.clinic.time_zone
    happened, patient = local_day(incident.happened_at, zone), incident.patient
    return {
        "report": {
            "number": number,
            "running": running,
            "own_number": f"{str(incident.public_id)[:8]}/{number}",
            "kind": "follow-up" if sent else "initial",
            "follow_up": len(sent),
            "initial_reference": (sent[0].reference or None) if sent else None,
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
            "tests": _text(said.get("tests")),
            "history": _text(said.get("history")),
            "codes": report_codes.of_said(said),
        },
        "devices": [_device(unit, zone, happened, said, maker=units[0].model.maker) for unit in units],
        "also_used": list(also_used),
        "device_kept": said["device_kept"],
        "device_where": _text(said.get("device_where")),
        "returned_on": _iso(said.get("returned_on")),
        "maker_told": said["maker_told"],
        "maker_told_on": _iso(said.get("maker_told_on")),
        "reporter": {
            "name": by.name,
            "role": by.role.value,
            "health_professional": bool(by.registration_number),
            "told_directly": said.get("told_directly") or "not-known",
        },
        "facility": {
            "name": incident.clinic.name,
            "number": report_codes.facility_number(said.get("facility_number", "")) or None,
            "address": address or None,
            "phone": incident.clinic.phone,
            "email": incident.clinic.email or None,
        },
    }


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _device(unit: DeviceUnit, zone: str, happened: date, said: Said, *, maker: str) -> dict[str, Any]:
    """One device; the address that was given belongs to the maker of the first."""
    made_on, received_on = _made_on(unit), local_day(unit.received_at, zone)
    lengths = [unit.model.needle_mm_min, unit.model.needle_mm_max]
    return {
        "name": unit.model.name,
        "maker": unit.model.maker or None,
        "maker_address": _text(said.get("maker_address")) if unit.model.maker == maker else None,
        "product_code": report_codes.product_code(said.get("product_code", "")) or None,
        "kind": unit.model.kind,
        "needle_mm": [float(one) for one in lengths if one is not None] or None,
        "model": unit.model.model_number or None,
        "di": unit.di or unit.model.di or None,
        "udi": unit.scanned or None,
        "lot": unit.lot,
        "serial": unit.serial or None,
        "expires_on": unit.expires_on.isoformat(),
        "made_on": _iso(made_on),
        "received_on": received_on.isoformat(),
        "age_days": max((happened - (made_on or received_on)).days, 0),
        "supplier": (unit.delivery.supplier if unit.delivery else "") or None,
        "single_use": True,
        "opened_on": local_day(unit.opened_at, zone).isoformat() if unit.opened_at else None,
    }


def _made_on(unit: DeviceUnit) -> date | None:
    """The day of manufacture, where the label as it was scanned says it."""
    if not unit.scanned:
        return None
    try:
        return udi.parse(unit.scanned, on=unit.received_at.date(), separators_kept=True).made_on
    except udi.LabelRefused:
        return None
