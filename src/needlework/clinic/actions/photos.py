"""Taking photographs in."""

from __future__ import annotations

import contextlib
import hashlib
import os
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction

from needlework.clinic import audit, vault
from needlework.clinic.audit import Event
from needlework.clinic.errors import PhotoNotReadable
from needlework.clinic.models import CheckIn, Consultation, Patient, Photo, Review, Treatment
from needlework.clinic.rules import photos as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor
from needlework.skin.photos import develop

from .voiding import take_back

Visit = Consultation | Treatment | CheckIn | Review


def take(
    *,
    patient: Patient,
    about: Visit,
    view: str,
    area: str = "",
    data: bytes,
    taken_at: datetime,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Photo:
    """Keep a photograph of one visit: the file as received, encrypted, and what may be shown of it.

    Raises NotAllowed, NotFound, PhotoNotReadable, PhotoTakenInFuture. When anything fails, nothing is left.
    """
    rules.check_may_take(by, patient=patient, about=about)
    rules.check_view(view)
    rules.check_taken_at(taken_at, at=at)
    try:
        developed = develop.develop(data)
    except develop.PhotoRefused as refused:
        raise PhotoNotReadable(because=str(refused)) from refused
    public_id = uuid4()
    key, wrapped = vault.new_key(public_id)
    written: list[Path] = []
    try:
        for kind, picture in {"original": data, **developed.pictures}.items():
            written.append(_write(vault.path_of(public_id, kind), vault.seal(key, picture, public_id, kind)))
        with transaction.atomic():
            photo = Photo.objects.create(
                public_id=public_id,
                clinic_id=patient.clinic_id,
                patient=patient,
                **{type(about).__name__.lower(): about},
                view=view,
                area=area,
                note=note,
                sha256=hashlib.sha256(data).hexdigest(),
                format=developed.format,
                bytes=len(data),
                width=developed.width,
                height=developed.height,
                wrapped_key=wrapped,
                master_key_id=vault.fingerprint(vault.master_key()),
                taken_at=taken_at,
                taken_by=by.name,
            )
            audit.record(
                Event.PHOTO_TAKEN,
                by=by,
                at=at,
                about=photo,
                detail={"view": view, "area": area, "bytes": len(data)},
            )
    except BaseException:
        for path in written:
            with contextlib.suppress(OSError):
                path.unlink()
        raise
    return photo


@transaction.atomic
def void(*, photo: Photo, because: str, by: Actor, at: datetime) -> Photo:
    """Take a photograph out of use. It is kept, and no longer shown.

    Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided.
    """
    check_access(by, Act.CONSULT, photo)
    photo = Photo.objects.select_for_update(of=("self",)).select_related("patient").get(pk=photo.pk)
    take_back(row=photo, because=because, by=by, at=at)
    audit.record(Event.PHOTO_VOIDED, by=by, at=at, about=photo)
    return photo


def note_viewed(*, photo_id: UUID, patient: Patient, size: str, by: Actor, at: datetime) -> None:
    """A photograph was looked at in full: a line in the trail."""
    audit.record(
        Event.PHOTO_VIEWED, by=by, at=at, patient=patient, detail={"photo": str(photo_id), "size": size}
    )


def _write(path: Path, sealed: bytes) -> Path:
    """Write a file so that it is whole or absent, whatever happens to the server."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path
