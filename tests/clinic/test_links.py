"""Patients come in by a link and their birth date, and no farther than the link reaches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from needlework.clinic.actions import links
from needlework.clinic.errors import BadInput, BirthDateWrong, LinkClosed, NotAllowed, NotFound
from needlework.clinic.models import AuditEvent, Patient, PatientLink
from needlework.clinic.queries import links as link_queries
from needlework.clinic.who import Actor, Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
WRONG = date(1999, 1, 1)


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic())


@pytest.fixture
def nurse(patient: Patient) -> Actor:
    return people.acting(people.staff(patient.clinic))


def test_a_link_opens_with_the_birth_date(patient: Patient, nurse: Actor) -> None:
    link, token = links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    actor, opened = links.open_link(token=token, born_on=patient.born_on, at=NOW)
    assert opened == link
    assert (actor.role, actor.patient_id, actor.clinic_id) == (Role.PATIENT, patient.pk, patient.clinic_id)
    assert [line.event for line in AuditEvent.objects.order_by("pk")] == ["link-made", "link-opened"]


def test_the_token_is_not_stored(patient: Patient, nurse: Actor) -> None:
    link, token = links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    assert token not in str(PatientLink.objects.filter(pk=link.pk).values().get())
    assert len(token) >= 32


def test_three_wrong_birth_dates_close_the_link(patient: Patient, nurse: Actor) -> None:
    _, token = links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    with pytest.raises(BirthDateWrong, match="2 times more"):
        links.open_link(token=token, born_on=WRONG, at=NOW)
    with pytest.raises(BirthDateWrong, match="once more"):
        links.open_link(token=token, born_on=WRONG, at=NOW)
    with pytest.raises(LinkClosed):
        links.open_link(token=token, born_on=WRONG, at=NOW)
    with pytest.raises(LinkClosed):
        links.open_link(token=token, born_on=patient.born_on, at=NOW)
    assert AuditEvent.objects.filter(event="link-refused").count() == 3


def test_a_link_runs_out(patient: Patient, nurse: Actor) -> None:
    _, token = links.make_link(patient=patient, purpose="reconfirm", by=nurse, at=NOW)
    with pytest.raises(LinkClosed, match=patient.clinic.phone):
        links.open_link(token=token, born_on=patient.born_on, at=NOW + timedelta(days=1))


def test_a_new_link_for_the_same_closes_the_old_one(patient: Patient, nurse: Actor) -> None:
    _, old = links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    links.make_link(patient=patient, purpose="results", by=nurse, at=NOW)
    with pytest.raises(LinkClosed):
        links.open_link(token=old, born_on=patient.born_on, at=NOW)
    assert len(link_queries.of_patient(nurse, patient, at=NOW)) == 2


def test_a_link_of_a_voided_patient_lets_nobody_in(patient: Patient, nurse: Actor) -> None:
    _, token = links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    Patient.objects.filter(pk=patient.pk).update(voided_at=NOW, voided_by="x", voided_because="x")
    with pytest.raises(LinkClosed):
        links.open_link(token=token, born_on=patient.born_on, at=NOW)


def test_an_unknown_token_opens_nothing() -> None:
    with pytest.raises(LinkClosed):
        links.open_link(token="made-up", born_on=WRONG, at=NOW)


def test_a_link_is_closed_by_hand(patient: Patient, nurse: Actor) -> None:
    link, token = links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)
    links.close_link(link=link, by=nurse, at=NOW)
    with pytest.raises(LinkClosed):
        links.open_link(token=token, born_on=patient.born_on, at=NOW)


def test_a_link_has_a_known_purpose(patient: Patient, nurse: Actor) -> None:
    with pytest.raises(BadInput):
        links.make_link(patient=patient, purpose="everything", by=nurse, at=NOW)


def test_nobody_makes_links_for_another_clinic_or_without_the_role(patient: Patient) -> None:
    with pytest.raises(NotFound):
        links.make_link(
            patient=patient, purpose="history", by=people.acting(people.staff(people.clinic())), at=NOW
        )
    with pytest.raises(NotAllowed):
        links.make_link(
            patient=patient,
            purpose="history",
            by=people.acting(people.staff(patient.clinic, Role.AUDITOR)),
            at=NOW,
        )
    assert not PatientLink.objects.exists()
