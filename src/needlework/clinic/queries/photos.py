"""Photographs, as they may be seen."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from needlework.clinic import vault
from needlework.clinic.errors import NotFound
from needlework.clinic.models import Patient, Photo
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor, Role

SIZES: Final = ("thumb", "page", "full")


def of_patient(by: Actor, patient: Patient) -> QuerySet[Photo]:
    """All photographs of a patient that are in use, oldest first, without their keys."""
    _check_may_see(by, patient.pk)
    return (
        Photo.objects.filter(patient=patient, clinic_id=by.clinic_id, voided_at=None)
        .defer("wrapped_key", "note")
        .order_by("taken_at", "id")
    )


def get(by: Actor, public_id: UUID) -> Photo:
    """One photograph in use. Raises NotAllowed, NotFound."""
    photo = (
        Photo.objects.select_related("patient")
        .filter(clinic_id=by.clinic_id, public_id=public_id, voided_at=None)
        .first()
    )
    if photo is None:
        raise NotFound(thing="photograph")
    _check_may_see(by, photo.patient_id)
    return photo


def picture(photo: Photo, size: str) -> bytes:
    """The JPEG of one size: sRGB, upright, without metadata. The file as received is never given out.

    Raises NotFound for another size; vault.Unreadable when the file was tampered with.
    """
    if size not in SIZES:
        raise NotFound(thing="size of this photograph")
    path = vault.path_of(photo.public_id, size)
    try:
        sealed = path.read_bytes()
    except FileNotFoundError as missing:
        raise NotFound(thing="file of this photograph") from missing
    key = vault.unwrap(bytes(photo.wrapped_key), photo.public_id)
    return vault.unseal(key, sealed, photo.public_id, size)


def _check_may_see(by: Actor, patient_pk: int) -> None:
    if by.role is Role.PATIENT:
        if by.patient_id != patient_pk:
            raise NotFound(thing="photograph")
        return
    check_may(by, Act.SEE_RECORD)
