"""The forms of the authorities: the fields which the MHRA's Yellow Card for devices and the FDA's form 3500A ask for.

Of form 3500A these are the parts of a user facility: A, B, D, E and F.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from needlework.clinic.models import IncidentReport
from needlework.clinic.rules.incident_reports import ANSWERS, OUTCOMES, TYPES
from needlework.clinic.rules.wording import area, day


def sections(authority: str, held: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same as the authority's own form has it: headings, each with fields of a code, a label and a value."""
    made = _medwatch(held) if authority == IncidentReport.MEDWATCH else _yellow_card(held)
    return [
        {
            "heading": heading,
            "fields": [
                {"code": code, "label": label, "value": value or None} for code, label, value in fields
            ],
        }
        for heading, fields in made
    ]


_Fields = list[tuple[str, str, str | None]]


def _words(held: Mapping[str, Any]) -> dict[str, str | None]:
    """The values of a report in words."""
    patient, event, facility = held["patient"] or {}, held["event"], held["facility"]
    age, weight = patient.get("age_years"), patient.get("weight_kg")
    where = f", {area(event['area'])}" if event["area"] else ""
    return {
        "code": patient.get("code"),
        "age": None if age is None else f"{age} years",
        "sex": patient.get("sex"),
        "weight": None if weight is None else f"{weight:g} kg",
        "type": TYPES[event["type"]],
        "outcomes": "; ".join(OUTCOMES[one] for one in event["outcomes"]),
        "happened": _said_day(event["happened_on"]),
        "made": _said_day(held["report"]["made_on"]),
        "aware": _said_day(held["report"]["aware_on"]),
        "what": f"{event['name']}{where}. {event['what']}",
        "done": event["done"],
        "kept": ANSWERS[held["device_kept"]],
        "told": ANSWERS[held["maker_told"]],
        "also": "; ".join(held["also_used"]) or None,
        "reporter": f"{held['reporter']['name']} ({held['reporter']['role'].replace('-', ' ')})",
        "professional": "Yes" if held["reporter"]["health_professional"] else "No",
        "kind": "Initial report"
        if held["report"]["kind"] == "initial"
        else f"Follow-up {held['report']['number'] - 1}",
        "facility": facility["name"],
        "address": facility["address"],
        "phone": facility["phone"],
        "email": facility["email"],
    }


def _said_day(text: str | None) -> str | None:
    return None if text is None else day(date.fromisoformat(text))


def _lengths(device: Mapping[str, Any]) -> str | None:
    found = device["needle_mm"]
    return f"needles of {' to '.join(f'{one:g}' for one in dict.fromkeys(found))} mm" if found else None


def _yellow_card(held: Mapping[str, Any]) -> list[tuple[str, _Fields]]:
    said = _words(held)
    made: list[tuple[str, _Fields]] = [
        (
            "Reporter",
            [
                ("reporter.name", "Name and role", said["reporter"]),
                ("reporter.professional", "Healthcare professional", said["professional"]),
                ("organisation.name", "Organisation", said["facility"]),
                ("organisation.address", "Address", said["address"]),
                ("organisation.phone", "Telephone", said["phone"]),
                ("organisation.email", "E-mail", said["email"]),
            ],
        ),
        (
            "Incident",
            [
                ("incident.kind", "Report", said["kind"]),
                ("incident.happened_on", "Date of the incident", said["happened"]),
                ("incident.type", "Kind of incident", said["type"]),
                ("incident.outcome", "Outcome for the patient", said["outcomes"]),
                ("incident.description", "What happened", said["what"]),
                ("incident.action", "What was done", said["done"]),
                ("incident.also_used", "Medicines and products used with it", said["also"]),
            ],
        ),
        (
            "Patient",
            [
                ("patient.code", "Local identification number", said["code"]),
                ("patient.age", "Age at the time", said["age"]),
                ("patient.sex", "Sex", said["sex"]),
                ("patient.weight", "Weight", said["weight"]),
            ],
        ),
    ]
    return made + [("Device", _device_yellow(device, said)) for device in held["devices"]]


