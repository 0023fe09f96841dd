"""The forms of the authorities: the fields which the MHRA's Yellow Card for devices and the FDA's form 3500A ask for.

Of form 3500A these are the parts of a user facility: A, B, D, E and F, with what 21 CFR 803.32 lists for each. The MHRA
prescribes no list to users; `REQUIRED` holds for it what its form asks of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from needlework.clinic.errors import ReportIncomplete
from needlework.clinic.models import IncidentReport
from needlework.clinic.rules.incident_reports import ANSWERS, OUTCOMES, TYPES
from needlework.clinic.rules.wording import area, day, local_day

REQUIRED: Final[Mapping[str, Mapping[str, str]]] = {
    IncidentReport.MEDWATCH: {
        "A1": "patient identifier", "A2": "age", "A3": "sex", "A4": "weight", "B1": "kind of event", "B2": "outcomes",
        "B3": "date of the event", "B4": "date of the report", "B5": "description", "D1": "brand name",
        "D2": "common device name", "D3": "manufacturer", "D3-address": "manufacturer's city and state",
        "D4-lot": "lot number", "D4-expiry": "expiration date", "D5": "operator", "D8": "reuse",
        "D9": "whether the device is available", "E1": "reporter", "E1-address": "reporter's address",
        "E1-phone": "reporter's telephone", "E2": "health professional", "E3": "occupation",
        "F2": "number of the user facility's report", "F3-address": "address of the facility", "F4": "contact person",
        "F5": "telephone", "F6": "date of awareness", "F7": "type of report", "F8": "date of the report",
        "F9": "age of the device", "F10-patient": "patient code", "F10-device": "device code",
        "F12": "where the event occurred", "F13": "whether the manufacturer was told", "F14": "manufacturer's address",
    },
    IncidentReport.YELLOW_CARD: {
        "reporter.name": "reporter", "organisation.name": "organisation", "organisation.address": "address",
        "organisation.phone": "telephone", "incident.happened_on": "date of the incident",
        "incident.outcome": "outcome", "incident.description": "what happened", "device.name": "brand name",
        "device.type": "type of device", "device.maker": "manufacturer", "device.lot": "lot or batch number",
        "device.where": "where the device is now",
    },
}  # fmt: skip
"""What each authority asks of every report, by the code of the field. The patient's part only where there is a patient."""
_OF_THE_PATIENT: Final = ("A", "F10-patient")


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


def lacking(authority: str, made: list[dict[str, Any]], *, about_patient: bool) -> list[str]:
    """The fields that the authority requires and these sections leave empty, as "F9 age of the device"."""
    held = {field["code"] for part in made for field in part["fields"] if field["value"]}
    return [
        f"{code.split('-')[0]} {label}" if code[0].isupper() else label
        for code, label in REQUIRED[authority].items()
        if code not in held and (about_patient or not code.startswith(_OF_THE_PATIENT))
    ]


def lacking_in(report: IncidentReport) -> list[str]:
    """What a report that was made leaves empty of what its authority requires."""
    facts = report.content["facts"]
    about_patient = facts["patient"] is not None or facts["event"]["type"] != "product-problem"
    return lacking(report.authority, report.content["sections"], about_patient=about_patient)


def check_complete(report: IncidentReport, *, without: bool) -> None:
    """Nothing required is missing, or whoever sends it says that it is not known. Raises ReportIncomplete."""
    missing = lacking_in(report)
    if missing and not without:
        raise ReportIncomplete(fields="; ".join(missing))


def shown(report: IncidentReport) -> list[dict[str, Any]]:
    """The sections of a report with what is known only since it was sent."""
    if report.sent_at is None:
        return list(report.content["sections"])
    sent = {"F11": f"Yes, on {day(local_day(report.sent_at, report.clinic.time_zone))}"}
    return [
        {**part, "fields": [{**one, "value": sent.get(one["code"], one["value"])} for one in part["fields"]]}
        for part in report.content["sections"]
    ]


