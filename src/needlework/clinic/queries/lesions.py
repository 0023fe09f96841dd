"""Lesions of a patient: those that are seen now, and where the stamp was pressed before."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max, Q

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Lesion, Patient
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.who import Actor


def of_patient(by: Actor, patient: Patient, *, area: str = "") -> list[Lesion]:
    """What is marked and stands, in the order of marking; of one area if it is named. Raises NotAllowed, NotFound.

    Each carries `last_pressed_at`: when a stamp was last pressed on it. Those no longer seen are among them.
    """
    check_access(by, Act.SEE_RECORD, patient)
    rows = Lesion.objects.filter(clinic_id=by.clinic_id, patient=patient, voided_at=None)
    if area:
        rows = rows.filter(area=area)
    counted = Q(presses__treated__voided_at=None)
    rows = rows.annotate(last_pressed_at=Max("presses__treated__treated_at", filter=counted))
    return list(rows.order_by("area", "marked_at", "pk"))


def seen(by: Actor, patient: Patient, *, area: str = "") -> list[Lesion]:
    """Those that are still seen. Raises NotAllowed, NotFound."""
    return [lesion for lesion in of_patient(by, patient, area=area) if lesion.gone_at is None]


def lesion(by: Actor, public_id: UUID) -> Lesion:
    """One lesion. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECORD)
    rows = Lesion.objects.filter(clinic_id=by.clinic_id, public_id=public_id, voided_at=None)
    found = rows.select_related("patient__clinic").first()
    if found is None:
        raise NotFound(thing="lesion")
    return found
