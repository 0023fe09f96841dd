"""The page of a person's hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import AuditEvent, Clinic, HandCalibration, Staff
from needlework.clinic.who import Role
from needlework.skin import punctures
from tests.factories import people, rolls

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def doctor(clinic: Clinic) -> Staff:
    return people.staff(clinic, name="Zoë Ådahl")


@pytest.fixture(scope="module")
def photograph() -> bytes:
    head = punctures.heads.roller(rows=8, needles_per_row=24, width_mm=20, drum_diameter_mm=20)
    field = punctures.simulate(head, punctures.rectangle(100, 100), 2, directions=(0, 90), seed=3)
    return rolls.jpeg(rolls.draw(field.points, 100, 100, mm_per_px=0.12, dot_mm=0.4))


def page(person: Staff) -> str:
    return reverse("settings-hand", args=[person.public_id])


def sent(picture: bytes, **facts: object) -> dict[str, object]:
    return {
        "device": "dermaroller-mf-8",
        "photo": SimpleUploadedFile("sheet.jpg", picture, "image/jpeg"),
        "mm": "96",
        "x1": "10",
        "y1": "400",
        "x2": "810",
        "y2": "400",
        **facts,
    }


@pytest.mark.parametrize(
    ("role", "status", "measures"),
    [
        (Role.MEDICAL_LEAD, 200, True),
        (Role.MANAGER, 200, True),
        (Role.PRACTITIONER, 200, False),
        (Role.AUDITOR, 200, False),
        (Role.ASSISTANT, 403, False),
        (Role.FRONT_DESK, 403, False),
    ],
)
def test_who_sees_and_who_measures(
    log_in: LogIn, clinic: Clinic, doctor: Staff, role: Role, status: int, measures: bool
) -> None:
    client = log_in(people.staff(clinic, role))
    answer = client.get(page(doctor))
    assert answer.status_code == status
    assert ("Read the sheet" in answer.content.decode()) == measures
    if not measures:
        assert client.post(page(doctor), sent(b"x" * 50)).status_code == 403


def test_two_marked_points_and_a_photograph_become_a_hand(
    log_in: LogIn, doctor: Staff, photograph: bytes
) -> None:
    client = log_in(doctor)
    assert "5° and 3 mm are assumed" in client.get(page(doctor)).content.decode()
    answer = client.post(page(doctor), sent(photograph), follow=True)
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "the hand of Zoë Ådahl strays by" in said
    kept = HandCalibration.objects.get()
    assert kept.count_per_cm2 == pytest.approx(30, rel=0.1)
    assert "By 1 dye roll" in client.get(reverse("settings-person", args=[doctor.public_id])).content.decode()
    void = reverse("settings-hand-void", args=[doctor.public_id, kept.public_id])
    client.post(void, {"because": "The paper slipped."})
    assert "The paper slipped." in client.get(page(doctor)).content.decode()
    assert "5° and 3 mm are assumed" in client.get(page(doctor)).content.decode()
    assert AuditEvent.objects.filter(event="hand-voided").count() == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"photo": SimpleUploadedFile("a.jpg", b"nothing" * 9, "image/jpeg")}, "is not a photograph"),
        ({"x2": "", "y2": ""}, "Mark two points in the picture"),
        ({"x1": "10", "x2": "12"}, "2 pixels apart"),
        ({"device": "exceed"}, "Select a valid choice"),
        ({"mm": "0"}, "greater than or equal to 5"),
        ({"pitch_mm": "1000"}, "less than or equal to 100"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_form(
    log_in: LogIn, doctor: Staff, photograph: bytes, facts: dict[str, object], said: str
) -> None:
    answer = log_in(doctor).post(page(doctor), sent(photograph, **facts))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not HandCalibration.objects.exists()


def test_the_page_of_another_clinics_person_is_not_there(log_in: LogIn, doctor: Staff) -> None:
    stranger = people.staff(people.clinic(), Role.MEDICAL_LEAD)
    assert log_in(stranger).get(page(doctor)).status_code == 404