_Fields = list[tuple[str, str, str | None]]


def _words(held: Mapping[str, Any]) -> dict[str, str | None]:
    """The values of a report in words."""
    patient, event, facility = held["patient"] or {}, held["event"], held["facility"]
    age, weight = patient.get("age_years"), patient.get("weight_kg")
    where = f" ({_small(area(event['area']))})" if event["area"] else ""
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
        "where": held["device_where"] or ("Not kept" if held["device_kept"] == "no" else None),
        "returned": _said_day(held["returned_on"]),
        "told": _on(ANSWERS[held["maker_told"]], held["maker_told_on"]),
        "tests": event["tests"],
        "history": event["history"],
        "role": held["reporter"]["role"].replace("-", " "),
        "directly": ANSWERS[held["reporter"]["told_directly"]],
        "uf_number": _uf_number(held),
        **{field: ", ".join(codes) for field, codes in event["codes"].items()},
        "also": "; ".join(held["also_used"]) or None,
        "reporter_name": held["reporter"]["name"],
        "own_number": held["report"]["own_number"],
        "reporter": f"{held['reporter']['name']} ({held['reporter']['role'].replace('-', ' ')})",
        "professional": "Yes" if held["reporter"]["health_professional"] else "No",
        "kind": "Initial report" if held["report"]["kind"] == "initial" else _follow_up(held["report"]),
        "facility": facility["name"],
        "address": facility["address"],
        "phone": facility["phone"],
        "email": facility["email"],
    }


def _small(words: str) -> str:
    """ "Cheek, left" inside a sentence."""
    return words[:1].lower() + words[1:]


def _on(word: str, text: str | None) -> str:
    return word if text is None else f"{word}, on {_said_day(text)}"


def _follow_up(made: Mapping[str, Any]) -> str:
    of = f" of {made['initial_reference']}" if made["initial_reference"] else ""
    return f"Follow-up {made['follow_up']}{of}"


def _uf_number(held: Mapping[str, Any]) -> str | None:
    """Facility, year and running number, as user facilities number their reports: a follow-up keeps that of the first."""
    number, running = held["facility"]["number"], held["report"]["running"]
    return f"{number}-{running}" if number and running else None


def _age(device: Mapping[str, Any]) -> str:
    days = device["age_days"]
    told = f"{days} days" if days < 60 else f"{days // 30} months"
    return (
        f"About {told}, from its day of manufacture"
        if device["made_on"]
        else f"At least {told}, from its arrival"
    )


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
                ("reporter.reference", "The organisation's own number of the incident", said["own_number"]),
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
                ("incident.tests", "Tests, with their dates", said["tests"]),
                (
                    "incident.device_codes",
                    "Codes of the device problem (IMDRF annex A)",
                    said["device_codes"],
                ),
                (
                    "incident.component_codes",
                    "Codes of the component (IMDRF annex G)",
                    said["component_codes"],
                ),
                (
                    "incident.clinical_codes",
                    "Codes of the clinical signs (IMDRF annex E)",
                    said["clinical_codes"],
                ),
                (
                    "incident.impact_codes",
                    "Codes of the impact on health (IMDRF annex F)",
                    said["impact_codes"],
                ),
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
                ("patient.history", "Other relevant history", said["history"]),
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
        ("device.maker_address", "Address of the manufacturer", device["maker_address"]),
        ("device.supplier", "Supplier", device["supplier"]),
        ("device.model", "Model or catalogue number", device["model"]),
        ("device.udi_di", "UDI-DI", device["di"]),
        ("device.udi", "UDI as scanned", device["udi"]),
        ("device.lot", "Lot or batch number", device["lot"]),
        ("device.serial", "Serial number", device["serial"]),
        ("device.expires_on", "Expiry date", _said_day(device["expires_on"])),
        ("device.made_on", "Date of manufacture", _said_day(device["made_on"])),
        ("device.received_on", "Date of its arrival", _said_day(device["received_on"])),
        ("device.single_use", "Single use", "Yes"),
        ("device.operator", "Used by", "Healthcare professional"),
        ("device.kept", "Device kept for investigation", said["kept"]),
        ("device.where", "Where the device is now", said["where"]),
        ("device.returned_on", "Returned to the manufacturer on", said["returned"]),
        ("device.maker_told", "Manufacturer told", said["told"]),
    ]


