"""The pages of reports to an authority."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import incidents
from needlework.clinic.models import AuditEvent, Incident, IncidentReport, Staff
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import people, room
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
SAID = {
    "authority": "mhra-yellow-card",
    "event": "both",
    "outcomes": ["intervention", "lasting-harm"],
    "what": "The needle broke in the patient’s skin.",
    "done": "",
    "device_kept": "yes",
    "maker_told": "not-known",
}


@pytest.fixture
def it() -> Room:
    return room.ready()


@pytest.fixture
def incident(it: Room) -> Incident:
    return incidents.open_incident(
        kind="complication",
        code="device",
        patient=it.patient,
        treatment=it.treatment,
        unit=it.unit,
        severity="high",
        what="A needle broke off.",
        happened_at=NOW,
        by=it.by,
        at=NOW,
    )


def test_the_way_of_a_report_from_the_incident_to_its_number(
    log_in: LogIn, it: Room, incident: Incident
) -> None:
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    page = reverse("incident", args=[incident.public_id])
    new = reverse("incident-report-new", args=[incident.public_id])
    assert new in client.get(page).content.decode()
    assert "A needle broke off." in client.get(new).content.decode()
    answer = client.post(new, SAID)
    report = IncidentReport.objects.get()
    assert answer.status_code == 302
    shown = reverse("incident-report", args=[report.public_id])
    text = client.get(shown).content.decode()
    assert "Not sent yet" in text
    assert it.unit.lot in text
    assert client.post(shown, {"do": "acknowledged", "reference": "1"}).status_code == 422
    assert "where the device is now" in text
    refused = client.post(shown, {"do": "sent", "reference": ""})
    assert refused.status_code == 422
    assert (
        "It lacks what the authority asks for: address; where the device is now." in refused.content.decode()
    )
    again = client.get(new).content.decode()
    assert "The needle broke in the patient’s skin." in again
    assert client.post(shown, {"do": "sent", "reference": "", "without": "on"}).status_code == 302
    assert client.post(shown, {"do": "acknowledged", "reference": ""}).status_code == 422
    assert client.post(shown, {"do": "acknowledged", "reference": "YC-9"}).status_code == 302
    assert "Number YC-9" in client.get(shown).content.decode()
    assert "number YC-9" in client.get(page).content.decode()


def test_pdf_and_json_carry_the_report_and_leave_a_line(log_in: LogIn, it: Room, incident: Incident) -> None:
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    client.post(reverse("incident-report-new", args=[incident.public_id]), SAID)
    report = IncidentReport.objects.get()
    before = AuditEvent.objects.filter(event="record-opened", patient=it.patient.public_id).count()
    paper = client.get(reverse("incident-report-pdf", args=[report.public_id]))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    answer = client.get(reverse("incident-report-json", args=[report.public_id]))
    assert answer["Content-Type"] == "application/json"
    held = json.loads(answer.content)
    assert (held["form"], held["status"], held["reference"]) == ("mhra-yellow-card", "not-sent", None)
    assert held["facts"]["devices"][0]["lot"] == it.unit.lot
    assert held["lacking"] == ["address", "where the device is now"]
    assert held["facts"]["patient"]["code"] == it.patient.number
    assert it.patient.family_name not in answer.content.decode()
    after = AuditEvent.objects.filter(event="record-opened", patient=it.patient.public_id).count()
    assert after == before + 2


def test_a_report_that_names_the_patient_is_refused_at_the_field(
    log_in: LogIn, it: Room, incident: Incident
) -> None:
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    new = reverse("incident-report-new", args=[incident.public_id])
    answer = client.post(new, {**SAID, "done": f"Rang {it.patient.given_name}."})
    assert answer.status_code == 422
    assert "by which the patient could be known" in answer.content.decode()
    assert not IncidentReport.objects.exists()


def test_form_3500a_is_filled_in_from_the_page_and_says_when_it_was_sent(
    log_in: LogIn, it: Room, incident: Incident
) -> None:
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    new = reverse("incident-report-new", args=[incident.public_id])
    said = {
        **SAID,
        "authority": "fda-medwatch",
        "maker_told": "yes",
        **dict(
            zip(
                ("maker_told_on_day", "maker_told_on_month", "maker_told_on_year"),
                ("23", "11", "2026"),
                strict=True,
            )
        ),
        "maker_address": "Wolfenbüttel, Germany",
        "device_codes": "a0401",
        "clinical_codes": "E1005",
        "facility_number": "0000000000",
    }
    wrong = client.post(new, {**said, "device_codes": "E0401"})
    assert wrong.status_code == 422
    assert "is no code of a device problem" in wrong.content.decode()
    client.post(new, said)
    report = IncidentReport.objects.get()
    shown = reverse("incident-report", args=[report.public_id])
    client.post(shown, {"do": "sent", "without": "on"})
    answer = client.get(reverse("incident-report-json", args=[report.public_id]))
    held = {one["code"]: one["value"] for part in answer.json()["sections"] for one in part["fields"]}
    assert held["F10-device"] == "A0401"
    assert held["F11"].startswith("Yes, on ")
    assert held["F13"] == "Yes, on 23 November 2026"
    assert "Wolfenbüttel" in client.get(shown).content.decode()


@pytest.mark.parametrize(
    ("role", "makes", "reads"),
    [
        (Role.MEDICAL_LEAD, 200, 200),
        (Role.PRACTITIONER, 403, 200),
        (Role.ASSISTANT, 403, 200),
        (Role.AUDITOR, 403, 200),
        (Role.FRONT_DESK, 403, 403),
        (Role.MANAGER, 403, 403),
    ],
)
def test_who_gets_in(
    client: Client, it: Room, incident: Incident, role: Role, makes: int, reads: int
) -> None:
    client.force_login(people.staff(it.clinic, Role.MEDICAL_LEAD))
    client.post(reverse("incident-report-new", args=[incident.public_id]), SAID)
    report = IncidentReport.objects.get()
    client.force_login(people.staff(it.clinic, role))
    assert client.get(reverse("incident-report-new", args=[incident.public_id])).status_code == makes
    for name in ("incident-report", "incident-report-pdf", "incident-report-json"):
        assert client.get(reverse(name, args=[report.public_id])).status_code == reads
