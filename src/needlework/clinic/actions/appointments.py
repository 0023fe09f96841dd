"""Book, move, cancel; missed and arrived."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, PractitionerTaken
from needlework.clinic.models import Appointment, Course, Hold, Patient, Room, Staff
from needlework.clinic.rules import appointments as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.who import Actor

KINDS = {code for code, _ in Appointment._meta.get_field("kind").choices or ()}


@transaction.atomic
def book(
    *,
    patient: Patient,
    practitioner: Staff,
    room: Room,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    course: Course | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Appointment:
    """Keep a time. Raises NotAllowed, NotFound, BadInput, RoomTaken, PractitionerTaken, PatientTaken."""
    check_access(by, Act.BOOK, patient)
    if kind not in KINDS:
        raise BadInput(because=f"The kind is one of: {', '.join(sorted(KINDS))}.", at_field="kind")
    rules.check_people(patient, practitioner, room, course)
    rules.check_time(starts_at, ends_at, at=at)
    rules.check_free(patient, practitioner, room, starts_at, ends_at)
    appointment = Appointment.objects.create(
        clinic_id=by.clinic_id,
        patient=patient,
        practitioner=practitioner,
        room=room,
        site_id=room.site_id,
        course=course,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note.strip(),
        booked_at=at,
        booked_by=by.name,
    )
    _hold(appointment)
    audit.record(
        Event.APPOINTMENT_BOOKED,
        by=by,
        at=at,
        about=appointment,
        detail={"kind": kind, "starts": starts_at.isoformat()},
    )
    return appointment


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    practitioner: Staff | None = None,
    room: Room | None = None,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Another time, person or room for the same appointment; its old time is free at once.

    Raises NotAllowed, NotFound, AppointmentOver, BadInput, RoomTaken, PractitionerTaken, PatientTaken.
    """
    appointment = _locked(appointment, by)
    rules.check_movable(appointment)
    practitioner, room = practitioner or appointment.practitioner, room or appointment.room
    rules.check_people(appointment.patient, practitioner, room, None)
    rules.check_time(starts_at, ends_at, at=at)
    rules.check_free(appointment.patient, practitioner, room, starts_at, ends_at, leaving_out=appointment)
    before = appointment.starts_at
    Hold.objects.filter(appointment=appointment).delete()
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    appointment.practitioner, appointment.room, appointment.site_id = practitioner, room, room.site_id
    appointment.save(update_fields=["starts_at", "ends_at", "practitioner", "room", "site"])
    _hold(appointment)
    audit.record(
        Event.APPOINTMENT_MOVED,
        by=by,
        at=at,
        about=appointment,
        detail={"from": before.isoformat(), "to": starts_at.isoformat()},
    )
    return appointment


@transaction.atomic
def cancel(*, appointment: Appointment, because: str, by: Actor, at: datetime) -> Appointment:
    """Let a time go, for a reason. Raises NotAllowed, NotFound, AppointmentOver, ReasonNeeded."""
    appointment = _locked(appointment, by)
    rules.check_movable(appointment)
    check_reason(because)
    appointment.cancelled_at, appointment.cancelled_by = at, by.name
    appointment.cancelled_because = because.strip()
    appointment.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_because"])
    Hold.objects.filter(appointment=appointment).delete()
    audit.record(Event.APPOINTMENT_CANCELLED, by=by, at=at, about=appointment)
    return appointment


@transaction.atomic
def mark_no_show(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """The patient did not come. Raises NotAllowed, NotFound, AppointmentOver, BadInput before it began."""
    appointment = _locked(appointment, by)
    rules.check_movable(appointment)
    rules.check_begun(appointment, at=at)
    appointment.no_show_at, appointment.no_show_by = at, by.name
    appointment.save(update_fields=["no_show_at", "no_show_by"])
    Hold.objects.filter(appointment=appointment).delete()
    audit.record(Event.APPOINTMENT_MISSED, by=by, at=at, about=appointment)
    return appointment


@transaction.atomic
def mark_arrived(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """The patient is here. Raises NotAllowed, NotFound, AppointmentOver, BadInput on another day."""
    appointment = _locked(appointment, by)
    rules.check_stands(appointment)
    rules.check_on_its_day(appointment, at=at)
    if appointment.arrived_at is None:
        appointment.arrived_at, appointment.arrived_by = at, by.name
        appointment.save(update_fields=["arrived_at", "arrived_by"])
        audit.record(Event.PATIENT_ARRIVED, by=by, at=at, about=appointment)
    return appointment


@transaction.atomic
def take_back_arrival(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """The wrong line was tapped: the patient is not here. Raises NotAllowed, NotFound."""
    appointment = _locked(appointment, by)
    if appointment.arrived_at is not None:
        appointment.arrived_at, appointment.arrived_by = None, ""
        appointment.save(update_fields=["arrived_at", "arrived_by"])
        audit.record(Event.ARRIVAL_TAKEN_BACK, by=by, at=at, about=appointment)
    return appointment


def _locked(appointment: Appointment, by: Actor) -> Appointment:
    check_access(by, Act.BOOK, appointment)
    rows = Appointment.objects.select_for_update(of=("self",))
    return rows.select_related("patient", "practitioner", "room", "site").get(pk=appointment.pk)


def _hold(appointment: Appointment) -> None:
    """Take every five minutes. Two hands at once: the constraints decide, and the loser is told what is taken."""
    try:
        with transaction.atomic():
            Hold.objects.bulk_create(
                Hold(
                    appointment=appointment,
                    clinic_id=appointment.clinic_id,
                    room_id=appointment.room_id,
                    practitioner_id=appointment.practitioner_id,
                    patient_id=appointment.patient_id,
                    slot_at=slot,
                )
                for slot in rules.slots(appointment.starts_at, appointment.ends_at)
            )
    except IntegrityError as clash:
        rules.check_free(
            appointment.patient,
            appointment.practitioner,
            appointment.room,
            appointment.starts_at,
            appointment.ends_at,
            leaving_out=appointment,
        )
        # The other hand let go again between our two looks.
        raise PractitionerTaken(name=appointment.practitioner.name, **rules.hours(appointment)) from clash
