"""Consent on the page: read, signed, waited out, confirmed, withdrawn, printed; and the texts themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import consents, drafts, links
from needlework.clinic.models import (
    AuditEvent,
    Consent,
    ConsentText,
    DayConsent,
    Plan,
    Withdrawal,
)
from needlework.clinic.who import Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]
EXPECTATION = {
    "atrophic-acne-scars": {
        "sentence": "About one grade.",
        "grade_in_words": "Low certainty.",
        "when": "Later.",
    }
}


@pytest.fixture
def plan() -> Plan:
    patient = people.patient(people.clinic())
    care.consent_text(patient.clinic, body="## Risks\n\nRedness.\n\nDark marks.")
    return care.plan(patient, expectation=EXPECTATION)


def _mark(page: object) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page.content.decode())  # type: ignore[attr-defined]
    assert found is not None
    return found[1]


def _sent(page: object, **changed: object) -> dict[str, object]:
    return {
        "shown": _mark(page),
        "understood": ["read", "free"],
        "signed_by": "Ada Example",
        "signature": "",
        **changed,
    }


def _phone(client: Client, plan: Plan, purpose: str = "consent", about: object = None) -> str:
    by = people.acting(people.staff(plan.clinic))
    _link, token = links.make_link(
        patient=plan.course.patient,
        purpose=purpose,
        about=about,  # type: ignore[arg-type]
        by=by,
        at=NOW,
    )
    born = {"born_on_day": "12", "born_on_month": "4", "born_on_year": "1988"}
    assert client.post(reverse("patient-link", args=[token]), born).status_code == 302
    return token


# --- signing in the clinic -----------------------------------------------------------------------------
def test_the_patient_reads_and_signs_on_the_clinics_device(
    log_in: LogIn, plan: Plan, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = log_in(people.staff(plan.clinic, Role.ASSISTANT))
    address = reverse("consent", args=[plan.public_id])
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        page = client.get(address)
    words = page.content.decode()
    for said in (
        "About one grade.",
        "Low certainty.",
        "<h3>Risks</h3>",
        "Dark marks.",
        "I want this myself.",
    ):
        assert said in words
    assert plan.course.consultation.practitioner.name in words
    assert AuditEvent.objects.get(event="consent-shown").detail["plan"] == 1
    assert client.post(address, _sent(page)).status_code == 302
    consent = Consent.objects.get()
    assert (consent.signed_on, consent.signed_by, consent.shown_at) == ("clinic", "Ada Example", NOW)
    after = client.get(address).content.decode()
    assert "Reflecting until Thu 26 Nov, 10:00" in after
    assert 'name="understood"' not in after


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"understood": ["read"]}, "Tick every statement you agree with"),
        ({"signed_by": ""}, "Sign in the box, or type your full name."),
        ({"shown": "forged"}, "The page has changed since it was opened."),
        ({"signature": "<svg>"}, "The drawn signature cannot be read."),
    ],
)
def test_a_refused_signature_says_why_and_keeps_the_ticks(
    log_in: LogIn, plan: Plan, changed: dict[str, object], sentence: str
) -> None:
    client = log_in(people.staff(plan.clinic))
    address = reverse("consent", args=[plan.public_id])
    refused = client.post(address, _sent(client.get(address), **changed))
    assert refused.status_code == 422
    words = refused.content.decode()
    assert sentence in words
    assert re.search(r'value="read"[^>]*checked', words)
    assert not Consent.objects.exists()


def test_a_drawn_signature_needs_no_typed_name(log_in: LogIn, plan: Plan) -> None:
    client = log_in(people.staff(plan.clinic))
    address = reverse("consent", args=[plan.public_id])
    client.post(address, _sent(client.get(address), signed_by="", signature="M1 1L20 20"))
    assert Consent.objects.get().signed_by == plan.course.patient.name


def test_a_text_published_while_reading_is_shown_before_anything_is_signed(log_in: LogIn, plan: Plan) -> None:
    client = log_in(people.staff(plan.clinic))
    address = reverse("consent", args=[plan.public_id])
    sent = _sent(client.get(address))
    care.consent_text(plan.clinic, body="New words.", published_at=NOW - timedelta(seconds=1))
    refused = client.post(address, sent)
    assert refused.status_code == 422
    words = refused.content.decode()
    assert "Read it once more, then sign." in words
    assert "New words." in words
    assert client.post(address, {**sent, "shown": _mark(refused)}).status_code == 302


def test_an_older_version_of_the_plan_cannot_be_signed(log_in: LogIn, plan: Plan) -> None:
    care.plan(plan.course, version=2, expectation=EXPECTATION)
    page = log_in(people.staff(plan.clinic)).get(reverse("consent", args=[plan.public_id])).content.decode()
    assert "A newer version of the plan has replaced this one" in page
    assert 'name="understood"' not in page


def test_a_clinic_without_a_text_is_told_who_publishes_one(log_in: LogIn) -> None:
    plan = care.plan(people.patient(people.clinic()))
    page = log_in(people.staff(plan.clinic)).get(reverse("consent", args=[plan.public_id]))
    assert "The clinic has no consent text yet" in page.content.decode()


def test_ticks_come_back_from_the_draft(log_in: LogIn, plan: Plan) -> None:
    person = people.staff(plan.clinic)
    drafts.save(
        form="consent",
        subject=plan.public_id,
        fields={"understood": ["free"], "signed_by": ["Ad"]},
        revision=0,
        by=people.acting(person),
        at=NOW,
    )
    page = log_in(person).get(reverse("consent", args=[plan.public_id])).content.decode()
    assert re.search(r'value="free"[^>]*checked', page)
    assert 'value="Ad"' in page


# --- withdrawing and printing in the clinic ------------------------------------------------------------
def test_staff_record_a_withdrawal(log_in: LogIn, plan: Plan) -> None:
    consent = care.consent(plan)
    client = log_in(people.staff(plan.clinic))
    page = client.get(reverse("consent", args=[plan.public_id])).content.decode()
    assert "In force" in page
    address = reverse("consent-withdraw", args=[consent.public_id])
    assert address in page
    client.post(address, {"because": "By telephone."})
    assert Withdrawal.objects.get().because == "By telephone."
    assert (
        "Withdrawn Tue 24 Nov, 10:00"
        in client.get(reverse("consent", args=[plan.public_id])).content.decode()
    )
    again = client.post(address, {}, follow=True).content.decode()
    assert "already withdrawn" in again


def test_the_signed_consent_prints_with_text_plan_and_signature(log_in: LogIn, plan: Plan) -> None:
    consent = care.consent(plan, signature="M1 1L9 9")
    treats = people.staff(plan.clinic)
    care.confirmed(care.treatment(plan, treats), consent, by=treats)
    care.consent_text(plan.clinic, body="Other words.", published_at=NOW)
    page = log_in(treats).get(reverse("consent-print", args=[consent.public_id])).content.decode()
    for said in ("Dark marks.", "M1 1L9 9", consent.text_sha256, f"countersigned by {treats.name}"):
        assert said in page
    assert "Other words." not in page


def test_who_may_not_see_a_consent_does_not(log_in: LogIn, plan: Plan) -> None:
    consent = care.consent(plan)
    pages = [reverse("consent", args=[plan.public_id]), reverse("consent-print", args=[consent.public_id])]
    stranger = log_in(people.staff(people.clinic()))
    assert [stranger.get(page).status_code for page in pages] == [404, 404]
    desk = log_in(people.staff(plan.clinic, Role.FRONT_DESK))
    assert [desk.get(page).status_code for page in pages] == [403, 403]
    assert desk.post(reverse("consent-withdraw", args=[consent.public_id])).status_code == 403


# --- on the patient's own phone ------------------------------------------------------------------------
def test_the_patient_signs_waits_and_changes_the_mind_on_the_own_phone(client: Client, plan: Plan) -> None:
    token = _phone(client, plan, about=plan.public_id)
    address = reverse("patient-consent", args=[token])
    page = client.get(address)
    assert "Please read this in peace" in page.content.decode()
    assert client.post(address, _sent(page, understood=[])).status_code == 422
    assert client.post(address, _sent(page)).status_code == 302
    assert Consent.objects.get().signed_on == "own-phone"
    assert "Time to think until Thu 26 Nov, 10:00" in client.get(address).content.decode()
    ask = reverse("patient-consent-withdraw", args=[token])
    assert "Withdraw your consent?" in client.get(ask).content.decode()
    assert not Withdrawal.objects.exists()
    client.post(ask, {})
    assert Withdrawal.objects.get().withdrawn_by == plan.course.patient.name
    after = client.get(address).content.decode()
    assert "Your consent is withdrawn" in after
    assert 'name="understood"' not in after
    assert 'name="understood"' in client.get(f"{address}?sign=1").content.decode()


def test_a_link_without_a_plan_leads_to_the_current_one(client: Client, plan: Plan) -> None:
    newer = care.plan(plan.course, version=2, expectation=EXPECTATION)
    token = _phone(client, plan)
    address = reverse("patient-consent", args=[token])
    client.post(address, _sent(client.get(address)))
    assert Consent.objects.get().plan == newer


def test_the_patient_confirms_on_the_own_phone_on_the_day(client: Client, plan: Plan) -> None:
    care.consent(plan)
    treatment = care.treatment(plan)
    token = _phone(client, plan, "reconfirm", treatment.public_id)
    address = reverse("patient-reconfirm", args=[token])
    assert "Do you still want this today?" in client.get(address).content.decode()
    assert client.post(address, {"signed_by": "", "signature": ""}).status_code == 422
    assert client.post(address, {"signed_by": "Ada Example", "signature": ""}).status_code == 302
    assert DayConsent.objects.get().confirmed_on == "own-phone"
    assert "You have confirmed" in client.get(address).content.decode()


def test_the_phone_says_why_today_is_not_possible(client: Client, plan: Plan) -> None:
    care.consent(plan, signed_at=NOW - timedelta(hours=10))
    token = _phone(client, plan, "reconfirm", care.treatment(plan).public_id)
    page = client.get(reverse("patient-reconfirm", args=[token])).content.decode()
    assert "The reflection period runs until Thu 26 Nov 2026, 00:00." in page
    assert 'name="signed_by"' not in page


def test_a_link_shows_nobody_elses_plan(client: Client, plan: Plan) -> None:
    other = care.plan(people.patient(plan.clinic))
    for purpose, name, about in (
        ("consent", "patient-consent", other.public_id),
        ("reconfirm", "patient-reconfirm", care.treatment(other).public_id),
        ("reconfirm", "patient-reconfirm", None),
    ):
        token = _phone(client, plan, purpose, about)
        assert client.get(reverse(name, args=[token])).status_code == 404


# --- texts ---------------------------------------------------------------------------------------------
def test_the_medical_lead_publishes_a_text_and_is_told_who_signs_again(log_in: LogIn, plan: Plan) -> None:
    care.consent(plan)
    client = log_in(people.staff(plan.clinic, Role.MEDICAL_LEAD))
    address = reverse("consent-texts")
    page = client.get(address)
    assert "1 consent would have to be signed again" in page.content.decode()
    sent = {"version": "2", "title": "Consent", "body": "New.", "statements": "read: I have read it."}
    refused = client.post(address, {**sent, "statements": "I have read it."})
    assert refused.status_code == 422
    assert "is not a code, a colon and a sentence" in refused.content.decode()
    assert client.post(address, sent).status_code == 302
    text = ConsentText.objects.order_by("-published_at", "-pk").first()
    assert text is not None
    assert (text.version, text.statements) == ("2", [["read", "I have read it."]])
    assert client.post(address, {**sent, "body": "Newer."}).status_code == 422


def test_a_new_clinic_is_offered_the_shipped_text(log_in: LogIn) -> None:
    lead = people.staff(people.clinic(), Role.MEDICAL_LEAD)
    form = log_in(lead).get(reverse("consent-texts")).context["form"]
    assert form["version"].value() == consents.default_wording().version
    assert "nobody can promise me a result" in form["statements"].value()


def test_others_read_the_texts_and_publish_none(log_in: LogIn, plan: Plan) -> None:
    client = log_in(people.staff(plan.clinic, Role.MANAGER))
    assert 'name="body"' not in client.get(reverse("consent-texts")).content.decode()
    assert client.post(reverse("consent-texts"), {"version": "9"}).status_code == 403
    assistant = log_in(people.staff(plan.clinic, Role.ASSISTANT))
    assert assistant.get(reverse("consent-texts")).status_code == 403
