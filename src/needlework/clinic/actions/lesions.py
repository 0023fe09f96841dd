"""Mark single scars, see that one is gone, and take a mark back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import NotFound
from needlework.clinic.models import Lesion, Patient
from needlework.clinic.rules import lesions as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.reasons import check_stands
from needlework.clinic.who import Actor

from .voiding import take_back


@transaction.atomic
def mark(
    *, patient: Patient, area: str, kind: str, x: Decimal, y: Decimal, by: Actor, at: datetime
) -> Lesion:
    """Mark one lesion; `x` and `y` are its shares of the way from left and from top. Raises NotAllowed, BadInput."""
    check_access(by, Act.CONSULT, patient)
    rules.check_spot(area, kind, x, y)
    locked = Patient.objects.select_for_update().get(pk=patient.pk)
    rules.check_room(locked.lesions.filter(area=area, voided_at=None, gone_at=None).count(), area)
    lesion = Lesion.objects.create(
        clinic_id=by.clinic_id,
        patient=locked,
        area=area,
        kind=kind,
        x=x,
        y=y,
        marked_at=at,
        marked_by=by.name,
    )
    audit.record(Event.LESION_MARKED, by=by, at=at, about=lesion, detail={"area": area, "kind": kind})
    return lesion


@transaction.atomic
def see_gone(*, lesion: Lesion, by: Actor, at: datetime) -> Lesion:
    """Note that a lesion is no longer seen. Raises NotAllowed, NotFound, AlreadyVoided, LesionGone."""
    locked = _locked(lesion, by)
    check_stands(locked)
    rules.check_still_seen(locked)
    locked.gone_at, locked.gone_by = at, by.name
    locked.save(update_fields=["gone_at", "gone_by"])
    audit.record(Event.LESION_GONE, by=by, at=at, about=locked, detail={"area": locked.area})
    return locked


@transaction.atomic
def void(*, lesion: Lesion, because: str, by: Actor, at: datetime) -> Lesion:
    """Take a mark back. Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided."""
    locked = _locked(lesion, by)
    take_back(row=locked, because=because, by=by, at=at)
    audit.record(Event.LESION_VOIDED, by=by, at=at, about=locked, detail={"area": locked.area})
    return locked


def _locked(lesion: Lesion, by: Actor) -> Lesion:
    check_access(by, Act.CONSULT, lesion)
    rows = Lesion.objects.select_for_update(of=("self",)).select_related("patient")
    found = rows.filter(pk=lesion.pk, clinic_id=by.clinic_id).first()
    if found is None:
        raise NotFound(thing="lesion")
    return found
