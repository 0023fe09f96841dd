"""Settings: who may see and change what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from needlework.clinic.models import Clinic, Credential, PackApproval, Room, Site, Staff, TabletLogin
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
PARTS = ("settings", "settings-sites", "settings-staff", "settings-protocols")


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def manager(clinic: Clinic, log_in: LogIn) -> Client:
    return log_in(people.staff(clinic, Role.MANAGER))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.MEDICAL_LEAD, 200),
        (Role.PRACTITIONER, 200),
        (Role.MANAGER, 200),
        (Role.AUDITOR, 200),
        (Role.ASSISTANT, 403),
        (Role.FRONT_DESK, 403),
    ],
)
def test_who_sees_the_settings(log_in: LogIn, clinic: Clinic, part: str, role: Role, status: int) -> None:
    assert log_in(people.staff(clinic, role)).get(reverse(part)).status_code == status


def test_who_may_only_look_finds_nothing_to_press(log_in: LogIn, clinic: Clinic) -> None:
    auditor = people.staff(clinic, Role.AUDITOR)
    client = log_in(auditor)
    for url in (*(reverse(part) for part in PARTS), reverse("settings-person", args=[auditor.public_id])):
        main = client.get(url).content.decode().split("<main")[1]
        assert "<form" not in main, url
    assert (
        client.post(reverse("settings-sites"), {"name": "X", "time_zone": "Europe/London"}).status_code == 403
    )
    assert not Site.objects.exists()


def test_the_clinics_facts_are_changed(manager: Client, clinic: Clinic) -> None:
    form = {
        "name": "Harbour Clinic",
        "phone": "020 7946 0018",
        "email": "",
        "country": "GB",
        "time_zone": "Europe/Paris",
        "reflection_hours": "72",
        "consent_valid_days": "180",
        "checkin_hours": "24, 72",
        "auto_lock_minutes": "7",
    }
    assert manager.post(reverse("settings"), form).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.time_zone, clinic.checkin_hours, clinic.auto_lock_minutes) == ("Europe/Paris", [24, 72], 7)
    for wrong in ({"checkin_hours": "72, 24"}, {"checkin_hours": "soon"}, {"country": "QQ"}):
        answer = manager.post(reverse("settings"), {**form, **wrong})
        assert answer.status_code == 422
        assert "Harbour Clinic" in answer.content.decode()


def test_sites_and_rooms_are_added(manager: Client) -> None:
    url = reverse("settings-sites")
    assert manager.post(url, {"name": "Harbour", "time_zone": "Europe/London"}).status_code == 302
    site = Site.objects.get()
    assert manager.post(url, {"site": str(site.public_id), "name": "Room 1"}).status_code == 302
    assert Room.objects.get().name == "Room 1"
    again = manager.post(url, {"site": str(site.public_id), "name": "Room 1"})
    assert again.status_code == 422
    assert "There is already a room called" in again.content.decode()
    assert manager.post(url, {"site": "x", "name": "Room 2"}).status_code == 404


def test_a_person_is_added_changed_and_closed(manager: Client, clinic: Clinic) -> None:
    form = {"name": "Ida", "email": "ida@clinic.example", "role": "assistant"}
    assert manager.get(reverse("settings-new-staff")).status_code == 200
    assert manager.post(reverse("settings-new-staff"), form).status_code == 302
    ida = Staff.objects.get(email="ida@clinic.example")
    assert manager.post(reverse("settings-new-staff"), form).status_code == 422
    page = reverse("settings-person", args=[ida.public_id])
    assert manager.post(page, {"name": "Ida N", "role": "practitioner", "treats": "on"}).status_code == 302
    manager.post(reverse("settings-account-state", args=[ida.public_id]), {"open": "0"})
    ida.refresh_from_db()
    assert (ida.name, ida.treats, ida.is_active) == ("Ida N", True, False)
    manager.post(reverse("settings-account-state", args=[ida.public_id]), {"open": "1"})
    ida.refresh_from_db()
    assert ida.is_active


def test_the_last_manager_is_told_why_not(manager: Client, clinic: Clinic) -> None:
    boss = Staff.objects.get(clinic=clinic)
    url = reverse("settings-account-state", args=[boss.public_id])
    answer = manager.post(url, {"open": "0"}, follow=True)
    assert "is the last person who can manage staff" in answer.content.decode()


def test_credentials_are_added_and_taken_out(manager: Client, clinic: Clinic) -> None:
    nurse = people.staff(clinic, credentials=False)
    url = reverse("settings-credential-new", args=[nurse.public_id])
    form = {
        "proof-kind": "training",
        "proof-device_kind": "pen",
        "proof-issuer": "Maker",
        "proof-number": "7",
        **{
            f"proof-valid_from_{part}": value
            for part, value in (("day", "1"), ("month", "2"), ("year", "2026"))
        },
        **{
            f"proof-expires_on_{part}": value
            for part, value in (("day", "1"), ("month", "2"), ("year", "2027"))
        },
    }
    assert manager.post(url, {**form, "proof-device_kind": ""}).status_code == 422
    assert manager.post(url, form).status_code == 302
    proof = Credential.objects.get()
    void = reverse("settings-credential-void", args=[nurse.public_id, proof.public_id])
    manager.post(void, {"because": "of somebody else"})
    page = manager.get(reverse("settings-person", args=[nurse.public_id])).content.decode()
    assert "of somebody else" in page


def test_a_lapsed_credential_stands_out(manager: Client, clinic: Clinic) -> None:
    nurse = people.staff(clinic)
    nurse.credentials.filter(kind="licence").update(expires_on=NOW.date().replace(day=1))
    shown = manager.get(reverse("settings-staff")).content.decode()
    assert "Licence to practise: not in force, until 1 Nov 2026" in shown


def test_the_staff_list_is_shown_in_few_queries(
    manager: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        people.staff(clinic)
    manager.get(reverse("settings-staff"))
    with django_assert_max_num_queries(10):
        manager.get(reverse("settings-staff"))


def test_the_medical_lead_approves_the_protocols(log_in: LogIn, manager: Client, clinic: Clinic) -> None:
    assert "Not approved yet" in manager.get(reverse("settings-protocols")).content.decode()
    assert manager.post(reverse("settings-protocols")).status_code == 403
    client = log_in(people.staff(clinic, Role.MEDICAL_LEAD))
    assert client.post(reverse("settings-protocols")).status_code == 302
    assert PackApproval.objects.count() == 1
    assert "Approved by" in client.get(reverse("settings-protocols")).content.decode()


def test_a_person_of_another_clinic_is_not_found(manager: Client) -> None:
    stranger = people.staff(people.clinic())
    assert manager.get(reverse("settings-person", args=[stranger.public_id])).status_code == 404
    assert manager.post(reverse("settings-credential-new", args=[stranger.public_id])).status_code == 404


def test_everybody_sets_their_own_pin(log_in: LogIn, clinic: Clinic, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    helper = people.staff(clinic, Role.ASSISTANT, password=make_password("a long password"))
    client = log_in(helper)
    url = reverse("account")
    assert client.post(url, {"pin": "123456", "password": "a long password"}).status_code == 422
    assert client.post(url, {"pin": "407162", "password": "wrong"}).status_code == 422
    assert client.post(url, {"pin": "407162", "password": "a long password"}).status_code == 302
    helper.refresh_from_db()
    assert helper.pin_hash


def test_a_device_is_forgotten(log_in: LogIn, clinic: Clinic, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    nurse = people.staff(clinic, password=make_password("a long password"))
    client = Client()
    client.post(reverse("account_login"), {"login": nurse.email, "password": "a long password"})
    client.post(reverse("forget-device"))
    assert TabletLogin.objects.get().forgotten_by == nurse.name
