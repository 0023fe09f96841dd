"""No room, practitioner or patient is booked twice; clocks that change do not confuse the diary."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from needlework.clinic.actions import appointments
from needlework.clinic.errors import (
    AppointmentOver,
    BadInput,
    NoSuchTime,
    NotAllowed,
    NotFound,
    PatientTaken,
    PractitionerTaken,
    ReasonNeeded,
    RoomTaken,
)
from needlework.clinic.models import Appointment, AuditEvent, Clinic, Hold, Patient, Room, Staff
from needlework.clinic.queries import appointments as diary
from needlework.clinic.rules import appointments as rules
from needlework.clinic.who import Actor, Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
TEN = NOW + timedelta(hours=1)
HALF = timedelta(minutes=30)


class Here:
    """A small clinic with somebody who books."""

    def __init__(self) -> None:
        self.clinic: Clinic = people.clinic()
        self.room: Room = people.room(people.site(self.clinic))
        self.nurse: Staff = people.staff(self.clinic)
        self.patient: Patient = people.patient(self.clinic)
        self.desk: Actor = people.acting(people.staff(self.clinic, Role.FRONT_DESK))

    def book(self, **facts: object) -> Appointment:
        given = {
            "patient": self.patient,
            "practitioner": self.nurse,
            "room": self.room,
            "kind": "consultation",
            "starts_at": TEN,
            "ends_at": TEN + HALF,
            "by": self.desk,
            "at": NOW,
            **facts,
        }
        return appointments.book(**given)


@pytest.fixture
def here() -> Here:
    return Here()


def test_a_booking_holds_every_five_minutes_and_leaves_a_line(here: Here) -> None:
    booked = here.book()
    assert booked.site_id == here.room.site_id
    assert Hold.objects.filter(appointment=booked).count() == 6
    line = AuditEvent.objects.get()
    assert (line.event, line.patient) == ("appointment-booked", here.patient.public_id)


def test_the_same_room_is_not_booked_twice(here: Here) -> None:
    here.book()
    with pytest.raises(RoomTaken, match=f"{here.room.name} is taken from 11:00 to 11:30"):
        here.book(
            patient=people.patient(here.clinic),
            practitioner=people.staff(here.clinic),
            starts_at=TEN + timedelta(minutes=25),
            ends_at=TEN + timedelta(minutes=55),
        )
    assert Appointment.objects.count() == 1


def test_the_same_practitioner_is_not_booked_twice(here: Here) -> None:
    here.book()
    with pytest.raises(PractitionerTaken, match=here.nurse.name):
        here.book(patient=people.patient(here.clinic), room=people.room(here.room.site))


def test_the_same_patient_is_not_booked_twice(here: Here) -> None:
    here.book()
    with pytest.raises(PatientTaken):
        here.book(practitioner=people.staff(here.clinic), room=people.room(here.room.site))


def test_an_appointment_may_begin_when_another_ends(here: Here) -> None:
    here.book()
    here.book(starts_at=TEN + HALF, ends_at=TEN + 2 * HALF)
    assert Appointment.objects.count() == 2


def test_the_constraint_is_the_last_word(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.book()
    answers = iter([None])
    checked = rules.check_free
    monkeypatch.setattr(rules, "check_free", lambda *a, **k: next(answers, 0) is None or checked(*a, **k))
    with pytest.raises(RoomTaken):
        here.book(patient=people.patient(here.clinic), practitioner=people.staff(here.clinic))
    assert Appointment.objects.count() == 1
    assert Hold.objects.count() == 6


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (TEN + timedelta(minutes=2), TEN + HALF, "steps of 5"),
        (TEN, TEN, "before the beginning"),
        (TEN, TEN + timedelta(hours=9), "8 hours"),
        (NOW - timedelta(hours=1), NOW, "has passed"),
        (NOW + timedelta(days=800), NOW + timedelta(days=800) + HALF, "two years"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(
    here: Here, starts: datetime, ends: datetime, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        here.book(starts_at=starts, ends_at=ends)
    assert not Appointment.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_unknown_kind_is_refused(here: Here) -> None:
    with pytest.raises(BadInput, match="kind"):
        here.book(kind="party")


def test_a_patient_of_another_clinic_is_not_found(here: Here) -> None:
    with pytest.raises(NotFound):
        here.book(patient=people.patient(people.clinic()))


def test_a_room_or_person_of_another_clinic_is_not_found(here: Here) -> None:
    other = people.clinic()
    with pytest.raises(NotFound):
        here.book(room=people.room(people.site(other)))
    with pytest.raises(NotFound):
        here.book(practitioner=people.staff(other))


def test_who_has_no_column_is_not_booked(here: Here) -> None:
    with pytest.raises(BadInput, match="no column"):
        here.book(practitioner=people.staff(here.clinic, Role.ASSISTANT))


def test_the_auditor_books_nothing(here: Here) -> None:
    with pytest.raises(NotAllowed):
        here.book(by=people.acting(people.staff(here.clinic, Role.AUDITOR)))


def test_moving_frees_the_old_time(here: Here) -> None:
    booked = here.book()
    appointments.move(
        appointment=booked, starts_at=TEN + 2 * HALF, ends_at=TEN + 3 * HALF, by=here.desk, at=NOW
    )
    here.book(patient=people.patient(here.clinic))
    assert Hold.objects.count() == 12


def test_an_appointment_moves_over_its_own_time(here: Here) -> None:
    booked = here.book()
    moved = appointments.move(
        appointment=booked, starts_at=TEN + HALF / 2, ends_at=TEN + 3 * HALF / 2, by=here.desk, at=NOW
    )
    assert moved.starts_at == TEN + HALF / 2
    assert AuditEvent.objects.filter(event="appointment-moved").count() == 1


def test_moving_onto_a_taken_time_changes_nothing(here: Here) -> None:
    here.book()
    second = here.book(patient=people.patient(here.clinic), starts_at=TEN + HALF, ends_at=TEN + 2 * HALF)
    with pytest.raises(PractitionerTaken):
        appointments.move(appointment=second, starts_at=TEN, ends_at=TEN + HALF, by=here.desk, at=NOW)
    second.refresh_from_db()
    assert second.starts_at == TEN + HALF
    assert Hold.objects.filter(appointment=second).count() == 6


def test_cancelling_frees_the_time_and_keeps_the_reason(here: Here) -> None:
    booked = here.book()
    appointments.cancel(appointment=booked, because="ill", by=here.desk, at=NOW)
    booked.refresh_from_db()
    assert booked.cancelled_because == "ill"
    assert not Hold.objects.exists()
    with pytest.raises(AppointmentOver, match="was cancelled"):
        appointments.move(appointment=booked, starts_at=TEN, ends_at=TEN + HALF, by=here.desk, at=NOW)


def test_cancelling_wants_a_reason(here: Here) -> None:
    booked = here.book()
    with pytest.raises(ReasonNeeded):
        appointments.cancel(appointment=booked, because=" ", by=here.desk, at=NOW)
    assert Hold.objects.count() == 6


def test_nobody_misses_what_has_not_begun(here: Here) -> None:
    booked = here.book()
    with pytest.raises(BadInput):
        appointments.mark_no_show(appointment=booked, by=here.desk, at=NOW)
    missed = appointments.mark_no_show(appointment=booked, by=here.desk, at=TEN + HALF)
    assert missed.no_show_by == here.desk.name
    assert AuditEvent.objects.filter(event="appointment-missed").count() == 1


def test_a_patient_arrives_on_the_day_and_not_on_another(here: Here) -> None:
    booked = here.book()
    with pytest.raises(BadInput, match="another day"):
        appointments.mark_arrived(appointment=booked, by=here.desk, at=NOW - timedelta(days=1))
    arrived = appointments.mark_arrived(appointment=booked, by=here.desk, at=TEN)
    assert arrived.arrived_at == TEN
    with pytest.raises(AppointmentOver, match="arrived"):
        appointments.cancel(appointment=booked, because="x", by=here.desk, at=TEN)
    back = appointments.take_back_arrival(appointment=booked, by=here.desk, at=TEN)
    assert back.arrived_at is None


# --- clocks -------------------------------------------------------------------------------------------
def test_a_local_time_is_kept_across_the_change_of_clocks() -> None:
    assert rules.moment(date(2026, 10, 24), time(10, 0), "Europe/London") == datetime(
        2026, 10, 24, 9, tzinfo=UTC
    )
    assert rules.moment(date(2026, 10, 25), time(10, 0), "Europe/London") == datetime(
        2026, 10, 25, 10, tzinfo=UTC
    )


def test_the_skipped_hour_is_refused() -> None:
    with pytest.raises(NoSuchTime, match="clocks go forward"):
        rules.moment(date(2027, 3, 28), time(1, 30), "Europe/London")


def test_the_hour_that_comes_twice_means_its_first_coming() -> None:
    twice = rules.moment(date(2026, 10, 25), time(1, 30), "Europe/London")
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2026, 11, 24), 24)]
)
def test_a_day_is_as_long_as_it_is(on: date, hours: int) -> None:
    start, end = rules.day_bounds(on, "Europe/London")
    assert end - start == timedelta(hours=hours)


def test_the_day_of_a_site_is_the_day_there(here: Here) -> None:
    far = people.room(people.site(here.clinic, time_zone="Pacific/Auckland"))
    # 22:30 in London on the 24th is 11:30 on the 25th in Auckland
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    here.book(room=far, starts_at=late, ends_at=late + HALF)
    on = diary.on_days(here.desk, first=date(2026, 11, 25), days=1, site=far.site)
    assert [row.starts_at for row in on] == [late]
    assert diary.on_days(here.desk, first=date(2026, 11, 24), days=1, site=far.site) == []


def test_the_diary_leaves_out_what_was_cancelled_unless_asked(here: Here) -> None:
    booked = here.book()
    appointments.cancel(appointment=booked, because="ill", by=here.desk, at=NOW)
    day = {"first": NOW.date(), "days": 1, "site": here.room.site}
    assert diary.on_days(here.desk, **day) == []
    assert diary.on_days(here.desk, **day, over=True) == [booked]


def test_an_appointment_of_another_clinic_is_not_found(here: Here) -> None:
    booked = here.book()
    stranger = people.acting(people.staff(people.clinic()))
    with pytest.raises(NotFound):
        diary.find(stranger, booked.public_id)
