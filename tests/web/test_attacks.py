"""What somebody tries who wants to see, change or break more than they may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from needlework.clinic.actions import links, treatments
from needlework.clinic.errors import BadInput, NotAllowed
from needlework.clinic.models import AuditEvent, Clinic, Draft, Patient, Site, Staff
from needlework.clinic.queries import links as link_queries
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import care, people, room
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
BORN = {"born_on_day": "12", "born_on_month": "4", "born_on_year": "1988"}
PASSWORD = "a rather long password"


@pytest.fixture
def it() -> Room:
    return room.ready()


def lines(patient: Patient) -> int:
    return AuditEvent.objects.filter(event="record-opened", patient=patient.public_id).count()


# --- reading without a trace --------------------------------------------------------------------------
def addresses(it: Room) -> dict[str, str]:
    course, treatment, plan = it.plan.course, it.treatment, it.plan
    held = course.consultation
    return {
        "details": reverse("patient-details", args=[it.patient.public_id]),
        "booking": f"{reverse('appointment-new')}?patient={it.patient.public_id}",
        "history": reverse("history-new", args=[it.patient.public_id]),
        "consultation": reverse("consultation-new", args=[it.patient.public_id]),
        "photographs": reverse("consultation-photographs", args=[held.public_id]),
        "plan": reverse("plan-new", args=[course.public_id]),
        "course": reverse("course-close", args=[course.public_id]),
        "consent": reverse("consent", args=[plan.public_id]),
        "check": reverse("treatment-step", args=[treatment.public_id, "check"]) + "?do=reask",
        "stop": reverse("treatment-stop", args=[treatment.public_id]),
        "late": reverse("treatment-late", args=[course.public_id]),
        "incident": f"{reverse('incident-new')}?patient={it.patient.public_id}",
        "void": reverse("patient-void", args=[it.patient.public_id]),
    }


@pytest.mark.parametrize(
    "page",
    [
        "details",
        "booking",
        "history",
        "consultation",
        "photographs",
        "plan",
        "course",
        "consent",
        "check",
        "stop",
        "late",
        "incident",
        "void",
    ],
)
def test_a_broken_form_sent_to_read_a_record_leaves_a_line(log_in: LogIn, it: Room, page: str) -> None:
    lead = people.staff(it.clinic, Role.MEDICAL_LEAD)
    sent = {"do": "reask"} if page == "check" else {"pregnancy": "nonsense"}
    answer = log_in(lead).post(addresses(it)[page], sent)
    assert answer.status_code in {200, 422}
    assert it.patient.family_name in answer.content.decode()
    assert lines(it.patient) == 1


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_page_answers_to_no_other_verb(log_in: LogIn, it: Room, method: str) -> None:
    client = log_in(it.staff)
    answer = getattr(client, method)(reverse("history-new", args=[it.patient.public_id]))
    assert answer.status_code == 405
    assert it.patient.family_name not in answer.content.decode()


# --- a stolen tablet ----------------------------------------------------------------------------------
def test_a_locked_screen_shuts_the_pages_of_password_and_second_factor(
    client: Client, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    nurse = people.staff(people.clinic(), password=make_password(PASSWORD))
    client.post(reverse("account_login"), {"login": nurse.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    client.post(reverse("lock"))
    for name in (
        "account_change_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
    ):
        for answer in (client.get(reverse(name)), client.post(reverse(name), {})):
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/lock/?next="), name
    assert client.post(reverse("account_logout")).headers["Location"] == reverse("account_login")


def test_no_page_about_anybody_is_kept_by_the_browser(log_in: LogIn, it: Room) -> None:
    client = log_in(people.staff(it.clinic, Role.FRONT_DESK))
    for address in (
        reverse("patient", args=[it.patient.public_id]),
        reverse("history", args=[it.patient.public_id]),  # refused
        reverse("lock"),
        reverse("resume"),
    ):
        assert client.get(address).headers["Cache-Control"] == "no-store", address


def test_what_a_page_says_once_is_not_left_in_a_cookie(log_in: LogIn, it: Room) -> None:
    client = log_in(it.staff)
    facts = {"given_name": "Ada", "family_name": "Byron", "sex": "f", "email": "ada@example.org", **BORN}
    answer = client.post(reverse("patient-new"), facts)
    assert answer.status_code == 302
    assert "messages" not in answer.cookies
    assert "Ada Byron is registered" in client.get(answer.headers["Location"]).content.decode()


# --- text that no database should meet ----------------------------------------------------------------
def test_the_character_zero_breaks_no_page(log_in: LogIn, it: Room) -> None:
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    assert client.get(reverse("patients"), {"q": "Ada\0"}).status_code == 200
    assert client.get(reverse("patients"), {"after": "\0"}).status_code == 422
    assert client.get("/stock/lots/dermaroller-mf-8/A\0B/").status_code == 404
    draft = reverse("draft", args=["history", it.patient.public_id])
    assert client.post(draft, {"note": "a\0b", "x\0": "y"}).status_code == 200
    assert Draft.objects.get().fields == {"note": ["a\ufffdb"], "x\ufffd": ["y"]}
    proof = it.staff.credentials.first()
    assert proof is not None
    void = reverse("settings-credential-void", args=[it.staff.public_id, proof.public_id])
    assert client.post(void, {"because": "a\0b"}).status_code == 302
    proof.refresh_from_db()
    assert proof.voided_because == "a\ufffdb"


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_time_break_no_list(log_in: LogIn, it: Room, day: str, zone: str) -> None:
    Clinic.objects.filter(pk=it.clinic.pk).update(time_zone=zone)
    Site.objects.filter(clinic=it.clinic).update(time_zone=zone)
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    for name, asked in (
        ("trail", {"since": day, "until": day}),
        ("incidents", {"before": f"{day}T00:00:00"}),
        ("incidents", {"before": f"{day}T23:59:59+14:00"}),
        ("incidents", {"before": f"{day}T00:00:00-14:00"}),
        ("diary", {"on": day}),
        ("diary-week", {"on": day}),
        ("today", {"on": day}),
        ("patients", {"order": "newest", "after": "MTpub3QgYSBkYXk"}),
        ("patients", {"order": "newest", "after": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OjIwMjYtMDEtMDE"}),
        ("patients", {"q": day}),
    ):
        assert client.get(reverse(name), asked).status_code in {200, 422}, (name, asked)


@pytest.mark.parametrize(
    ("known", "megabytes", "status"), [(False, 60, 413), (True, 60, 200), (True, 700, 413)]
)
def test_more_than_a_page_takes_is_refused_before_it_is_read(
    client: Client, it: Room, known: bool, megabytes: int, status: int
) -> None:
    if known:
        client.force_login(it.staff)
    address = reverse("patients") if known else reverse("account_login")
    answer = client.generic("POST", address, b"x", CONTENT_LENGTH=str(megabytes * 1024 * 1024))
    assert answer.status_code == status


def test_a_plan_is_checked_though_nothing_was_sent(log_in: LogIn, it: Room) -> None:
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    assert client.post(reverse("plan-check", args=[it.plan.course.public_id])).status_code == 200


@pytest.mark.parametrize("part", ["day", "month", "year"])
def test_a_day_of_a_thousand_digits_is_no_day(client: Client, it: Room, part: str) -> None:
    _, token = links.make_link(patient=it.patient, purpose="history", by=it.by, at=NOW)
    answer = client.post(reverse("patient-link", args=[token]), {**BORN, f"born_on_{part}": "9" * 1000})
    assert answer.status_code == 422


# --- a link used for more than it is ------------------------------------------------------------------
@pytest.mark.parametrize("name", ["patient-consent", "patient-consent-withdraw", "patient-results"])
def test_a_link_for_the_health_questions_opens_no_other_page(client: Client, it: Room, name: str) -> None:
    _, token = links.make_link(patient=it.patient, purpose="history", by=it.by, at=NOW)
    client.post(reverse("patient-link", args=[token]), BORN)
    assert client.get(reverse("patient-history", args=[token])).status_code == 200
    for answer in (client.get(reverse(name, args=[token])), client.post(reverse(name, args=[token]))):
        assert answer.status_code == 404


@pytest.mark.parametrize("purpose", ["consent", "reconfirm", "results", "witness"])
def test_who_may_not_see_the_record_makes_no_link_that_shows_it(it: Room, purpose: str) -> None:
    desk = people.acting(people.staff(it.clinic, Role.FRONT_DESK))
    with pytest.raises(NotAllowed):
        links.make_link(patient=it.patient, purpose=purpose, by=desk, at=NOW)
    link, _ = links.make_link(patient=it.patient, purpose="history", by=desk, at=NOW)
    assert link.purpose == "history"


def test_the_front_desk_is_offered_no_link_to_results_and_told_of_no_allergy(log_in: LogIn, it: Room) -> None:
    Patient.objects.filter(pk=it.patient.pk).update(allergies="Lidocaine")
    page = reverse("patient", args=[it.patient.public_id])
    desk = log_in(people.staff(it.clinic, Role.FRONT_DESK)).get(page).content.decode()
    nurse = log_in(it.staff).get(page).content.decode()
    assert "Lidocaine" in nurse
    assert "Own results" in nurse
    assert "llergies" not in desk
    assert "Own results" not in desk


# --- more than the role allows ------------------------------------------------------------------------
def test_a_broken_credential_shows_the_front_desk_nobodys_papers(log_in: LogIn, it: Room) -> None:
    address = reverse("settings-credential-new", args=[it.staff.public_id])
    answer = log_in(people.staff(it.clinic, Role.FRONT_DESK)).post(address, {})
    assert answer.status_code == 403
    assert it.staff.registration_number not in answer.content.decode()


@pytest.mark.parametrize("own", [True, False])
def test_a_manager_makes_nobody_medical_lead(log_in: LogIn, it: Room, own: bool) -> None:
    manager = people.staff(it.clinic, Role.MANAGER)
    whom = manager if own else people.staff(it.clinic, Role.ASSISTANT)
    client = log_in(manager)
    address = reverse("settings-person", args=[whom.public_id])
    facts = {"name": whom.name, "role": "medical-lead", "registration_number": ""}
    assert client.post(address, facts).status_code == 403
    new = {"name": "Eve", "email": "eve@clinic.example", "role": "medical-lead"}
    assert client.post(reverse("settings-new-staff"), new).status_code == 403
    whom.refresh_from_db()
    assert whom.role != "medical-lead"


def test_nobody_gives_themself_another_role(log_in: LogIn, it: Room) -> None:
    manager = people.staff(it.clinic, Role.MANAGER)
    facts = {"name": manager.name, "role": "practitioner", "registration_number": ""}
    lead = people.staff(it.clinic, Role.MEDICAL_LEAD)
    address = reverse("settings-person", args=[manager.public_id])
    assert log_in(manager).post(address, facts).status_code == 403
    assert log_in(lead).post(address, facts).status_code == 302


def test_the_word_of_a_patient_about_a_packet_is_not_written_over(it: Room) -> None:
    care.confirmed(it.treatment, care.consent(it.plan), by=it.staff)
    use = treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    link, _ = links.make_link(patient=it.patient, purpose="witness", about=use.public_id, by=it.by, at=NOW)
    patient = link_queries.actor(link)
    treatments.witness_packet(use=use, witness="own-phone", witnessed_by="Ada", by=patient, at=NOW)
    with pytest.raises(BadInput):
        treatments.witness_packet(use=use, witness="declined", witnessed_by="X", by=it.by, at=NOW)
    use.refresh_from_db()
    assert use.witness == "own-phone"
