"""Photographs in the record: kept encrypted, shown only as derived pictures, only to whom they may be shown."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from PIL import Image

from needlework.clinic import vault
from needlework.clinic.actions import photos
from needlework.clinic.errors import (
    AlreadyVoided,
    BadInput,
    NotAllowed,
    NotFound,
    PhotoNotReadable,
    PhotoTakenInFuture,
    ReasonNeeded,
)
from needlework.clinic.models import AuditEvent, Consultation, Patient, Photo, Staff
from needlework.clinic.queries import photos as seen
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import after, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are counted here, so no other test may write beside."""
    monkeypatch.setattr(settings, "PHOTO_DIR", tmp_path / "photos")


@pytest.fixture
def nurse() -> Staff:
    return people.staff(people.clinic())


@pytest.fixture
def visit(nurse: Staff) -> Consultation:
    return after.consultation(people.patient(nurse.clinic), nurse)


def take(visit: Consultation, by: Staff, **facts: object) -> Photo:
    return photos.take(
        **{
            "patient": visit.patient,
            "about": visit,
            "view": "front",
            "data": after.jpeg(),
            "taken_at": NOW,
            "by": people.acting(by),
            "at": NOW,
            **facts,
        }
    )  # type: ignore[arg-type]


def files() -> set[Path]:
    return {path for path in Path(settings.PHOTO_DIR).rglob("*") if path.is_file()}


def test_a_photograph_is_kept_encrypted_and_shown_derived(visit: Consultation, nurse: Staff) -> None:
    data = after.jpeg()
    photo = take(visit, nurse, data=data)
    original = vault.path_of(photo.public_id, "original").read_bytes()
    assert data not in original
    assert b"JFIF" not in original
    key = vault.unwrap(bytes(photo.wrapped_key), photo.public_id)
    assert vault.unseal(key, original, photo.public_id, "original") == data
    shown = Image.open(BytesIO(seen.picture(seen.get(people.acting(nurse), photo.public_id), "page")))
    assert shown.format == "JPEG"
    line = AuditEvent.objects.get(event="photo-taken")
    assert (line.about_id, line.patient) == (photo.public_id, visit.patient.public_id)


def test_the_file_as_received_is_never_given_out(visit: Consultation, nurse: Staff) -> None:
    photo = take(visit, nurse)
    with pytest.raises(NotFound):
        seen.picture(photo, "original")


def test_a_file_that_was_changed_or_exchanged_is_not_shown(visit: Consultation, nurse: Staff) -> None:
    one, other = take(visit, nurse), take(visit, nurse, view="left")
    path = vault.path_of(one.public_id, "page")
    path.write_bytes(vault.path_of(other.public_id, "page").read_bytes())
    with pytest.raises(vault.Unreadable):
        seen.picture(one, "page")
    sealed = bytearray(vault.path_of(other.public_id, "page").read_bytes())
    sealed[40] ^= 1
    vault.path_of(other.public_id, "page").write_bytes(sealed)
    with pytest.raises(vault.Unreadable):
        seen.picture(other, "page")


def test_another_master_key_opens_nothing(
    visit: Consultation, nurse: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = take(visit, nurse)
    monkeypatch.setattr(vault, "master_key", lambda: bytes(32))
    with pytest.raises(vault.Unreadable):
        seen.picture(photo, "thumb")


def test_a_file_that_is_no_picture_is_refused_and_leaves_nothing(visit: Consultation, nurse: Staff) -> None:
    before = files()
    with pytest.raises(PhotoNotReadable, match="not a photograph"):
        take(visit, nurse, data=b"%PDF-1.7 " + bytes(200))
    assert files() == before
    assert not Photo.objects.exists()
    assert not AuditEvent.objects.filter(event="photo-taken").exists()


def test_when_the_database_refuses_no_file_is_left(
    visit: Consultation, nurse: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    before = files()
    monkeypatch.setattr(photos.audit, "record", failing)
    with pytest.raises(RuntimeError):
        take(visit, nurse)
    assert files() == before
    assert not Photo.objects.exists()


def test_a_photograph_from_the_future_is_refused(visit: Consultation, nurse: Staff) -> None:
    with pytest.raises(PhotoTakenInFuture):
        take(visit, nurse, taken_at=NOW + timedelta(hours=1))


def test_an_unknown_view_is_refused_with_the_ones_there_are(visit: Consultation, nurse: Staff) -> None:
    with pytest.raises(BadInput, match="close"):
        take(visit, nurse, view="above")


def test_another_clinic_finds_no_such_photograph(visit: Consultation, nurse: Staff) -> None:
    photo = take(visit, nurse)
    stranger = people.acting(people.staff(people.clinic()))
    with pytest.raises(NotFound) as foreign:
        seen.get(stranger, photo.public_id)
    with pytest.raises(NotFound) as unknown:
        seen.get(stranger, uuid4())
    assert str(foreign.value) == str(unknown.value)


def test_a_photograph_cannot_be_hung_on_another_patients_visit(visit: Consultation, nurse: Staff) -> None:
    other = people.patient(nurse.clinic)
    with pytest.raises(NotFound):
        take(visit, nurse, patient=other)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER])
def test_who_may_not_see_records_sees_no_photograph(visit: Consultation, nurse: Staff, role: Role) -> None:
    photo = take(visit, nurse)
    with pytest.raises(NotAllowed):
        seen.get(people.acting(people.staff(nurse.clinic, role)), photo.public_id)


def test_a_patient_sees_their_own_photographs_only(visit: Consultation, nurse: Staff) -> None:
    photo = take(visit, nurse)
    assert seen.get(people.as_patient(visit.patient), photo.public_id) == photo
    neighbour: Patient = people.patient(nurse.clinic)
    with pytest.raises(NotFound):
        seen.get(people.as_patient(neighbour), photo.public_id)


def test_a_voided_photograph_is_kept_and_no_longer_shown(visit: Consultation, nurse: Staff) -> None:
    photo = take(visit, nurse)
    with pytest.raises(ReasonNeeded):
        photos.void(photo=photo, because=" ", by=people.acting(nurse), at=NOW)
    photos.void(photo=photo, because="Taken of the wrong person", by=people.acting(nurse), at=NOW)
    with pytest.raises(NotFound):
        seen.get(people.acting(nurse), photo.public_id)
    assert vault.path_of(photo.public_id, "original").exists()
    assert Photo.objects.get().voided_because == "Taken of the wrong person"
    with pytest.raises(AlreadyVoided, match=nurse.name):
        photos.void(photo=photo, because="Once more", by=people.acting(nurse), at=NOW)


def test_a_key_file_others_can_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "master.key"
    vault.write_key_file(path, bytes(range(32)))
    monkeypatch.setattr(settings, "MASTER_KEY_FILE", path)
    assert vault.master_key() == bytes(range(32))
    path.chmod(0o644)
    with pytest.raises(vault.KeyMissing, match="chmod 600"):
        vault.master_key()


def test_outside_demonstration_a_key_is_never_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DEMONSTRATION", False)
    monkeypatch.setattr(settings, "MASTER_KEY_FILE", tmp_path / "none.key")
    with pytest.raises(vault.KeyMissing, match="There is no master key"):
        vault.master_key()
