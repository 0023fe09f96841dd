"""What is to be sent is sent once, tried again for hours, and never forgotten in silence."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from needlework.clinic import errors
from needlework.clinic.actions import messages as actions
from needlework.clinic.models import AuditEvent, Message, Patient
from needlework.clinic.queries import messages, summaries
from needlework.clinic.rules.messages import MOST_TRIES, WAITS
from needlework.clinic.who import Actor, Role
from tests.factories import people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic(email="desk@clinic.example"), email="ada@home.example")


@pytest.fixture
def desk(patient: Patient) -> Actor:
    return people.acting(people.staff(patient.clinic, Role.FRONT_DESK))


def write(patient: Patient, by: Actor, **facts: Any) -> Message:
    told = {"to": patient.email, "subject": "Your check-in", "body": "How are you?", **facts}
    return actions.write(patient=patient, by=by, at=NOW, **told)


def refuse(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> list[str]:
    asked: list[str] = []

    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        asked.append(self.to[0])
        raise failure

    monkeypatch.setattr(EmailMessage, "send", send)
    return asked


def test_what_waits_is_sent_once(patient: Patient, desk: Actor) -> None:
    message = write(patient, desk)
    assert [actions.send_waiting(at=NOW), actions.send_waiting(at=NOW)] == [1, 0]
    assert [(sent.to, sent.reply_to) for sent in mail.outbox] == [
        (["ada@home.example"], ["desk@clinic.example"])
    ]
    message.refresh_from_db()
    assert (message.sent_at, message.tries) == (NOW, 1)


def test_a_failure_is_tried_again_later_each_time_and_shown_when_it_is_given_up(
    patient: Patient, desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write(patient, desk)
    asked = refuse(monkeypatch, ConnectionRefusedError("nobody answers"))
    at = NOW
    for wait in WAITS:
        actions.send_waiting(at=at)
        tried = len(asked)
        actions.send_waiting(at=at + wait - timedelta(seconds=1))
        assert len(asked) == tried
        assert messages.given_up(desk) == []
        at += wait
    actions.send_waiting(at=at)
    actions.send_waiting(at=at + timedelta(days=30))
    assert len(asked) == MOST_TRIES
    assert at - NOW > timedelta(hours=16)
    [row] = messages.given_up(desk)
    assert (row, row.last_error) == (message, "nobody answers")
    assert summaries.alerts(desk).unsent == 1


def test_a_message_that_was_given_up_is_sent_when_somebody_says_so(patient: Patient, desk: Actor) -> None:
    message = write(patient, desk)
    with pytest.raises(errors.MessageNotGivenUp):
        actions.try_again(message=message, by=desk, at=NOW)
    Message.objects.update(tries=MOST_TRIES, tried_at=NOW, last_error="nobody answers")
    actions.try_again(message=message, by=desk, at=NOW)
    assert AuditEvent.objects.filter(event="message-tried-again", about_id=message.public_id).count() == 1
    assert actions.send_waiting(at=NOW) == 1
    assert summaries.alerts(desk).unsent == 0
    with pytest.raises(errors.MessageNotGivenUp):
        actions.try_again(message=message, by=desk, at=NOW)


def test_one_address_that_is_refused_holds_up_nobody_and_a_dead_server_is_asked_once(
    patient: Patient, desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for to in ("a@home.example", "b@home.example"):
        write(patient, desk, to=to)
    asked = refuse(monkeypatch, smtplib.SMTPRecipientsRefused({}))
    actions.send_waiting(at=NOW)
    assert asked == ["a@home.example", "b@home.example"]
    asked = refuse(monkeypatch, TimeoutError("timed out"))
    actions.send_waiting(at=NOW + WAITS[0])
    assert asked == ["a@home.example"]


def test_another_clinic_and_an_auditor_see_and_send_nothing(patient: Patient, desk: Actor) -> None:
    message = write(patient, desk)
    Message.objects.update(tries=MOST_TRIES, tried_at=NOW, last_error="nobody answers")
    stranger = people.acting(people.staff(people.clinic(), Role.FRONT_DESK))
    assert messages.given_up(stranger) == []
    assert summaries.alerts(stranger).unsent == 0
    with pytest.raises(errors.NotFound):
        messages.find(stranger, message.public_id)
    with pytest.raises(errors.NotFound):
        actions.try_again(message=message, by=stranger, at=NOW)
    auditor = people.acting(people.staff(patient.clinic, Role.AUDITOR))
    with pytest.raises(errors.NotAllowed):
        messages.given_up(auditor)
    with pytest.raises(errors.NotAllowed):
        actions.try_again(message=message, by=auditor, at=NOW)
