"""The demonstration clinic lives through the real actions, and ends with somebody at every place on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from needlework.clinic import reference
from needlework.clinic.demo import people, story
from needlework.clinic.models import (
    Amendment,
    AuditEvent,
    Clinic,
    Incident,
    LesionPresses,
    Patient,
    Recall,
    Site,
    Staff,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.queries import summaries
from needlework.clinic.rules.standing import Status
from needlework.clinic.who import STAFF_ROLES, Actor, Role
from tests.conftest import NOW
from tests.factories.people import acting

pytestmark = pytest.mark.django_db

EXPECTED = {
    "amelia": Status.NEEDS_HISTORY,
    "dmytro": Status.NEEDS_CONSULTATION,
    "xiaoming": Status.NEEDS_PLAN,
    "fatima": Status.NEEDS_CONSENT,
    "zoe": Status.REFLECTING,
    "oluwaseun": Status.READY,
    "maria": Status.IN_TREATMENT,
    "john": Status.RECOVERING,
    "priya": Status.NEEDS_ATTENTION,
    "thomas": Status.REVIEW_DUE,
    "grace": Status.COURSE_DONE,
    "keira": Status.NOT_SUITABLE,
    "ana": Status.WAITING,
    "helen": Status.NEEDS_CONSENT,
}


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    """The story, told once for these tests, which only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load_devices(by=Actor("Operator", Role.PROGRAM, 0), at=NOW - timedelta(days=500))
        yield story.fill(at=NOW)
        transaction.set_rollback(True)


def test_somebody_stands_at_every_place_on_the_way(clinic: Clinic) -> None:
    lead = acting(Staff.objects.get(email="lead@demo.example"))
    by_name = {(person.given_name, person.family_name): person.key for person in people.PATIENTS}
    found = {
        by_name[patient.given_name, patient.family_name]: summaries.next_step(lead, patient, at=NOW).status
        for patient in Patient.objects.select_related("clinic")
    }
    assert len(found) >= 12
    assert {key: found[key] for key in EXPECTED} == EXPECTED


def test_there_are_two_sites_and_staff_in_every_role(clinic: Clinic) -> None:
    assert Site.objects.filter(clinic=clinic).count() == 2
    assert set(Staff.objects.values_list("role", flat=True)) == {role.value for role in STAFF_ROLES}


def test_some_were_stopped_written_up_late_or_complicated(clinic: Clinic) -> None:
    assert Treatment.objects.filter(stopped_at__isnull=False, signed_at__isnull=False).exists()
    assert Treatment.objects.filter(recorded_late_at__isnull=False).exists()
    assert set(Incident.objects.values_list("kind", flat=True)) >= {"complication", "red-flag"}


def test_a_recall_was_practised_on_a_lot_that_was_used(clinic: Clinic) -> None:
    drill = Recall.objects.get(kind="drill", closed_at__isnull=False)
    assert drill.contacts.exists()
    assert drill.counted == drill.expected
    assert drill.closed_at is not None
    assert drill.closed_at < NOW


def test_nothing_lies_in_the_future_and_everything_is_on_the_trail(clinic: Clinic) -> None:
    assert not Treatment.objects.filter(opened_at__gt=NOW).exists()
    assert not AuditEvent.objects.filter(at__gt=NOW + timedelta(hours=1)).exists()
    assert (
        AuditEvent.objects.filter(event="treatment-signed").count()
        == Treatment.objects.filter(signed_at__isnull=False).count()
    )
    assert not Amendment.objects.exists()


def test_scars_are_marked_and_one_treatment_pressed_a_stamp_on_each(clinic: Clinic) -> None:
    assert TreatmentArea.objects.exclude(strokes=[]).exists()
    pressed = LesionPresses.objects.select_related("treated__device_use__unit__model", "lesion")
    assert {row.treated.device_use.unit.model.code for row in pressed} == {"derma-stamp"}
    assert {row.lesion.patient.family_name for row in pressed} == {"Müller"}
    assert {row.treated.passes for row in pressed} == {4, 6}
