"""The trail page: who may read it, how lines are chosen, and that reading it is a line too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import AuditEvent, Staff
from needlework.clinic.who import Role
from tests.factories import people
from tests.factories import trail as made
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Staff:
    return people.staff(people.clinic(), Role.AUDITOR, name="Martin Webb")


@pytest.fixture
def reader(client: Client, auditor: Staff) -> Client:
    client.force_login(auditor)
    return client


def test_the_newest_line_comes_first_and_reading_is_a_line(reader: Client, auditor: Staff) -> None:
    patient = people.patient(auditor.clinic, given_name="Zoë <b>")
    by = people.acting(auditor)
    audit.record(Event.PATIENT_REGISTERED, by=by, at=NOW, about=patient)
    audit.record(Event.RECORD_OPENED, by=by, at=NOW + timedelta(minutes=1), about=patient)
    response = reader.get("/trail/")
    text = response.content.decode()
    assert response.status_code == 200
    assert "Zoë &lt;b&gt;" in text
    table = text[text.index("<tbody>") :]
    assert table.index("Record opened") < table.index("Patient registered")
    line = AuditEvent.objects.get(event="trail-viewed")
    assert line.detail == {"count": 2}


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.ASSISTANT, Role.FRONT_DESK, Role.MANAGER])
def test_other_roles_are_refused(client: Client, role: Role) -> None:
    client.force_login(people.staff(people.clinic(), role))
    assert client.get("/trail/").status_code == 403


def test_lines_of_another_clinic_are_never_shown(reader: Client) -> None:
    other = people.staff(people.clinic(), Role.PRACTITIONER, name="Somebody Elsewhere")
    audit.record(Event.STOCK_VIEWED, by=people.acting(other), at=NOW)
    assert "Somebody Elsewhere" not in reader.get("/trail/").content.decode()


def test_lines_are_chosen_by_person_patient_event_and_day(reader: Client, auditor: Staff) -> None:
    patient = people.patient(auditor.clinic, number="P000042")
    nurse = people.acting(people.staff(auditor.clinic, name="Eleri Prosser"))
    audit.record(Event.RECORD_OPENED, by=nurse, at=NOW, about=patient)
    audit.record(Event.STOCK_VIEWED, by=nurse, at=NOW - timedelta(days=3))
    for query, count in (
        ("person=prosser", 2),
        ("patient=p000042", 1),
        (f"patient={patient.public_id}", 1),
        ("event=stock-viewed", 1),
        ("person=prosser&since=2026-11-24", 1),
        ("person=prosser&until=2026-11-22", 1),
        ("person=nobody", 0),
    ):
        text = reader.get(f"/trail/?{query}").content.decode()
        assert text.count('data-label="When"') == count, query
    assert "No line fits" in text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("since=2026-11-24&until=2026-11-01", "lies before the first"),
        ("since=yesterday", "valid date"),
        ("patient=P999999", "No patient has the number P999999"),
        ("event=nonsense", "nonsense"),
        ("before=x", "whole number"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused_at_its_field(reader: Client, query: str, says: str) -> None:
    response = reader.get(f"/trail/?{query}")
    assert response.status_code == 422
    assert says in response.content.decode()


def test_pages_follow_one_another_without_a_gap(
    reader: Client, auditor: Staff, django_assert_max_num_queries: object
) -> None:
    for n in range(60):
        made.line(n, NOW + timedelta(seconds=n), clinic=auditor.clinic_id)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        first = reader.get("/trail/?since=2026-11-24")
    assert first.content.decode().count('data-label="When"') == 50
    older = first.context["older"]
    second = reader.get(f"/trail/?{older}")
    assert second.content.decode().count('data-label="When"') == 11  # and the line of the first look
    assert not second.context["older"]
