"""The page that traces a batch of cream or serum."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import anaesthetics
from needlework.clinic.models import AuditEvent, Staff
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import CREAM

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


def test_a_batch_leads_to_its_patients_and_is_a_line_in_the_trail(log_in: LogIn) -> None:
    it = room.ready()
    anaesthetics.apply_anaesthetic(treatment=it.treatment, **CREAM, areas=["cheek-left"], by=it.by, at=NOW)  # type: ignore[arg-type]
    client = log_in(it.staff)
    assert client.get(reverse("batch-trace")).status_code == 200
    page = client.get(reverse("batch-trace"), {"batch": str(CREAM["batch"]).lower()}).content.decode()
    assert it.patient.name in page
    assert "left cheek" in page
    assert AuditEvent.objects.get(event="lot-traced").detail["patients"] == 1
    assert "Nothing of batch NONE" in client.get(reverse("batch-trace"), {"batch": "NONE"}).content.decode()
    assert client.get(reverse("batch-trace"), {"batch": ""}).status_code == 422


def test_another_clinic_finds_nothing_and_the_desk_may_not_ask(log_in: LogIn) -> None:
    it = room.ready()
    anaesthetics.apply_anaesthetic(treatment=it.treatment, **CREAM, areas=["cheek-left"], by=it.by, at=NOW)  # type: ignore[arg-type]
    asked = {"batch": CREAM["batch"]}
    stranger = log_in(people.staff(people.clinic()))
    assert it.patient.name not in stranger.get(reverse("batch-trace"), asked).content.decode()
    desk = log_in(people.staff(it.clinic, Role.FRONT_DESK))
    assert desk.get(reverse("batch-trace"), asked).status_code == 403
