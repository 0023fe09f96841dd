"""The pages of the health history: for staff, and one question at a time on the patient's phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import drafts, links, screenings
from needlework.clinic.models import AuditEvent, Draft, Finding, History, Patient
from needlework.clinic.queries import screenings as queries
from needlework.clinic.who import Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic())


def _answered(patient: Patient, **changed: dict[str, object]) -> History:
    return screenings.answer(
        patient=patient,
        answers=care.answers(**changed),
        answered_on="own-phone",
        by=people.as_patient(patient),
        at=NOW - timedelta(days=3),
    )


def _phone(client: Client, patient: Patient) -> str:
    """The address of the questions, once the patient gave the birth date."""
    by = people.acting(people.staff(patient.clinic))
    _link, token = links.make_link(patient=patient, purpose="history", by=by, at=NOW)
    born = {"born_on_day": "12", "born_on_month": "4", "born_on_year": "1988"}
    assert client.post(reverse("patient-link", args=[token]), born).status_code == 302
    return reverse("patient-history", args=[token])


# --- staff: the page -----------------------------------------------------------------------------------
def test_the_page_says_what_stops_and_what_would_change_it(
    log_in: LogIn, patient: Patient, django_assert_max_num_queries: Callable[..., object]
) -> None:
    _answered(
        patient,
        isotretinoin={"answer": "yes", "date": "2026-10-01"},
        pregnancy={"answer": "unknown"},
        allergy_parabens={"answer": "yes"},
    )
    client = log_in(people.staff(patient.clinic))
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        page = client.get(reverse("history", args=[patient.public_id]))
    words = page.content.decode()
    assert "until 30 Mar 2027" in words
    assert "Still to be answered by the patient" in words
    assert "Still to be examined" in words
    assert "About numbing cream" in words
    assert "Allergies: parabens" in words
    line = AuditEvent.objects.get(event="record-opened")
    assert (line.patient, line.detail) == (patient.public_id, {"page": "history"})


def test_without_a_history_the_page_says_what_to_do(log_in: LogIn, patient: Patient) -> None:
    page = log_in(people.staff(patient.clinic)).get(reverse("history", args=[patient.public_id]))
    assert "Nobody has asked yet" in page.content.decode()


@pytest.mark.parametrize("name", ["history", "history-new"])
def test_another_clinic_gets_404_and_the_front_desk_403(log_in: LogIn, patient: Patient, name: str) -> None:
    _answered(patient)
    address = reverse(name, args=[patient.public_id])
    assert log_in(people.staff(people.clinic())).get(address).status_code == 404
    assert log_in(people.staff(patient.clinic, Role.FRONT_DESK)).get(address).status_code == 403


# --- staff: asking -------------------------------------------------------------------------------------
def _sent(**changed: object) -> dict[str, object]:
    fields: dict[str, object] = {
        code: given.get("answer") or given.get("choice") for code, given in care.CLEAR.items()
    }
    return {**fields, **{code.replace("_", "-"): value for code, value in changed.items()}}


def test_staff_ask_and_the_answers_are_kept(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic, Role.ASSISTANT))
    address = reverse("history-new", args=[patient.public_id])
    assert client.get(address).status_code == 200
    answer = client.post(address, _sent(diabetes="yes", **{"diabetes-uncontrolled": "no"}))
    assert answer.status_code == 302
    history = queries.latest(patient)
    assert history is not None
    assert history.answers["diabetes-uncontrolled"] == {"answer": "no"}
    assert history.answered_on == "clinic"


def test_what_is_left_out_stays_open(log_in: LogIn, patient: Patient) -> None:
    sent = _sent()
    del sent["keloid"]
    client = log_in(people.staff(patient.clinic))
    client.post(reverse("history-new", args=[patient.public_id]), sent)
    history = queries.latest(patient)
    assert history is not None
    assert "keloid" not in history.answers


def test_without_script_a_yes_asks_for_what_belongs_to_it(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic))
    address = reverse("history-new", args=[patient.public_id])
    refused = client.post(address, _sent(isotretinoin="yes"))
    assert refused.status_code == 422
    words = refused.content.decode()
    assert 'name="isotretinoin-date_day"' in words
    assert "isotretinoin-now" in words
    assert not History.objects.exists()


@pytest.mark.parametrize(
    ("day", "sentence"), [(("31", "2", "2026"), "There is no such day"), (("25", "11", "2026"), "is after")]
)
def test_an_impossible_date_is_refused_at_its_question_and_all_else_is_kept(
    log_in: LogIn, patient: Patient, day: tuple[str, str, str], sentence: str
) -> None:
    client = log_in(people.staff(patient.clinic))
    sent = _sent(isotretinoin="yes", keloid="unknown") | {
        "isotretinoin-asked": "1",
        "isotretinoin-date_day": day[0],
        "isotretinoin-date_month": day[1],
        "isotretinoin-date_year": day[2],
    }
    refused = client.post(reverse("history-new", args=[patient.public_id]), sent)
    assert refused.status_code == 422
    form = refused.context["form"]
    assert sentence in str(form.errors["isotretinoin-date"])
    assert form["keloid"].value() == "unknown"
    assert not History.objects.exists()


def test_a_draft_brings_back_what_was_typed(log_in: LogIn, patient: Patient) -> None:
    person = people.staff(patient.clinic)
    fields = {"isotretinoin": ["yes"], "isotretinoin-date_day": ["7"], "isotretinoin-date_month": ["10"]}
    drafts.save(
        form="history", subject=patient.public_id, fields=fields, revision=0, by=people.acting(person), at=NOW
    )
    client = log_in(person)
    page = client.get(reverse("history-new", args=[patient.public_id]))
    assert page.context["form"]["isotretinoin-date"].value()[0] == "7"
    client.post(reverse("history-new", args=[patient.public_id]), _sent())
    assert not Draft.objects.exists()


def test_the_part_after_a_yes_comes_alone(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic))
    address = reverse("history-more", args=[patient.public_id, "diabetes"])
    assert "diabetes-uncontrolled" in client.get(address, {"diabetes": "yes"}).content.decode()
    assert "diabetes-uncontrolled" not in client.get(address, {"diabetes": "no"}).content.decode()
    assert client.get(reverse("history-more", args=[patient.public_id, "nothing"])).status_code == 404


# --- staff: overriding ---------------------------------------------------------------------------------
def test_a_prescriber_overrides_on_the_page(log_in: LogIn, patient: Patient) -> None:
    history = _answered(patient, infection_now={"answer": "yes"})
    row = Finding.objects.get(history=history, rule="infection-now")
    client = log_in(people.staff(patient.clinic))
    address = reverse("finding-override", args=[row.public_id])
    assert address in client.get(reverse("history", args=[patient.public_id])).content.decode()
    assert client.get(address).status_code == 200
    refused = client.post(address, {"because": "ok"})
    assert refused.status_code == 422
    assert "Write down why" in refused.content.decode()
    assert client.post(address, {"because": "A cold, without fever."}).status_code == 302
    assert "Overridden" in client.get(reverse("history", args=[patient.public_id])).content.decode()
    assert log_in(people.staff(people.clinic())).get(address).status_code == 404


# --- the patient's phone -------------------------------------------------------------------------------
def test_a_patient_answers_one_question_after_the_other_and_sends_them(
    client: Client, patient: Patient
) -> None:
    address = _phone(client, patient)
    here, seen = address, []
    while True:
        page = client.get(here, follow=True)
        if "screen" not in page.context:
            break
        key = page.context["screen"].key
        seen.append(key)
        value: dict[str, object] = {key: "2" if key == "skin-type" else "no"}
        if key == "isotretinoin":
            value = {key: "yes"}
        elif key == "isotretinoin-date":
            value = {f"{key}_day": "1", f"{key}_month": "October", f"{key}_year": "2026"}
        elif key == "keloid":
            value = {"skip": "1"}
        answer = client.post(f"{address}?q={key}", value)
        assert answer.status_code == 302
        here = answer["Location"]
    assert seen[3:6] == ["isotretinoin", "isotretinoin-date", "isotretinoin-now"]
    assert parse_qs(urlsplit(here).query) == {"q": ["review"]}
    assert "1 still open" in page.content.decode()
    assert not History.objects.exists()
    assert client.post(f"{address}?q=review").status_code == 302
    history = queries.latest(patient)
    assert history is not None
    assert history.answers["isotretinoin"] == {"answer": "yes", "date": "2026-10-01"}
    assert "keloid" not in history.answers
    assert (history.answered_on, history.answered_by) == ("own-phone", patient.name)
    thanks = client.get(address).content.decode()
    assert "The clinic has your answers" in thanks
    assert "Possible from 30 Mar 2027" in thanks
    assert not Draft.objects.exists()


def test_answers_come_back_after_the_browser_was_closed(client: Client, patient: Patient) -> None:
    address = _phone(client, patient)
    client.post(f"{address}?q=pregnancy", {"pregnancy": "no"})
    other = Client()
    page = other.get(_phone(other, patient))
    assert page.context["screen"].key == "breastfeeding"
    assert page.context["progress"]["at"] == 2


def test_no_answer_and_an_impossible_one_are_said_at_the_question(client: Client, patient: Patient) -> None:
    address = _phone(client, patient)
    refused = client.post(f"{address}?q=pregnancy", {})
    assert refused.status_code == 422
    assert "Choose an answer, or skip the question." in refused.content.decode()
    client.post(f"{address}?q=isotretinoin", {"isotretinoin": "yes"})
    date = {
        f"isotretinoin-date_{part}": value
        for part, value in zip(("day", "month", "year"), ("1", "1", "2027"), strict=True)
    }
    refused = client.post(f"{address}?q=isotretinoin-date", date)
    assert refused.status_code == 422
    words = refused.content.decode()
    assert "is after 2026-11-24" in words
    assert 'value="2027"' in words


def test_without_the_birth_date_nobody_comes_in(client: Client, patient: Patient) -> None:
    by = people.acting(people.staff(patient.clinic))
    _link, token = links.make_link(patient=patient, purpose="history", by=by, at=NOW)
    answer = client.get(reverse("patient-history", args=[token]))
    assert answer["Location"] == reverse("patient-link", args=[token])
    assert client.get(reverse("patient-history", args=[str(uuid4())])).status_code == 302
