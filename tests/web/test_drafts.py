"""Where forms save themselves."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import Draft, Staff
from tests.factories import people

pytestmark = pytest.mark.django_db
URL = reverse("draft", args=["history", uuid4()])


def test_a_draft_is_saved_and_its_revision_answered(log_in: Callable[[Staff], Client]) -> None:
    client = log_in(people.staff(people.clinic()))
    answer = client.post(URL, {"note": "hello", "revision": "0"})
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert answer.json()["saved"] == "10:00"
    assert Draft.objects.get().fields == {"note": ["hello"]}


def test_a_signature_and_a_secret_are_never_kept(log_in: Callable[[Staff], Client]) -> None:
    client = log_in(people.staff(people.clinic()))
    client.post(URL, {"note": "hello", "signature": "M1 1L2 2", "secret": "481516", "revision": "0"})
    assert Draft.objects.get().fields == {"note": ["hello"]}


def test_a_clash_is_said_in_a_sentence(log_in: Callable[[Staff], Client]) -> None:
    client = log_in(people.staff(people.clinic()))
    for revision in ("0", "1", "2"):
        client.post(URL, {"note": revision, "revision": revision})
    answer = client.post(URL, {"note": "old", "revision": "1"})
    assert answer.status_code == 409
    assert "another window" in answer.json()["sentence"]


def test_who_is_not_logged_in_saves_nothing(client: Client) -> None:
    assert client.post(URL, {"note": "x"}).status_code == 302
    assert not Draft.objects.exists()


def test_a_locked_screen_saves_nothing(log_in: Callable[[Staff], Client]) -> None:
    client = log_in(people.staff(people.clinic()))
    client.post(reverse("lock"))
    assert client.post(URL, {"note": "x"}).status_code == 302
    assert not Draft.objects.exists()
