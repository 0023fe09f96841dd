"""The diary: one appointment, a day or a week at a site, and a patient's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Appointment, Course, Patient, Site, Staff
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.clinic.rules.appointments import day_bounds
from needlework.clinic.who import Actor


def _rows(by: Actor) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(clinic_id=by.clinic_id)
    return rows.select_related("patient", "practitioner", "room", "site", "course")


def find(by: Actor, public_id: UUID) -> Appointment:
    """One appointment of this clinic. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_DIARY)
    appointment = _rows(by).filter(public_id=public_id).first()
    if appointment is None:
        raise NotFound(thing="appointment")
    return appointment


def on_days(
    by: Actor, *, first: date, days: int, site: Site, practitioner: Staff | None = None, over: bool = False
) -> list[Appointment]:
    """Appointments at a site from a day on, in time order; `over` brings the cancelled and missed too.

    Days are days at the site: 23 or 25 hours long when the clocks change. Raises NotAllowed.
    """
    check_may(by, Act.SEE_DIARY)
    start, _ = day_bounds(first, site.time_zone)
    _, end = day_bounds(first + timedelta(days=days - 1), site.time_zone)
    rows = _rows(by).filter(site=site, starts_at__gte=start, starts_at__lt=end)
    if practitioner is not None:
        rows = rows.filter(practitioner=practitioner)
    if not over:
        rows = rows.filter(cancelled_at=None, no_show_at=None)
    return list(rows.order_by("starts_at", "practitioner__name"))


def of_patient(by: Actor, patient: Patient, *, since: datetime | None = None) -> list[Appointment]:
    """A patient's appointments in time order, cancelled and missed ones too. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_PATIENTS, patient)
    rows = _rows(by).filter(patient=patient)
    if since is not None:
        rows = rows.filter(ends_at__gte=since)
    return list(rows.order_by("starts_at"))


def practitioners(by: Actor) -> list[Staff]:
    """Who has a column in the diary. Raises NotAllowed."""
    check_may(by, Act.SEE_DIARY)
    return list(Staff.objects.filter(clinic_id=by.clinic_id, is_active=True, treats=True).order_by("name"))


def open_courses(by: Actor, patient: Patient) -> list[Course]:
    """The courses an appointment may belong to; none for who may not see clinical facts. Raises NotFound."""
    check_access(by, Act.SEE_DIARY, patient)
    if not may(by, Act.SEE_RECORD):
        return []
    return list(Course.objects.filter(patient=patient, closed_at=None, voided_at=None).order_by("-opened_at"))
