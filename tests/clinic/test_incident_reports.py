"""Reports to an authority: what they say, that nobody is named, and how far they got."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from needlework.clinic.actions import device_uses, incidents
from needlework.clinic.actions import incident_reports as actions
from needlework.clinic.errors import (
    BadInput,
    IncidentNotReportable,
    NotAllowed,
    NotFound,
    ReportIncomplete,
    ReportNamesPatient,
    ReportWrongMoment,
)
from needlework.clinic.models import AuditEvent, Incident, IncidentReport
from needlework.clinic.queries import incident_reports as queries
from needlework.clinic.rules import authority_forms
from needlework.clinic.rules import incident_reports as rules
from needlework.clinic.rules.incident_reports import Said
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
YELLOW, MEDWATCH = IncidentReport.YELLOW_CARD, IncidentReport.MEDWATCH


def said(**changed: Any) -> Said:
    given: Any = {
        "event": "adverse-event",
        "outcomes": ["intervention"],
        "what": "Two days after, the patient had pus on the left cheek.",
        "done": "Swab and antibiotics.",
        "device_kept": "no",
        "maker_told": "yes",
        **changed,
    }
    return given


def everything(**changed: Any) -> Said:
    """What the FDA asks for and the record cannot know."""
    more = {
        "tests": "Swab of 24 November: staphylococci.",
        "history": "None.",
        "maker_address": "Wolfenbüttel, Germany",
        "maker_told_on": NOW.date(),
        "told_directly": "no",
        "device_codes": "A0401",
        "component_codes": "",
        "clinical_codes": "E1906, 1930",
        "impact_codes": "F12",
        "product_code": "qai",
        "facility_number": "1234567890",
    }
    return said(**{**more, **changed})


@pytest.fixture
def it() -> Room:
    made = room.ready()
    made.site.address = "1 Mill Lane, Bath"
    made.site.save()
    return made


@pytest.fixture
def incident(it: Room) -> Incident:
    return incidents.open_incident(
        kind="complication",
        code="infection",
        patient=it.patient,
        treatment=it.treatment,
        unit=it.unit,
        area="cheek-left",
        severity="moderate",
        what="Pus on the cheek",
        happened_at=NOW - timedelta(hours=3),
        by=it.by,
        at=NOW,
    )


def lead(it: Room) -> Any:
    return people.acting(people.staff(it.clinic, Role.MEDICAL_LEAD, name="Dr Rahman"))


def fields(report: IncidentReport) -> dict[str, Any]:
    return {field["code"]: field["value"] for part in report.content["sections"] for field in part["fields"]}


def test_a_yellow_card_holds_treatment_packet_lot_and_no_name(it: Room, incident: Incident) -> None:
    report = actions.make(incident=incident, authority=YELLOW, said=said(), by=lead(it), at=NOW)
    held = fields(report)
    assert held["patient.code"] == it.patient.number
    assert held["patient.age"] == "38 years"
    assert held["patient.sex"] == "female"
    assert held["device.lot"] == it.unit.lot
    assert held["device.name"] == it.unit.model.name
    assert held["device.maker"] == it.unit.model.maker
    assert held["device.kept"] == "No"
    assert held["device.maker_told"] == "Yes"
    assert held["incident.happened_on"] == "24 November 2026"
    assert held["incident.outcome"] == "Needed treatment to prevent lasting harm"
    assert "Signs of infection (cheek, left). " in held["incident.description"]
    assert held["organisation.name"] == it.clinic.name
    facts = report.content["facts"]
    assert facts["devices"][0]["expires_on"] == it.unit.expires_on.isoformat()
    text = json.dumps(report.content)
    for name in (it.patient.given_name, it.patient.family_name, it.patient.phone, "1988"):
        assert name not in text
    line = AuditEvent.objects.get(event="incident-report-made")
    assert (line.patient, line.detail["authority"]) == (it.patient.public_id, YELLOW)


def test_form_3500a_has_every_box_that_the_law_lists_for_a_user_facility(
    it: Room, incident: Incident
) -> None:
    it.unit.scanned = "010950600013435211260301172905311" + f"0{it.unit.lot}"
    it.unit.save()
    report = actions.make(incident=incident, authority=MEDWATCH, said=everything(), by=lead(it), at=NOW)
    held = fields(report)
    boxes = (
        "A1 A2 A3 A4 B1 B2 B3 B4 B5 B6 B7 D1 D2 D2-product-code D3 D3-address D4-model D4-lot D4-expiry D4-serial D4-udi "
        "D5 D6 D7 D8 D9 D9-returned D10 E1 E1-address E1-phone E2 E3 E4 F1 F2 F3 F3-address F4 F5 F6 F7 F8 F9 "
        "F10-patient F10-device F10-component F11 F12 F13 F14"
    )
    assert set(boxes.split()) == held.keys()
    assert held["A1"] == it.patient.number
    assert held["B5"].endswith("pus on the left cheek. Swab and antibiotics.")
    assert held["B6"].startswith("Swab of 24 November")
    assert (held["D2-product-code"], held["D3-address"]) == ("QAI", "Wolfenbüttel, Germany")
    assert (held["D4-lot"], held["D4-serial"]) == (it.unit.lot, None)
    assert held["F2"] == "1234567890-2026-0001"
    assert held["F7"] == "Initial report"
    assert held["F9"] == "About 8 months, from its day of manufacture"
    assert (held["F10-patient"], held["F10-device"]) == ("E1906, 1930, F12", "A0401")
    assert held["F13"] == "Yes, on 24 November 2026"
    assert held["F14"] == f"{it.unit.model.maker}, Wolfenbüttel, Germany"
    assert report.content["facts"]["devices"][0]["made_on"] == "2026-03-01"


def test_a_report_says_what_the_authority_asks_for_and_it_lacks(it: Room, incident: Incident) -> None:
    by = lead(it)
    report = actions.make(incident=incident, authority=MEDWATCH, said=said(maker_told="no"), by=by, at=NOW)
    lacking = authority_forms.lacking_in(report)
    assert lacking == [
        "A4 weight",
        "D3 manufacturer's city and state",
        "F2 number of the user facility's report",
        "F10 patient code",
        "F10 device code",
        "F14 manufacturer's address",
    ]
    with pytest.raises(ReportIncomplete, match="F10 device code"):
        actions.mark_sent(report=report, by=by, at=NOW)
    assert not AuditEvent.objects.filter(event="incident-report-sent").exists()
    fuller = actions.make(incident=incident, authority=MEDWATCH, said=everything(), by=by, at=NOW)
    assert authority_forms.lacking_in(fuller) == ["A4 weight"]
    assert fields(fuller)["F7"] == "Initial report"
    actions.mark_sent(report=fuller, reference="UF-1", without=True, by=by, at=NOW)
    assert AuditEvent.objects.get(event="incident-report-sent").detail["lacking"] == ["A4 weight"]
    third = actions.make(incident=incident, authority=MEDWATCH, said=everything(), by=by, at=NOW)
    assert (third.number, fields(third)["F7"]) == (3, "Follow-up 1 of UF-1")
    other = incidents.open_incident(
        kind="complication",
        code="device",
        unit=it.unit,
        severity="low",
        what="X",
        happened_at=NOW,
        by=it.by,
        at=NOW,
    )
    fourth = actions.make(incident=other, authority=MEDWATCH, said=everything(), by=by, at=NOW)
    numbers = [fields(one)["F2"] for one in (fuller, third, fourth)]
    assert numbers == ["1234567890-2026-0002", "1234567890-2026-0002", "1234567890-2026-0004"]


def test_a_faulty_packet_needs_no_patient(it: Room) -> None:
    opened = incidents.open_incident(
        kind="complication",
        code="device",
        unit=it.unit,
        severity="low",
        what="The seal was open.",
        happened_at=NOW,
        by=it.by,
        at=NOW,
    )
    report = actions.make(
        incident=opened, authority=MEDWATCH, said=everything(event="product-problem"), by=lead(it), at=NOW
    )
    assert authority_forms.lacking_in(report) == []


def test_the_next_report_begins_with_what_was_said_before(it: Room, incident: Incident) -> None:
    by = lead(it)
    assert queries.said_before(by, incident) == {}
    actions.make(incident=incident, authority=MEDWATCH, said=everything(), by=by, at=NOW)
    before = queries.said_before(by, incident)
    assert set(everything()) <= before.keys()
    form = {name: before[name] for name in ("what", "clinical_codes", "product_code", "maker_told_on")}
    assert form == {
        "what": said()["what"],
        "clinical_codes": "E1906, 1930",
        "product_code": "QAI",
        "maker_told_on": NOW.date().isoformat(),
    }
    other = incidents.open_incident(
        kind="complication",
        code="swelling",
        patient=it.patient,
        unit=it.unit,
        severity="low",
        what="Swollen",
        happened_at=NOW,
        by=it.by,
        at=NOW,
    )
    assert queries.said_before(by, other) == {
        "facility_number": "1234567890",
        "maker_address": "Wolfenbüttel, Germany",
    }


def test_without_a_packet_of_its_own_the_treatment_names_its_packets(it: Room) -> None:
    device_uses.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    opened = incidents.open_incident(
        kind="complication",
        code="swelling",
        patient=it.patient,
        treatment=it.treatment,
        severity="low",
        what="Swollen",
        happened_at=NOW,
        by=it.by,
        at=NOW,
    )
    report = actions.make(incident=opened, authority=YELLOW, said=said(), by=lead(it), at=NOW)
    assert [one["lot"] for one in report.content["facts"]["devices"]] == [it.unit.lot]


@pytest.mark.parametrize(
    ("changed", "error", "match"),
    [
        ({"outcomes": []}, BadInput, "at least one outcome"),
        ({"outcomes": ["death", "not-serious"]}, BadInput, "not both"),
        ({"outcomes": ["cured"]}, BadInput, "from the list"),
        ({"event": "x"}, BadInput, "Choose one of"),
        ({"device_kept": ""}, BadInput, "Choose one of"),
        ({"maker_told": "perhaps"}, BadInput, "Choose one of"),
        ({"what": "  "}, BadInput, "Describe what happened"),
        ({"device_codes": "E0401"}, BadInput, "no code of a device problem"),
        ({"clinical_codes": "E100"}, BadInput, "no code of a clinical sign"),
        ({"impact_codes": " ".join(f"F{n}" for n in range(10, 25))}, BadInput, "at most 10"),
        ({"product_code": "12"}, BadInput, "three letters"),
        ({"facility_number": "123"}, BadInput, "ten digits"),
        ({"maker_told": "no", "maker_told_on": NOW.date()}, BadInput, "does the maker know"),
        ({"returned_on": NOW.date() + timedelta(days=2)}, BadInput, "still to come"),
        ({"told_directly": "perhaps"}, BadInput, "Choose one of"),
        ({"history": "Ada has eczema."}, ReportNamesPatient, "“Ada”"),
        ({"what": "Ada's cheek was red."}, ReportNamesPatient, "“Ada”"),
        ({"done": "Rang EXAMPLE again."}, ReportNamesPatient, "“Example”"),
    ],
)
def test_what_is_no_report_is_refused_and_leaves_nothing(
    it: Room, incident: Incident, changed: dict[str, Any], error: type[Exception], match: str
) -> None:
    it.patient.family_name = "Example"
    it.patient.save()
    with pytest.raises(error, match=match):
        actions.make(incident=incident, authority=YELLOW, said=said(**changed), by=lead(it), at=NOW)
    assert not IncidentReport.objects.exists()
    assert not AuditEvent.objects.filter(event="incident-report-made").exists()


def test_another_authority_is_refused(it: Room, incident: Incident) -> None:
    with pytest.raises(BadInput, match="MHRA Yellow Card"):
        actions.make(incident=incident, authority="bfarm", said=said(), by=lead(it), at=NOW)


def test_a_deviation_is_no_matter_for_an_authority(it: Room) -> None:
    deviation = incidents.open_incident(
        kind="deviation",
        code="dose-refused",
        treatment=it.treatment,
        severity="high",
        what="Too much",
        happened_at=NOW,
        by=it.by,
        at=NOW,
    )
    with pytest.raises(IncidentNotReportable):
        actions.make(incident=deviation, authority=YELLOW, said=said(), by=lead(it), at=NOW)


def test_it_is_sent_and_acknowledged_once_each_in_this_order(it: Room, incident: Incident) -> None:
    by = lead(it)
    report = actions.make(incident=incident, authority=YELLOW, said=said(), by=by, at=NOW)
    assert report.state == "not-sent"
    with pytest.raises(ReportWrongMoment, match="not sent yet"):
        actions.mark_acknowledged(report=report, reference="YC-1", by=by, at=NOW)
    report = actions.mark_sent(report=report, by=by, at=NOW)
    assert authority_forms.shown(report) == report.content["sections"]
    assert (report.state, report.reference) == ("sent", "")
    with pytest.raises(ReportWrongMoment, match="sent already"):
        actions.mark_sent(report=report, by=by, at=NOW)
    with pytest.raises(BadInput, match="number under which"):
        actions.mark_acknowledged(report=report, reference=" ", by=by, at=NOW)
    report = actions.mark_acknowledged(
        report=report, reference="YC-2026-77", by=by, at=NOW + timedelta(days=2)
    )
    assert (report.state, report.reference, report.acknowledged_by) == (
        "acknowledged",
        "YC-2026-77",
        "Dr Rahman",
    )
    with pytest.raises(ReportWrongMoment, match="noted already"):
        actions.mark_acknowledged(report=report, reference="YC-3", by=by, at=NOW)
    events = AuditEvent.objects.filter(event__startswith="incident-report").order_by("pk")
    assert [line.event for line in events] == [
        "incident-report-made",
        "incident-report-sent",
        "incident-report-acknowledged",
    ]


def test_only_the_medical_lead_reports_and_only_for_the_own_clinic(it: Room, incident: Incident) -> None:
    for role in (Role.PRACTITIONER, Role.ASSISTANT, Role.MANAGER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            actions.make(
                incident=incident,
                authority=YELLOW,
                said=said(),
                by=people.acting(people.staff(it.clinic, role)),
                at=NOW,
            )
    stranger = people.acting(people.staff(people.clinic(), Role.MEDICAL_LEAD))
    with pytest.raises(NotFound):
        actions.make(incident=incident, authority=YELLOW, said=said(), by=stranger, at=NOW)
    report = actions.make(incident=incident, authority=YELLOW, said=said(), by=lead(it), at=NOW)
    for ask in (
        lambda: queries.report(stranger, report.public_id),
        lambda: queries.of_incident(stranger, incident),
        lambda: actions.mark_sent(report=report, by=stranger, at=NOW),
    ):
        with pytest.raises(NotFound):
            ask()
    assert queries.report(it.by, report.public_id) == report
    assert queries.of_incident(it.by, incident) == [report]


def test_the_law_of_the_clinic_chooses_the_authority(it: Room, incident: Incident) -> None:
    assert rules.authority_for(incident) == YELLOW
    incident.clinic.jurisdiction = "united-states"
    assert rules.authority_for(incident) == MEDWATCH


def test_the_database_keeps_the_order_and_the_row(it: Room, incident: Incident) -> None:
    report = actions.make(incident=incident, authority=YELLOW, said=said(), by=lead(it), at=NOW)
    for facts in (
        {"sent_at": NOW},
        {"acknowledged_at": NOW, "acknowledged_by": "X", "reference": "1"},
        {"sent_at": NOW, "sent_by": "X", "acknowledged_at": NOW, "acknowledged_by": "X"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            IncidentReport.objects.filter(pk=report.pk).update(**facts)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        report.delete()
