"""Check-ins: one, those to be looked at, and those still waited for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When

from needlework.clinic.errors import NotFound
from needlework.clinic.models import CheckIn
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor, Role

_GRAVITY = Case(
    When(level="emergency", then=Value(0)),
    When(level="same-day", then=Value(1)),
    When(level="call-clinic", then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)

JUST_ANSWERED = timedelta(hours=12)


def get(by: Actor, public_id: UUID) -> CheckIn:
    """One check-in. A patient finds their own. Raises NotAllowed, NotFound."""
    if by.role is not Role.PATIENT:
        check_may(by, Act.SEE_RECORD)
    checkin = (
        CheckIn.objects.select_related("patient", "treatment__course", "clinic")
        .filter(clinic_id=by.clinic_id, public_id=public_id, voided_at=None)
        .first()
    )
    if checkin is None or (by.role is Role.PATIENT and checkin.patient_id != by.patient_id):
        raise NotFound(thing="check-in")
    return checkin


def current(by: Actor, *, at: datetime) -> CheckIn:
    """The check-in a patient is asked about now, by a link that is for the whole recovery.

    The one just answered (so that its advice is shown), else the latest that is due, else the next, else the
    last. Raises NotFound for a patient without check-ins.
    """
    rows = list(
        CheckIn.objects.select_related("patient", "treatment__course", "clinic")
        .filter(clinic_id=by.clinic_id, patient_id=by.patient_id or 0, voided_at=None)
        .order_by("due_at")
    )
    if not rows:
        raise NotFound(thing="check-in")
    fresh = [row for row in rows if row.answered_at is not None and row.answered_at > at - JUST_ANSWERED]
    due = [row for row in rows if row.answered_at is None and row.due_at <= at]
    coming = [row for row in rows if row.answered_at is None and row.due_at > at]
    return (fresh[-1:] or due[-1:] or coming[:1] or rows[-1:])[0]


def to_be_seen(by: Actor) -> QuerySet[CheckIn]:
    """Answered and not yet seen by anyone in the clinic, the gravest first, then the oldest."""
    check_may(by, Act.SEE_RECORD)
    return (
        CheckIn.objects.filter(
            clinic_id=by.clinic_id, answered_at__isnull=False, seen_at=None, voided_at=None
        )
        .select_related("patient", "treatment__course")
        .order_by(_GRAVITY, "answered_at")
    )


def silent(by: Actor, *, at: datetime, after: timedelta = timedelta(hours=24)) -> QuerySet[CheckIn]:
    """Due for a day or more and not answered: someone to call. Not further back than two weeks."""
    check_may(by, Act.SEE_RECORD)
    return (
        CheckIn.objects.filter(
            clinic_id=by.clinic_id,
            answered_at=None,
            voided_at=None,
            due_at__lte=at - after,
            due_at__gte=at - timedelta(days=14),
        )
        .select_related("patient", "treatment__course")
        .order_by("due_at")
    )
