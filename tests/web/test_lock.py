"""Log-in, the lock of a shared tablet, and who is let in through which door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from needlework.clinic.models import AuditEvent, Clinic, Draft, Patient, Staff, TabletLogin
from needlework.clinic.who import Role
from needlework.web import visit
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
PIN, PASSWORD = "407162", "a rather long password"


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


def person(clinic: Clinic, role: Role = Role.PRACTITIONER, **facts: object) -> Staff:
    return people.staff(clinic, role, pin_hash=make_password(PIN), password=make_password(PASSWORD), **facts)


def full_log_in(client: Client, staff: Staff) -> None:
    answer = client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()


def at(monkeypatch: pytest.MonkeyPatch, **later: int) -> None:
    moment = NOW + timedelta(**later)
    monkeypatch.setattr(visit, "read_clock", lambda: moment)


# --- log in -------------------------------------------------------------------------------------------
def test_a_full_log_in_is_remembered_on_the_device(client: Client, clinic: Clinic) -> None:
    nurse = person(clinic)
    full_log_in(client, nurse)
    assert TabletLogin.objects.get().staff == nurse
    assert AuditEvent.objects.get().event == "logged-in"
    assert client.get(reverse("today")).status_code == 200


def test_a_wrong_password_is_said_and_leaves_a_line(client: Client, clinic: Clinic) -> None:
    nurse = person(clinic)
    answer = client.post(reverse("account_login"), {"login": nurse.email, "password": "wrong"})
    assert answer.status_code == 200
    assert "alert stop" in answer.content.decode()
    assert AuditEvent.objects.get().event == "log-in-failed"
    assert client.get(reverse("today")).status_code == 302


def test_a_closed_account_does_not_come_in_and_its_session_ends(client: Client, clinic: Clinic) -> None:
    nurse = person(clinic)
    full_log_in(client, nurse)
    Staff.objects.filter(pk=nurse.pk).update(is_active=False)
    assert client.get(reverse("today")).status_code == 302
    fresh = Client()
    fresh.post(reverse("account_login"), {"login": nurse.email, "password": PASSWORD})
    assert fresh.get(reverse("today")).status_code == 302


def test_nobody_signs_up(client: Client) -> None:
    assert client.get(reverse("account_signup")).status_code == 404
    assert client.post(reverse("account_signup"), {"email": "x@y.example"}).status_code == 404


def test_logging_out_leaves_a_line(client: Client, clinic: Clinic) -> None:
    full_log_in(client, person(clinic))
    client.post(reverse("account_logout"))
    assert AuditEvent.objects.filter(event="logged-out").exists()
    assert client.get(reverse("today")).status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
    ],
)
def test_the_pages_of_the_door_are_ours(client: Client, name: str) -> None:
    assert "Needlework" in client.get(reverse(name)).content.decode()


def test_pages_about_the_own_account_open(client: Client, clinic: Clinic) -> None:
    full_log_in(client, person(clinic))
    for name in (
        "account_logout",
        "account_change_password",
        "mfa_index",
        "account_reauthenticate",
        "account",
    ):
        answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        assert "needlework.css" in answer.content.decode()


def test_a_second_factor_is_set_up_after_the_password_once_more(client: Client, clinic: Clinic) -> None:
    full_log_in(client, person(clinic))
    setting_up = reverse("mfa_activate_totp")
    asked = client.get(setting_up)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    wrong = client.post(asked.headers["Location"], {"password": "wrong"})
    assert wrong.status_code == 200
    client.post(asked.headers["Location"], {"password": PASSWORD})
    shown = client.get(setting_up)
    assert shown.status_code == 200
    assert "needlework.css" in shown.content.decode()


# --- lock ---------------------------------------------------------------------------------------------
def test_a_locked_screen_shows_nothing_until_the_pin(client: Client, clinic: Clinic) -> None:
    nurse = person(clinic)
    full_log_in(client, nurse)
    answer = client.post(reverse("lock"), {"next": "/patients/?q=ada"})
    assert answer.headers["Location"] == "/lock/?next=%2Fpatients%2F%3Fq%3Dada"
    assert client.get(reverse("patients")).headers["Location"].startswith("/lock/")
    shown = client.get(answer.headers["Location"]).content.decode()
    assert "This screen is locked" in shown
    assert "nav" not in shown.lower() or 'class="rail"' not in shown
    back = client.post(
        reverse("switch"), {"who": str(nurse.public_id), "secret": PIN, "next": "/patients/?q=ada"}
    )
    assert back.headers["Location"] == "/patients/?q=ada"
    assert client.get(reverse("patients")).status_code == 200


def test_a_wrong_pin_is_said(client: Client, clinic: Clinic) -> None:
    nurse = person(clinic)
    full_log_in(client, nurse)
    client.post(reverse("lock"))
    answer = client.post(reverse("switch"), {"who": str(nurse.public_id), "secret": "000001"})
    assert answer.status_code == 422
    assert "4 more tries" in answer.content.decode()
    assert client.get(reverse("today")).status_code == 302


def test_a_screen_nobody_touches_locks_itself(
    client: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_log_in(client, person(clinic))
    assert client.get(reverse("today")).status_code == 200
    at(monkeypatch, minutes=4)
    assert client.get(reverse("today")).status_code == 200
    at(monkeypatch, minutes=4 + clinic.auto_lock_minutes + 2)
    assert client.get(reverse("today")).headers["Location"].startswith("/lock/")


def test_the_last_touch_is_written_at_most_once_a_minute(
    client: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_log_in(client, person(clinic))
    client.get(reverse("today"))
    at(monkeypatch, seconds=50)
    client.get(reverse("today"))
    assert client.session["seen"] == NOW.timestamp()
    at(monkeypatch, seconds=70)
    client.get(reverse("today"))
    assert client.session["seen"] == NOW.timestamp() + 70


def test_what_a_locked_screen_sends_is_offered_again(client: Client, clinic: Clinic) -> None:
    nurse = person(clinic)
    full_log_in(client, nurse)
    client.post(reverse("lock"))
    client.post(reverse("patient-new"), {"given_name": "Ada", "family_name": "<Lovelace>"})
    back = client.post(reverse("switch"), {"who": str(nurse.public_id), "secret": PIN})
    assert back.headers["Location"] == reverse("resume")
    shown = client.get(reverse("resume")).content.decode()
    assert 'name="family_name" value="&lt;Lovelace&gt;"' in shown
    assert 'action="/patients/new/"' in shown
    assert client.get(reverse("resume")).headers["Location"] == reverse("today")


def test_a_colleague_takes_the_tablet_over_and_does_not_get_what_was_typed(
    client: Client, clinic: Clinic
) -> None:
    first, second = person(clinic), person(clinic, Role.ASSISTANT)
    full_log_in(client, second)
    client.post(reverse("account_logout"))
    full_log_in(client, first)
    client.post(reverse("lock"))
    client.post(reverse("patient-new"), {"given_name": "Ada"})
    shown = client.get(reverse("lock")).content.decode()
    assert second.name in shown
    answer = client.post(reverse("switch"), {"who": str(second.public_id), "secret": PIN, "next": "/today/"})
    assert answer.headers["Location"] == "/today/"
    assert second.name in client.get(reverse("today")).content.decode()
    assert client.get(reverse("resume")).headers["Location"] == reverse("today")
    assert not Draft.objects.exists()
    assert AuditEvent.objects.filter(event="user-switched", actor=second.name).exists()


def test_who_never_logged_in_here_is_not_offered(client: Client, clinic: Clinic) -> None:
    nurse, absent = person(clinic), person(clinic)
    full_log_in(client, nurse)
    client.post(reverse("lock"))
    assert absent.name not in client.get(reverse("lock")).content.decode()
    answer = client.post(reverse("switch"), {"who": str(absent.public_id), "secret": PIN})
    assert answer.headers["Location"] == reverse("account_login")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_unlocking_leads_only_to_our_own_pages(client: Client, clinic: Clinic, wanted: str) -> None:
    nurse = person(clinic)
    full_log_in(client, nurse)
    client.post(reverse("lock"))
    answer = client.post(reverse("switch"), {"who": str(nurse.public_id), "secret": PIN, "next": wanted})
    assert answer.headers["Location"] == "/"


def test_a_page_asked_for_by_htmx_goes_to_the_lock_as_a_whole(client: Client, clinic: Clinic) -> None:
    full_log_in(client, person(clinic))
    client.post(reverse("lock"))
    answer = client.get(
        reverse("patients"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/patients/?q=a"},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/lock/?next=%2Fpatients%2F%3Fq%3Da"


def test_without_a_pin_the_password_unlocks(client: Client, clinic: Clinic) -> None:
    nurse = people.staff(clinic, password=make_password(PASSWORD))
    full_log_in(client, nurse)
    client.post(reverse("lock"))
    assert "Your password" in client.get(reverse("lock")).content.decode()
    client.post(reverse("switch"), {"who": str(nurse.public_id), "secret": PASSWORD})
    assert client.get(reverse("today")).status_code == 200


# --- doors --------------------------------------------------------------------------------------------
def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def test_every_page_has_a_door() -> None:
    """A page is for staff, for the patient of a link, or says nothing about anyone. Nothing is open by mistake."""
    open_pages = set()
    for route, pattern in _routes(get_resolver().url_patterns):
        if route.startswith("accounts/"):
            continue  # allauth guards its own
        door = getattr(pattern.callback, "door", None)
        assert door in {"staff", "patient", "open"}, f"{route} has no door"
        assert (door == "patient") == (route.startswith("p/") and route != "p/<str:token>/"), route
        if door == "open":
            open_pages.add(pattern.name)
    assert open_pages == {"lock", "switch", "resume", "patient-link"}


def test_a_page_of_another_kind_of_error_says_what_to_do(log_in: LogIn, clinic: Clinic) -> None:
    foreign: Patient = people.patient(people.clinic())
    client = log_in(people.staff(clinic))
    for patient in (foreign.public_id, "00000000-0000-0000-0000-000000000000"):
        answer = client.get(reverse("patient-details", args=[patient]))
        assert answer.status_code == 404
        assert "There is no such patient in this clinic." in answer.content.decode()
