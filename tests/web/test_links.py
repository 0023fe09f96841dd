"""The door to a patient's own pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import links
from needlework.clinic.models import Clinic, Draft, Patient, PatientLink, Staff
from needlework.clinic.who import Role
from needlework.web import visit
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
RIGHT = {"born_on_day": "12", "born_on_month": "4", "born_on_year": "1988"}
WRONG = {**RIGHT, "born_on_year": "1989"}


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return people.patient(clinic)


@pytest.fixture
def token(clinic: Clinic, patient: Patient) -> str:
    nurse = people.acting(people.staff(clinic))
    return links.make_link(patient=patient, purpose="history", by=nurse, at=NOW)[1]


def test_the_door_asks_for_the_birth_date_and_names_nobody(
    client: Client, token: str, patient: Patient
) -> None:
    answer = client.get(reverse("patient-link", args=[token]))
    page = answer.content.decode()
    assert "When were you born?" in page
    assert patient.family_name not in page
    assert patient.clinic.phone in page
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_birth_date_opens_the_page_the_link_is_for(client: Client, token: str) -> None:
    answer = client.post(reverse("patient-link", args=[token]), RIGHT)
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("patient-history", args=[token])
    cookie = answer.cookies["needlework-link"]
    assert cookie["httponly"]
    assert cookie["path"] == reverse("patient-link", args=[token])


def test_a_month_may_be_written_as_a_word(client: Client, token: str) -> None:
    answer = client.post(reverse("patient-link", args=[token]), {**RIGHT, "born_on_month": "April"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Give day, month and year."),
        ({**RIGHT, "born_on_year": "88"}, "four digits"),
        ({**RIGHT, "born_on_day": "31"}, "no such day"),
        ({**RIGHT, "born_on_month": "x"}, "in digits"),
    ],
)
def test_a_date_that_is_none_costs_no_try(
    client: Client, token: str, typed: dict[str, str], said: str
) -> None:
    answer = client.post(reverse("patient-link", args=[token]), typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert PatientLink.objects.get().failures == 0


def test_three_wrong_birth_dates_close_the_door(client: Client, token: str) -> None:
    url = reverse("patient-link", args=[token])
    assert [client.post(url, WRONG).status_code for _ in range(3)] == [422, 422, 410]
    assert client.post(url, RIGHT).status_code == 410
    assert "no longer works" in client.get(url).content.decode()


def test_a_token_nobody_made_is_not_found(client: Client) -> None:
    assert client.get(reverse("patient-link", args=["made-up"])).status_code == 404


def test_the_cookie_of_one_link_opens_no_other(client: Client, token: str, clinic: Clinic) -> None:
    other = people.patient(clinic)
    nurse = people.acting(people.staff(clinic))
    _, foreign = links.make_link(patient=other, purpose="history", by=nurse, at=NOW)
    cookie = client.post(reverse("patient-link", args=[token]), RIGHT).cookies["needlework-link"].value
    thief = Client()
    thief.cookies["needlework-link"] = cookie
    answer = thief.get(reverse("patient-history", args=[foreign]))
    assert answer.headers["Location"] == reverse("patient-link", args=[foreign])


def test_a_patient_saves_a_draft_on_their_own_phone(client: Client, token: str, patient: Patient) -> None:
    url = reverse("patient-draft", args=[token, "history", patient.public_id])
    assert client.post(url, {"note": "x"}).status_code == 302
    client.post(reverse("patient-link", args=[token]), RIGHT)
    assert client.post(url, {"note": "x"}).status_code == 200
    assert Draft.objects.get().patient == patient


def test_a_link_that_ran_out_shuts_its_pages(
    client: Client, token: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(reverse("patient-link", args=[token]), RIGHT)
    monkeypatch.setattr(visit, "read_clock", lambda: NOW + timedelta(days=15))
    url = reverse("patient-draft", args=[token, "history", patient.public_id])
    assert client.post(url, {"note": "x"}).status_code == 302
    assert not Draft.objects.exists()


def test_staff_show_a_code_once(log_in: Callable[[Staff], Client], clinic: Clinic, patient: Patient) -> None:
    client = log_in(people.staff(clinic))
    answer = client.post(reverse("link-new", args=[patient.public_id]), {"purpose": "history"})
    page = answer.content.decode()
    assert 'class="qr"' in page
    link = PatientLink.objects.get()
    address = page.split('id="link-address" value="')[1].split('"')[0]
    opened = Client().post(address, RIGHT)
    assert opened.status_code == 302
    client.post(reverse("link-close", args=[patient.public_id, link.public_id]))
    assert Client().get(address).status_code == 410


def test_links_are_made_by_the_right_people(
    log_in: Callable[[Staff], Client], clinic: Clinic, patient: Patient
) -> None:
    url = reverse("link-new", args=[patient.public_id])
    assert log_in(people.staff(clinic, Role.AUDITOR)).post(url, {"purpose": "history"}).status_code == 403
    assert log_in(people.staff(people.clinic())).post(url, {"purpose": "history"}).status_code == 404
    assert log_in(people.staff(clinic)).post(url, {"purpose": "all"}).status_code == 422
    assert log_in(people.staff(clinic)).post(url, {"purpose": "history", "about": "x"}).status_code == 404