def _medwatch(held: Mapping[str, Any]) -> list[tuple[str, _Fields]]:
    said = _words(held)
    described = " ".join(filter(None, [said["what"], said["done"]]))
    ages = "; ".join(dict.fromkeys(_age(device) for device in held["devices"]))
    patient_codes = ", ".join(filter(None, [said["clinical_codes"], said["impact_codes"]]))
    makers = "; ".join(
        dict.fromkeys(
            f"{one['maker'] or 'Maker not known'}, {one['maker_address']}"
            for one in held["devices"]
            if one["maker_address"]
        )
    )
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
                ("B5", "Event or problem described, and what was done", described),
                ("B6", "Relevant tests, with their dates", said["tests"]),
                ("B7", "Other relevant history", said["history"]),
            ],
        ),
    ]
    made += [("D. Suspect medical device", _device_medwatch(device, said)) for device in held["devices"]]
    made += [
        (
            "E. Initial reporter",
            [
                ("E1", "Name", said["reporter_name"]),
                ("E1-address", "Address", said["address"]),
                ("E1-phone", "Telephone", said["phone"]),
                ("E2", "Health professional", said["professional"]),
                ("E3", "Occupation", said["role"]),
                ("E4", "Reporter also sent a report to the FDA", said["directly"]),
            ],
        ),
        (
            "F. User facility",
            [
                ("F1", "User facility or importer", "User facility"),
                ("F2", "Number of the user facility's report", said["uf_number"]),
                ("F3", "Name", said["facility"]),
                ("F3-address", "Address", said["address"]),
                ("F4", "Contact person", said["reporter"]),
                ("F5", "Telephone", said["phone"]),
                ("F6", "Date the facility became aware", said["aware"]),
                ("F7", "Type of report", said["kind"]),
                ("F8", "Date of this report", said["made"]),
                ("F9", "Approximate age of the device", ages),
                ("F10-patient", "Patient codes: clinical signs, impact on health", patient_codes),
                ("F10-device", "Device codes", said["device_codes"]),
                ("F10-component", "Component codes", said["component_codes"]),
                ("F11", "Report sent to the FDA", "Not yet"),
                ("F12", "Where the event occurred", "Outpatient treatment facility"),
                ("F13", "Report sent to the manufacturer", said["told"]),
                ("F14", "Manufacturer, name and address", makers),
            ],
        ),
    ]
    return made


def _device_medwatch(device: Mapping[str, Any], said: Mapping[str, str | None]) -> _Fields:
    return [
        ("D1", "Brand name", device["name"]),
        ("D2", "Common device name", f"Microneedling {device['kind']}"),
        ("D2-product-code", "Product code", device["product_code"]),
        ("D3", "Manufacturer", device["maker"]),
        ("D3-address", "Manufacturer, city and state", device["maker_address"]),
        ("D4-model", "Model or catalog number", device["model"]),
        ("D4-lot", "Lot number", device["lot"]),
        ("D4-expiry", "Expiration date", _said_day(device["expires_on"])),
        ("D4-serial", "Serial number", device["serial"]),
        ("D4-udi", "Unique identifier (UDI)", device["udi"] or device["di"]),
        ("D5", "Operator of the device", "Health professional"),
        ("D6", "If implanted, the date", "Not an implant"),
        ("D7", "If explanted, the date", "Not an implant"),
        ("D8", "Single-use device, reprocessed and reused on a patient", "No"),
        ("D9", "Device available for evaluation", said["kept"]),
        ("D9-returned", "Returned to the manufacturer on", said["returned"]),
        ("D10", "Other products used at the same time", said["also"]),
    ]
