"""Single scars on their page: marked by naming a square, carried on, taken back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import lesions
from needlework.clinic.models import Lesion, Patient
from needlework.clinic.who import Role
from needlework.web import lesion_map
from tests.factories import people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]
SENT = {"kind": "boxcar", "column": "C", "row": "4"}


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic())


def address(patient: Patient, area: str = "cheek-left") -> str:
    return f"{reverse('lesions', args=[patient.public_id])}?area={area}"


def test_a_practitioner_marks_a_scar_by_naming_its_square(
    log_in: LogIn, patient: Patient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(people.staff(patient.clinic))
    assert client.post(address(patient), SENT)["Location"] == address(patient)
    lesion = Lesion.objects.get()
    assert (lesion.area, lesion.kind, lesion.x, lesion.y) == (
        "cheek-left",
        "boxcar",
        Decimal("0.25"),
        Decimal("0.35"),
    )
    with django_assert_max_num_queries(25):
        shown = client.get(address(patient)).content.decode()
    assert "1. Boxcar scar, C4" in shown
    assert "Left cheek with 1 mark" in shown or "Cheek, left with 1 mark" in shown


def test_a_square_that_is_none_is_refused_at_its_field(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic))
    answer = client.post(address(patient), {**SENT, "column": "Z"})
    assert answer.status_code == 422
    assert not Lesion.objects.exists()


def test_a_scar_is_no_longer_seen_and_a_mark_is_taken_back(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic))
    for _ in range(2):
        client.post(address(patient), SENT)
    first, second = Lesion.objects.order_by("pk")
    gone = reverse("lesion-gone", args=[first.public_id])
    assert client.post(gone)["Location"] == address(patient)
    assert "no longer seen" in client.get(address(patient)).content.decode()
    again = client.post(gone, follow=True).content.decode()
    assert "If it is there again, mark it anew." in again
    void = reverse("lesion-void", args=[second.public_id])
    client.post(void, {"because": ""})
    second.refresh_from_db()
    assert second.voided_at is None
    client.post(void, {"because": "A mole"})
    second.refresh_from_db()
    assert second.voided_because == "A mole"


def test_without_a_wish_the_page_opens_where_the_first_mark_lies(log_in: LogIn, patient: Patient) -> None:
    lead = people.staff(patient.clinic, Role.MEDICAL_LEAD)
    lesions.mark(
        patient=patient,
        area="chin",
        kind="pock",
        x=Decimal("0.5"),
        y=Decimal("0.5"),
        by=people.acting(lead),
        at=NOW,
    )
    client = log_in(lead)
    for asked in ("", "?area=moon"):
        shown = client.get(reverse("lesions", args=[patient.public_id]) + asked).content.decode()
        assert "1. Pock mark, F6" in shown


def test_an_assistant_sees_the_marks_and_makes_none(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic, Role.ASSISTANT))
    assert "Mark it" not in client.get(address(patient)).content.decode()
    assert client.post(address(patient), SENT).status_code == 403


def test_the_front_desk_does_not_see_them(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic, Role.FRONT_DESK))
    assert client.get(address(patient)).status_code == 403


@pytest.mark.parametrize("column", lesion_map.COLUMNS)
@pytest.mark.parametrize("row", lesion_map.ROWS)
def test_a_square_leads_to_its_middle_and_back(column: str, row: int) -> None:
    assert lesion_map.place(*lesion_map.middle(column, row)) == f"{column}{row}"
