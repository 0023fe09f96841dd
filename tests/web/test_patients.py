"""The list of patients, the search and the registration, through the browser's eyes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import patients
from needlework.clinic.models import AuditEvent, Clinic, Patient, Staff
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
FORM = {
    "given_name": "Ada",
    "family_name": "Lovelace",
    "born_on_day": "12",
    "born_on_month": "4",
    "born_on_year": "1988",
    "sex": "f",
    "phone": "020 7946 0018",
}


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def desk(clinic: Clinic, log_in: LogIn) -> Client:
    return log_in(people.staff(clinic, Role.FRONT_DESK))


def test_a_patient_is_registered(desk: Client) -> None:
    assert desk.get(reverse("patient-new")).status_code == 200
    answer = desk.post(reverse("patient-new"), FORM)
    patient = Patient.objects.get()
    assert answer.headers["Location"] == reverse("patient", args=[patient.public_id])
    assert patient.phone == "+442079460018"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"born_on_year": "2015"}, "adults only"),
        ({"born_on_year": "2030"}, "in the future"),
        ({"born_on_day": "31", "born_on_month": "2"}, "There is no such day"),
        ({"phone": "12"}, "is not a phone number"),
        ({"phone": "", "email": ""}, "we must reach people"),
        ({"given_name": "", "family_name": ""}, "Give the family name"),
        ({"sex": "q"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    desk: Client, wrong: dict[str, str], said: str
) -> None:
    answer = desk.post(reverse("patient-new"), {**FORM, "address": "7 <Mill> Lane", **wrong})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "7 &lt;Mill&gt; Lane" in page
    assert not Patient.objects.exists()


def test_a_duplicate_is_shown_with_its_record_and_a_reason_goes_on(desk: Client) -> None:
    desk.post(reverse("patient-new"), FORM)
    first = Patient.objects.get()
    again = {**FORM, "given_name": "Ida"}
    answer = desk.post(reverse("patient-new"), again)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert reverse("patient", args=[first.public_id]) in page
    assert "Register anyway" in page
    answer = desk.post(reverse("patient-new"), {**again, "not_duplicate_because": "her sister"})
    assert answer.status_code == 302
    assert Patient.objects.count() == 2


def test_details_are_changed(desk: Client, clinic: Clinic) -> None:
    patient = people.patient(clinic)
    url = reverse("patient-details", args=[patient.public_id])
    assert 'value="1988"' in desk.get(url).content.decode()
    assert desk.post(url, {**FORM, "family_name": "King"}).status_code == 302
    patient.refresh_from_db()
    assert patient.name == "Ada King"
    assert desk.post(url, {**FORM, "phone": ""}).status_code == 422


def test_a_record_is_taken_out_by_a_manager_with_a_reason(log_in: LogIn, clinic: Clinic) -> None:
    patient = people.patient(clinic)
    url = reverse("patient-void", args=[patient.public_id])
    assert log_in(people.staff(clinic, Role.FRONT_DESK)).get(url).status_code == 403
    client = log_in(people.staff(clinic, Role.MANAGER))
    assert client.get(url).status_code == 200
    assert client.post(url, {"because": ""}).status_code == 422
    assert client.post(url, {"because": "registered twice"}).status_code == 302
    assert client.get(reverse("patient-details", args=[patient.public_id])).status_code == 404


def test_the_search_answers_the_list_alone_to_htmx(desk: Client) -> None:
    desk.post(reverse("patient-new"), FORM)
    part = desk.get(reverse("patients"), {"q": "love"}, headers={"HX-Request": "true"}).content.decode()
    assert "Ada Lovelace" in part
    assert "<html" not in part
    whole = desk.get(reverse("patients"), {"q": "love"}).content.decode()
    assert "Ada Lovelace" in whole
    assert "<html" in whole


def test_a_search_leaves_one_line_with_its_words_and_its_count(desk: Client) -> None:
    desk.post(reverse("patient-new"), FORM)
    desk.get(reverse("patients"), {"q": "love"})
    line = AuditEvent.objects.get(event="patients-searched")
    assert line.detail == {"query": "love", "order": "name", "count": 1}
    assert line.patient is None


def test_the_list_is_paged_and_quick(
    desk: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        people.patient(clinic, sort_name=f"example{n:03}")
    desk.get(reverse("patients"))
    with django_assert_max_num_queries(10):
        first = desk.get(reverse("patients")).content.decode()
    assert first.count('class="whole"') == 50
    after = first.split('class="button" href="')[-1].split('"')[0].replace("&amp;", "&")
    assert desk.get(after).content.decode().count('class="whole"') == 10
    assert desk.get(reverse("patients"), {"order": "newest"}).status_code == 200
    assert desk.get(reverse("patients"), {"after": "nonsense"}).status_code == 422


def test_empty_lists_say_what_to_do(desk: Client) -> None:
    assert "Register the first patient" in desk.get(reverse("patients")).content.decode()
    assert "Nobody found" in desk.get(reverse("patients"), {"q": "<script>"}).content.decode()


def test_patients_of_other_clinics_are_not_found(desk: Client) -> None:
    foreign = people.patient(people.clinic())
    for name in ("patient-details", "patient-void"):
        assert desk.get(reverse(name, args=[foreign.public_id])).status_code in {403, 404}
    assert foreign.family_name not in desk.get(reverse("patients")).content.decode()


def test_the_auditor_registers_nobody(log_in: LogIn, clinic: Clinic) -> None:
    assert log_in(people.staff(clinic, Role.AUDITOR)).get(reverse("patient-new")).status_code == 403


def test_hostile_words_are_shown_as_text(desk: Client, clinic: Clinic, shared: Path) -> None:
    folder = shared / "testdata" / "security"
    strings = (folder / "xss_first200.txt").read_text(encoding="utf-8").splitlines()
    strings += json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    by = people.acting(people.staff(clinic))
    names = []
    for n, text in enumerate(text for text in strings if text.strip() and "<" in text and len(text) < 200):
        if n >= 45:
            break
        patient = patients.register(
            given_name="Test",
            family_name=text,
            born_on=(NOW - timedelta(days=9000 + 40 * n)).date(),
            phone=f"020 7946 0{n:03}",
            not_duplicate_because="test",
            by=by,
            at=NOW,
        )
        names.append(patient.name)
    page = desk.get(reverse("patients"), {"q": "test"}).content.decode()
    assert len(names) == 45
    for name in names:
        assert escape(name) in page, name
        assert name not in page.replace(escape(name), "")
