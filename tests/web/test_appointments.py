"""The diary and Today, through the browser's eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import appointments
from needlework.clinic.models import Appointment, AuditEvent, Staff
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


class Here:
    def __init__(self) -> None:
        self.clinic = people.clinic()
        self.site = people.site(self.clinic)
        self.room = people.room(self.site)
        self.nurse = people.staff(self.clinic)
        self.desk = people.staff(self.clinic, Role.FRONT_DESK)
        self.patient = people.patient(self.clinic, given_name="Ngọc", family_name="<b>Trần</b>")

    def book(self, hours: int = 1, **facts: object) -> Appointment:
        given = {
            "patient": self.patient,
            "practitioner": self.nurse,
            "room": self.room,
            "kind": "consultation",
            "starts_at": NOW + timedelta(hours=hours),
            "ends_at": NOW + timedelta(hours=hours, minutes=30),
            "by": people.acting(self.desk),
            "at": NOW,
            **facts,
        }
        return appointments.book(**given)

    def form(self, **facts: object) -> dict[str, object]:
        return {
            "kind": "consultation",
            "on": "2026-11-24",
            "starts": "14:00",
            "minutes": "30",
            "practitioner": str(self.nurse.public_id),
            "room": str(self.room.public_id),
            "note": "",
            **facts,
        }


@pytest.fixture
def here() -> Here:
    return Here()


@pytest.mark.parametrize("name", ["today", "diary", "diary-week"])
def test_a_booked_patient_stands_on_the_page_as_text(here: Here, log_in: LogIn, name: str) -> None:
    here.book()
    shown = log_in(here.nurse).get(reverse(name)).content.decode()
    assert "Ngọc &lt;b&gt;Trần&lt;/b&gt;" in shown
    assert "11:00" in shown


@pytest.mark.parametrize("name", ["today", "diary", "diary-week"])
def test_a_day_is_shown_in_few_queries_and_leaves_one_line(
    here: Here, log_in: LogIn, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(1, 9):
        here.book(n, patient=people.patient(here.clinic), practitioner=people.staff(here.clinic))
    client = log_in(here.nurse)
    client.get(reverse(name))
    before = AuditEvent.objects.count()
    with django_assert_max_num_queries(25):
        assert client.get(reverse(name)).status_code == 200
    assert AuditEvent.objects.count() == before + 1


@pytest.mark.parametrize("name", ["today", "diary", "diary-week"])
def test_an_empty_day_says_so(here: Here, log_in: LogIn, name: str) -> None:
    assert "booked" in log_in(here.nurse).get(reverse(name)).content.decode()


def test_a_clinic_without_a_site_is_told_what_to_do(log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic()))
    assert "no site yet" in client.get(reverse("diary")).content.decode()
    assert client.get(reverse("today")).status_code == 200


def test_booking_in_the_browser(here: Here, log_in: LogIn) -> None:
    client = log_in(here.desk)
    url = f"{reverse('appointment-new')}?patient={here.patient.public_id}"
    assert client.get(url).status_code == 200
    answer = client.post(url, here.form())
    assert answer.status_code == 302
    assert Appointment.objects.get().starts_at == NOW + timedelta(hours=4)


def test_a_taken_time_is_said_at_its_field_and_what_was_typed_stays(here: Here, log_in: LogIn) -> None:
    here.book(4)
    client = log_in(here.desk)
    other = people.patient(here.clinic)
    answer = client.post(
        f"{reverse('appointment-new')}?patient={other.public_id}", here.form(note="by the window")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "has another appointment from 14:00 to 14:30" in page
    assert "by the window" in page


def test_a_patient_is_found_before_booking(here: Here, log_in: LogIn) -> None:
    client = log_in(here.desk)
    shown = client.get(reverse("appointment-new"), {"q": "nobody", "starts": "09:00"}).content.decode()
    assert "Nobody found" in shown


def test_the_auditor_books_nothing(here: Here, log_in: LogIn) -> None:
    assert log_in(people.staff(here.clinic, Role.AUDITOR)).get(reverse("appointment-new")).status_code == 403


def test_another_clinics_appointment_and_patient_are_not_found(here: Here, log_in: LogIn) -> None:
    booked = here.book()
    client = log_in(people.staff(people.clinic()))
    assert client.get(reverse("appointment", args=[booked.public_id])).status_code == 404
    assert client.get(f"{reverse('appointment-new')}?patient={here.patient.public_id}").status_code == 404
    assert client.get(f"{reverse('appointment-new')}?patient=x").status_code == 404


def test_arrived_and_taken_back(here: Here, log_in: LogIn) -> None:
    booked = here.book()
    client = log_in(here.desk)
    url = reverse("appointment-arrived", args=[booked.public_id])
    assert client.post(url, {"from": "today"}).headers["Location"] == reverse("today")
    assert "here since 10:00" in client.get(reverse("today")).content.decode()
    client.post(url, {"undo": "1"})
    booked.refresh_from_db()
    assert booked.arrived_at is None


def test_moving_in_the_browser(here: Here, log_in: LogIn) -> None:
    booked = here.book()
    client = log_in(here.desk)
    url = reverse("appointment-move", args=[booked.public_id])
    assert client.get(url).status_code == 200
    assert client.post(url, here.form(starts="15:30")).status_code == 302
    booked.refresh_from_db()
    assert booked.starts_at == NOW + timedelta(hours=5, minutes=30)
    assert client.post(url, here.form(starts="08:00")).status_code == 422


def test_cancelling_wants_a_reason(here: Here, log_in: LogIn) -> None:
    booked = here.book()
    client = log_in(here.desk)
    url = reverse("appointment-cancel", args=[booked.public_id])
    assert client.post(url, {"because": ""}).status_code == 422
    assert client.post(url, {"because": "has a cold"}).status_code == 302
    assert "has a cold" in client.get(reverse("appointment", args=[booked.public_id])).content.decode()


def test_who_has_not_begun_is_not_missed(here: Here, log_in: LogIn) -> None:
    booked = here.book()
    answer = log_in(here.desk).post(reverse("appointment-missed", args=[booked.public_id]))
    assert answer.status_code == 422
    assert "has not begun yet" in answer.content.decode()


def test_the_front_desk_sees_that_something_is_missing_and_not_what(here: Here, log_in: LogIn) -> None:
    here.book()
    shown = log_in(here.desk).get(reverse("today")).content.decode()
    assert "history: not ready" in shown
    assert "history: not answered" in log_in(here.nurse).get(reverse("today")).content.decode()


def test_a_chosen_site_is_remembered(here: Here, log_in: LogIn) -> None:
    second = people.site(here.clinic, name="zz Harbour")
    client = log_in(here.nurse)
    client.get(reverse("today"), {"site": str(second.public_id)})
    assert "at zz Harbour today" in client.get(reverse("today")).content.decode()


@pytest.mark.parametrize("on", ["2026-10-25", "2027-03-28", "nonsense"])
def test_days_on_which_clocks_change_are_drawn(here: Here, log_in: LogIn, on: str) -> None:
    assert log_in(here.nurse).get(reverse("diary"), {"on": on}).status_code == 200