def _device_yellow(device: Mapping[str, Any], said: Mapping[str, str | None]) -> _Fields:
    kind = ", ".join(filter(None, [f"Microneedling {device['kind']}", _lengths(device)]))
    return [
        ("device.name", "Brand name", device["name"]),
        ("device.type", "Type of device", kind),
        ("device.maker", "Manufacturer", device["maker"]),
        ("device.model", "Model", device["model"]),
        ("device.udi_di", "UDI-DI", device["di"]),
        ("device.udi", "UDI as scanned", device["udi"]),
        ("device.lot", "Lot or batch number", device["lot"]),
        ("device.serial", "Serial number", device["serial"]),
        ("device.expires_on", "Expiry date", _said_day(device["expires_on"])),
        ("device.single_use", "Single use", "Yes"),
        ("device.operator", "Used by", "Healthcare professional"),
        ("device.kept", "Device kept for investigation", said["kept"]),
        ("device.maker_told", "Manufacturer told", said["told"]),
    ]


def _medwatch(held: Mapping[str, Any]) -> list[tuple[str, _Fields]]:
    said = _words(held)
    made: list[tuple[str, _Fields]] = [
        (
            "A. Patient information",
            [
                ("A1", "Patient identifier, in confidence", said["code"]),
                ("A2", "Age at the time of the event", said["age"]),
                ("A3", "Sex", said["sex"]),
                ("A4", "Weight", said["weight"]),
            ],
        ),
        (
            "B. Adverse event or product problem",
            [
                ("B1", "Adverse event, product problem, or both", said["type"]),
                ("B2", "Outcome attributed to the event", said["outcomes"]),
                ("B3", "Date of the event", said["happened"]),
                ("B4", "Date of this report", said["made"]),
                ("B5", "Event or problem described", said["what"]),
                ("B6", "Tests, and what was done", said["done"]),
            ],
        ),
    ]
    made += [("D. Suspect medical device", _device_medwatch(device, said)) for device in held["devices"]]
    made += [
        (
            "E. Initial reporter",
            [
                ("E1", "Name and role", said["reporter"]),
                ("E2", "Health professional", said["professional"]),
                ("E1-address", "Address", said["address"]),
                ("E1-phone", "Telephone", said["phone"]),
            ],
        ),
        (
            "F. User facility",
            [
                ("F1", "User facility or importer", "User facility"),
                ("F3", "Name", said["facility"]),
                ("F3-address", "Address", said["address"]),
                ("F4", "Contact person", said["reporter"]),
                ("F5", "Telephone", said["phone"]),
                ("F6", "Date the facility became aware", said["aware"]),
                ("F7", "Type of report", said["kind"]),
                ("F8", "Date of this report", said["made"]),
                ("F12", "Where the event occurred", "Outpatient treatment facility"),
                ("F13", "Report sent to the manufacturer", said["told"]),
            ],
        ),
    ]
    return made


def _device_medwatch(device: Mapping[str, Any], said: Mapping[str, str | None]) -> _Fields:
    return [
        ("D1", "Brand name", device["name"]),
        ("D2", "Common device name", f"Microneedling {device['kind']}"),
        ("D3", "Manufacturer", device["maker"]),
        ("D4-model", "Model number", device["model"]),
        ("D4-lot", "Lot number", device["lot"]),
        ("D4-expiry", "Expiration date", _said_day(device["expires_on"])),
        ("D4-serial", "Serial number", device["serial"]),
        ("D4-udi", "Unique identifier (UDI)", device["udi"] or device["di"]),
        ("D5", "Operator of the device", "Health professional"),
        ("D8", "Single-use device, reprocessed and reused on a patient", "No"),
        ("D9", "Device available for evaluation", said["kept"]),
        ("D10", "Other products used at the same time", said["also"]),
    ]
