"""Incidents: opened by whoever saw it, read and closed by the medical lead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from needlework.clinic import errors
from needlework.clinic.actions import incidents as actions
from needlework.clinic.models import AuditEvent, Incident, IncidentStep
from needlework.clinic.queries import incidents as queries
from needlework.clinic.queries import summaries
from needlework.clinic.rules import incidents as rules
from needlework.clinic.who import Role
from tests.factories import people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


def _facts(**changed: Any) -> dict[str, Any]:
    patient = changed.pop("patient", None) or people.patient(people.clinic())
    return {
        "kind": "complication",
        "code": "infection",
        "patient": patient,
        "severity": "moderate",
        "what": "Pus on the left cheek",
        "happened_at": NOW - timedelta(hours=2),
        "by": people.acting(people.staff(patient.clinic, Role.ASSISTANT)),
        "at": NOW,
        **changed,
    }


def test_whoever_helps_in_the_room_reports_and_the_lead_reads_and_closes() -> None:
    incident = actions.open_incident(**_facts())
    lead = people.acting(people.staff(incident.clinic, Role.MEDICAL_LEAD))
    assert summaries.alerts(lead).incidents == 1
    actions.acknowledge(incident=incident, by=lead, at=NOW)
    assert summaries.alerts(lead).incidents == 0
    actions.close(incident=incident, outcome="resolved", done="Antibiotics by the GP", by=lead, at=NOW)
    assert queries.listed(lead) == []
    assert [row.outcome for row in queries.listed(lead, shown="all")] == ["resolved"]
    assert list(AuditEvent.objects.order_by("pk").values_list("event", flat=True)) == [
        "incident-opened",
        "incident-acknowledged",
        "incident-closed",
    ]
    assert {line.patient for line in AuditEvent.objects.all()} == {incident.patient.public_id}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "dragon"}, "code"),
        ({"kind": "sharps", "code": "infection"}, "code"),
        ({"severity": "awful"}, "severity"),
        ({"what": " "}, "what"),
        ({"happened_at": NOW + timedelta(minutes=1)}, "happened_at"),
    ],
)
def test_a_report_that_cannot_be_is_refused_and_nothing_is_left(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.BadInput) as refused:
        actions.open_incident(**_facts(**changed))
    assert refused.value.at_field == field
    assert not Incident.objects.exists()
    assert not AuditEvent.objects.exists()


def test_only_the_medical_lead_acknowledges_and_closes() -> None:
    incident = actions.open_incident(**_facts())
    practitioner = people.acting(people.staff(incident.clinic))
    with pytest.raises(errors.NotAllowed):
        actions.acknowledge(incident=incident, by=practitioner, at=NOW)
    with pytest.raises(errors.NotAllowed):
        actions.close(incident=incident, outcome="resolved", done="x", by=practitioner, at=NOW)


def test_an_incident_is_read_before_it_is_closed_and_closed_once_with_an_outcome() -> None:
    incident = actions.open_incident(**_facts())
    lead = people.acting(people.staff(incident.clinic, Role.MEDICAL_LEAD))
    with pytest.raises(errors.IncidentNotAcknowledged):
        actions.close(incident=incident, outcome="resolved", done="x", by=lead, at=NOW)
    actions.acknowledge(incident=incident, by=lead, at=NOW)
    for wrong in ({"outcome": "", "done": "x"}, {"outcome": "resolved", "done": " "}):
        with pytest.raises(errors.BadInput):
            actions.close(incident=incident, **wrong, by=lead, at=NOW)
    actions.close(incident=incident, outcome="no-harm", done="Looked at", by=lead, at=NOW)
    with pytest.raises(errors.IncidentIsClosed):
        actions.close(incident=incident, outcome="no-harm", done="Looked at", by=lead, at=NOW)


def test_another_clinic_s_incident_is_not_found_and_its_patient_cannot_be_reported() -> None:
    incident = actions.open_incident(**_facts())
    other = people.staff(people.clinic(), Role.MEDICAL_LEAD)
    with pytest.raises(errors.NotFound):
        queries.incident(people.acting(other), incident.public_id)
    with pytest.raises(errors.NotFound):
        actions.acknowledge(incident=incident, by=people.acting(other), at=NOW)
    with pytest.raises(errors.NotFound):
        actions.open_incident(**_facts(by=people.acting(other)))
    assert queries.listed(people.acting(other)) == []


def test_front_desk_sees_no_incidents() -> None:
    desk = people.acting(people.staff(people.clinic(), Role.FRONT_DESK))
    with pytest.raises(errors.NotAllowed):
        queries.listed(desk)
    with pytest.raises(errors.NotAllowed):
        actions.open_incident(**_facts(by=desk))


def test_the_database_wants_an_outcome_and_a_deed_for_a_closed_incident() -> None:
    incident = actions.open_incident(**_facts())
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(closed_at=NOW, closed_by="x")


def test_the_gravest_deviations_are_high_and_an_unknown_one_is_moderate() -> None:
    assert rules.deviation_severity("dose-refused") == "high"
    assert rules.deviation_severity("device-expired") == "moderate"
    assert rules.deviation_severity("something-new") == "moderate"


def test_every_deviation_with_a_severity_is_the_code_of_an_error() -> None:
    codes = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert set(rules.DEVIATION_SEVERITY) <= codes


def test_a_needle_injury_of_staff_names_its_steps() -> None:
    incident = actions.open_incident(**_facts(kind="sharps", code="needlestick"))
    assert rules.name(incident.kind, incident.code) == "Needle injury to staff"
    assert any("occupational health" in step for step in rules.SHARPS_STEPS.values())


def test_the_steps_of_a_needle_injury_are_noted_and_it_closes_only_after_them() -> None:
    incident = actions.open_incident(**_facts(kind="sharps", code="needlestick"))
    by = people.acting(people.staff(incident.clinic, Role.ASSISTANT))
    lead = people.acting(people.staff(incident.clinic, Role.MEDICAL_LEAD))
    assert [step.taken for step in queries.steps(incident)] == [None] * 5
    actions.acknowledge(incident=incident, by=lead, at=NOW)
    for code in ("washed", "covered", "advised", "traced"):
        actions.take_step(incident=incident, code=code, done=True, by=by, at=NOW)
    closing: dict[str, Any] = {"outcome": "no-harm", "done": "Blood taken", "by": lead, "at": NOW}
    with pytest.raises(errors.StepsOpen, match="medical lead decides"):
        actions.close(incident=incident, **closing)
    with pytest.raises(errors.ReasonNeeded):
        actions.take_step(incident=incident, code="reported", done=False, note=" ", by=lead, at=NOW)
    actions.take_step(incident=incident, code="reported", done=False, note="Not notifiable", by=lead, at=NOW)
    again = actions.take_step(incident=incident, code="reported", done=True, by=lead, at=NOW)
    assert (again.done, again.note) == (False, "Not notifiable")
    actions.close(incident=incident, **closing)
    assert AuditEvent.objects.filter(event="incident-step-taken").count() == 5
    with pytest.raises(errors.IncidentIsClosed):
        actions.take_step(incident=incident, code="washed", done=True, by=by, at=NOW)


def test_steps_are_those_of_a_needle_injury_and_noted_by_who_may_report() -> None:
    injury = actions.open_incident(**_facts(kind="sharps", code="needlestick"))
    infection = actions.open_incident(**_facts())
    by = people.acting(people.staff(injury.clinic, Role.ASSISTANT))
    with pytest.raises(errors.BadInput):
        actions.take_step(incident=injury, code="danced", done=True, by=by, at=NOW)
    other = people.acting(people.staff(infection.clinic, Role.ASSISTANT))
    with pytest.raises(errors.BadInput):
        actions.take_step(incident=infection, code="washed", done=True, by=other, at=NOW)
    assert queries.steps(infection) == []
    with pytest.raises(errors.NotFound):
        actions.take_step(incident=injury, code="washed", done=True, by=other, at=NOW)
    desk = people.acting(people.staff(injury.clinic, Role.FRONT_DESK))
    with pytest.raises(errors.NotAllowed):
        actions.take_step(incident=injury, code="washed", done=True, by=desk, at=NOW)
    assert not IncidentStep.objects.exists()


def test_a_step_that_was_noted_stays() -> None:
    injury = actions.open_incident(**_facts(kind="sharps", code="needlestick"))
    by = people.acting(people.staff(injury.clinic, Role.ASSISTANT))
    actions.take_step(incident=injury, code="washed", done=True, by=by, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentStep.objects.update(note="x")
    facts: dict[str, Any] = {"clinic": injury.clinic, "incident": injury, "taken_at": NOW, "taken_by": "x"}
    for wrong in ({"code": "washed", "done": True}, {"code": "covered", "done": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IncidentStep.objects.create(**facts, **wrong)
