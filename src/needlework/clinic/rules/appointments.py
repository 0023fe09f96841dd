"""When an appointment can be: on the grid of five minutes, not in the past, nobody and nothing taken twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from needlework.clinic.errors import (
    AppointmentOver,
    BadInput,
    NoSuchTime,
    NotFound,
    PatientTaken,
    PractitionerTaken,
    RoomTaken,
)
from needlework.clinic.models import SLOT_MINUTES, Appointment, Course, Hold, Patient, Room, Staff

SLOT = timedelta(minutes=SLOT_MINUTES)
LATE = timedelta(minutes=30)  # a walk-in is written down after coming through the door
LONGEST = timedelta(hours=8)
FARTHEST = timedelta(days=2 * 366)


def moment(on: date, clock: time, zone: str) -> datetime:
    """A day and a clock time at a site as a moment. An hour that comes twice means its first coming.

    Raises NoSuchTime for the hour that is skipped when clocks go forward.
    """
    local = datetime.combine(on, clock, tzinfo=ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(day=f"{on:%A} {on.day} {on:%B}", clock=f"{clock:%H:%M}")
    return local.astimezone(UTC)


def day_bounds(on: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a day at a site and the first of the next: 23, 24 or 25 hours apart."""
    tz = ZoneInfo(zone)
    start, end = (datetime.combine(day, time.min, tzinfo=tz) for day in (on, on + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def slots(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """Every five minutes of an appointment."""
    count = (ends_at - starts_at) // SLOT
    return [starts_at + n * SLOT for n in range(count)]


def check_time(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Raises BadInput for a time that is off the grid, too long, past, or too far away."""
    for value in (starts_at, ends_at):
        if value.second or value.microsecond or value.minute % SLOT_MINUTES:
            raise BadInput(because=f"Times are in steps of {SLOT_MINUTES} minutes.", at_field="starts")
    if ends_at <= starts_at:
        raise BadInput(because="The end lies before the beginning.", at_field="minutes")
    if ends_at - starts_at > LONGEST:
        raise BadInput(because="An appointment lasts 8 hours at most.", at_field="minutes")
    if starts_at < at - LATE:
        raise BadInput(because="This time has passed. Choose a later one.", at_field="starts")
    if starts_at > at + FARTHEST:
        raise BadInput(because="This is more than two years away. Check the year.", at_field="on")


def check_people(patient: Patient, practitioner: Staff, room: Room, course: Course | None) -> None:
    """Everything is of one clinic and in use. Raises NotFound, BadInput."""
    for thing, noun in ((practitioner, "person"), (room, "room"), (course, "course")):
        if thing is not None and thing.clinic_id != patient.clinic_id:
            raise NotFound(thing=noun)
    if patient.voided_at is not None or (course is not None and course.patient_id != patient.pk):
        raise NotFound(thing="patient" if course is None else "course")
    if not practitioner.is_active or not practitioner.treats:
        raise BadInput(because=f"{practitioner.name} has no column in the diary.", at_field="practitioner")
    if course is not None and (course.closed_at is not None or course.voided_at is not None):
        raise BadInput(because="This course is closed. Leave it out, or open a new one.", at_field="course")


def check_free(
    patient: Patient,
    practitioner: Staff,
    room: Room,
    starts_at: datetime,
    ends_at: datetime,
    *,
    leaving_out: Appointment | None = None,
) -> None:
    """Nothing is taken. Raises RoomTaken, PractitionerTaken, PatientTaken, each naming the time."""
    holds = Hold.objects.filter(slot_at__gte=starts_at, slot_at__lt=ends_at).select_related(
        "appointment__site"
    )
    if leaving_out is not None:
        holds = holds.exclude(appointment=leaving_out)
    if clash := holds.filter(practitioner=practitioner).first():
        raise PractitionerTaken(name=practitioner.name, **hours(clash.appointment))
    if clash := holds.filter(room=room).first():
        raise RoomTaken(room=room.name, **hours(clash.appointment))
    if clash := holds.filter(patient=patient).first():
        raise PatientTaken(name=patient.name, **hours(clash.appointment))


def check_stands(appointment: Appointment) -> None:
    """Neither cancelled nor missed. Raises AppointmentOver."""
    if appointment.cancelled_at is not None:
        raise AppointmentOver(what="was cancelled")
    if appointment.no_show_at is not None:
        raise AppointmentOver(what="was missed")


def check_movable(appointment: Appointment) -> None:
    """It stands, and the patient is not here yet. Raises AppointmentOver."""
    check_stands(appointment)
    if appointment.arrived_at is not None:
        raise AppointmentOver(what="has begun: the patient has arrived")


def check_begun(appointment: Appointment, *, at: datetime) -> None:
    """Nobody has missed what has not begun. Raises BadInput."""
    if at < appointment.starts_at:
        raise BadInput(because="This appointment has not begun yet. Cancel it instead.")


def check_on_its_day(appointment: Appointment, *, at: datetime) -> None:
    """People arrive on the day. Raises BadInput."""
    zone = ZoneInfo(appointment.site.time_zone)
    if appointment.starts_at.astimezone(zone).date() != at.astimezone(zone).date():
        raise BadInput(because="This appointment is on another day. Move it to today first.")


def hours(appointment: Appointment) -> dict[str, object]:
    """`start` and `end` of an appointment by the clock of its site."""
    zone = ZoneInfo(appointment.site.time_zone)
    start, end = (value.astimezone(zone) for value in (appointment.starts_at, appointment.ends_at))
    return {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
