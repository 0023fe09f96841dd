"""The page of messages that were not sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import messages as actions
from needlework.clinic.models import Message, Staff
from needlework.clinic.rules.messages import MOST_TRIES
from needlework.clinic.who import Role
from tests.factories import people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


def test_the_desk_finds_them_from_today_and_sends_one_again(log_in: LogIn) -> None:
    patient = people.patient(people.clinic(), email="ada@home.example")
    desk = people.staff(patient.clinic, Role.FRONT_DESK)
    message = actions.write(
        patient=patient,
        to=patient.email,
        subject="Swelling after treatment",
        body="-",
        by=people.acting(desk),
        at=NOW,
    )
    client = log_in(desk)
    address = reverse("messages")
    assert address not in client.get(reverse("today")).content.decode()
    Message.objects.update(tries=MOST_TRIES, tried_at=NOW, last_error="nobody answers")
    assert f'<a href="{address}">1 message</a>' in client.get(reverse("today")).content.decode()
    page = client.get(address).content.decode()
    assert patient.name in page
    assert "nobody answers" in page
    assert "Swelling" not in page  # the desk sees no clinical detail
    assert client.post(reverse("message-again", args=[message.public_id])).headers["Location"] == address
    assert "Every message was sent" in client.get(address).content.decode()
    assert client.post(reverse("message-again", args=[message.public_id])).status_code == 422


def test_another_clinic_gets_the_answer_of_what_is_not_there(log_in: LogIn) -> None:
    patient = people.patient(people.clinic(), email="ada@home.example")
    by = people.acting(people.staff(patient.clinic))
    message = actions.write(patient=patient, to=patient.email, subject="A", body="-", by=by, at=NOW)
    client = log_in(people.staff(people.clinic(), Role.FRONT_DESK))
    assert client.post(reverse("message-again", args=[message.public_id])).status_code == 404
