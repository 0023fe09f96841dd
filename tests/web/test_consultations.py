"""The pages of a consultation: the form with the map, the page with the baseline photographs."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from needlework.clinic.actions import drafts
from needlework.clinic.models import Consultation, Draft, Patient, Photo
from needlework.clinic.who import Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]

SENT: dict[str, object] = {
    "purpose": "cosmetic",
    "motive": "The scars bother me at work.",
    "expectation": "Smoother skin.",
    "distress": "none",
    "skin_type": "3",
    "areas": ["cheek-left", "chin"],
    "concern-cheek-left": ["atrophic-acne-scars", "pores"],
    "concern-chin": ["atrophic-acne-scars"],
    "note-chin": "Two deep ones.",
    "score-goodman-baron-qualitative": "3",
    "unlikely-benefit": "no",
    "suspicious-lesion": "no",
    "notes": "",
}


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic())


def _address(patient: Patient) -> str:
    return reverse("consultation-new", args=[patient.public_id])


def test_a_practitioner_holds_a_consultation(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic))
    assert client.get(_address(patient)).status_code == 200
    answer = client.post(_address(patient), SENT)
    held = Consultation.objects.get()
    assert answer["Location"] == reverse("consultation", args=[held.public_id])
    assert {(row.area, row.indication, row.note) for row in held.concerns.all()} == {
        ("cheek-left", "atrophic-acne-scars", ""),
        ("cheek-left", "pores", ""),
        ("chin", "atrophic-acne-scars", "Two deep ones."),
    }
    assert held.scores.get().value == 3
    page = client.get(answer["Location"]).content.decode()
    assert "Take the baseline photographs" in page
    assert "Two deep ones." in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"motive": ""}, "motive"),
        ({"areas": []}, "areas"),
        ({"concern-chin": []}, "concern-chin"),
        ({"skin_type": "9"}, "skin_type"),
        ({"score-goodman-baron-qualitative": "7"}, "score-goodman-baron-qualitative"),
        ({"suspicious-lesion": ""}, "suspicious-lesion"),
    ],
)
def test_a_refused_form_says_so_at_the_field_and_keeps_what_was_typed(
    log_in: LogIn, patient: Patient, changed: dict[str, object], field: str
) -> None:
    refused = log_in(people.staff(patient.clinic)).post(_address(patient), {**SENT, **changed})
    assert refused.status_code == 422
    form = refused.context["form"]
    assert field in form.errors
    assert form["expectation"].value() == "Smoother skin."
    assert not Consultation.objects.exists()


def test_the_fields_follow_the_chosen_areas(log_in: LogIn, patient: Patient) -> None:
    client = log_in(people.staff(patient.clinic))
    chosen = {"areas": ["scalp"], "concern-scalp": ["hair-loss"]}
    part = client.post(reverse("consultation-parts", args=[patient.public_id]), chosen).content.decode()
    assert 'name="note-scalp"' in part
    assert 'name="score-norwood"' in part
    assert 'value="cellulite"' not in part
    assert "errorlist" not in part
    whole = client.post(_address(patient), {**chosen, "show-areas": "1"})
    assert whole.status_code == 200
    assert not Consultation.objects.exists()


def test_a_draft_brings_back_areas_and_words(log_in: LogIn, patient: Patient) -> None:
    person = people.staff(patient.clinic)
    fields = {"motive": ["Half a sen"], "areas": ["chin"], "concern-chin": ["pores"]}
    drafts.save(
        form="consultation",
        subject=patient.public_id,
        fields=fields,
        revision=0,
        by=people.acting(person),
        at=NOW,
    )
    client = log_in(person)
    form = client.get(_address(patient)).context["form"]
    assert form["motive"].value() == "Half a sen"
    assert form["concern-chin"].value() == "pores"
    client.post(_address(patient), SENT)
    assert not Draft.objects.exists()


def test_who_does_not_consult_gets_403_and_another_clinic_404(log_in: LogIn, patient: Patient) -> None:
    held = care.consultation(patient)
    page = reverse("consultation", args=[held.public_id])
    assert log_in(people.staff(patient.clinic, Role.ASSISTANT)).get(_address(patient)).status_code == 403
    assert log_in(people.staff(patient.clinic, Role.MANAGER)).get(page).status_code == 403
    stranger = log_in(people.staff(people.clinic()))
    assert stranger.get(_address(patient)).status_code == 404
    assert stranger.get(page).status_code == 404


def _jpeg() -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "tan").save(data, "JPEG")
    return SimpleUploadedFile("front.jpg", data.getvalue(), content_type="image/jpeg")


def test_baseline_photographs_are_kept_and_a_bad_one_is_named(log_in: LogIn, patient: Patient) -> None:
    held = care.consultation(patient)
    client = log_in(people.staff(patient.clinic))
    address = reverse("consultation-photographs", args=[held.public_id])
    refused = client.post(
        address, {"view-front": _jpeg(), "view-left": SimpleUploadedFile("left.jpg", b"not a picture")}
    )
    assert refused.status_code == 422
    assert "view-left" in refused.context["form"].errors
    assert Photo.objects.get().view == "front"
    assert client.post(address, {"view-left": _jpeg()}).status_code == 302
    assert client.post(address, {}).status_code == 422


def test_a_photograph_of_the_wrong_person_is_taken_out_of_use_with_a_reason(
    log_in: LogIn, patient: Patient
) -> None:
    held = care.consultation(patient)
    client = log_in(people.staff(patient.clinic))
    client.post(reverse("consultation-photographs", args=[held.public_id]), {"view-front": _jpeg()})
    address = reverse("photograph", args=[Photo.objects.get().public_id])
    assert address in client.get(reverse("consultation", args=[held.public_id])).content.decode()
    assert "Take it out of use" in client.get(address).content.decode()
    assert client.post(address, {"because": " "}).status_code == 422
    assert client.post(address, {"because": "It shows her sister"}).status_code == 302
    assert Photo.objects.get().voided_because == "It shows her sister"
    assert client.get(address).status_code == 404
    auditor = log_in(people.staff(patient.clinic, Role.AUDITOR))
    assert auditor.get(address).status_code == 404


def test_whoever_only_reads_sees_a_photograph_and_takes_none_out(log_in: LogIn, patient: Patient) -> None:
    held = care.consultation(patient)
    nurse = log_in(people.staff(patient.clinic))
    nurse.post(reverse("consultation-photographs", args=[held.public_id]), {"view-front": _jpeg()})
    address = reverse("photograph", args=[Photo.objects.get().public_id])
    auditor = log_in(people.staff(patient.clinic, Role.AUDITOR))
    assert "Take it out of use" not in auditor.get(address).content.decode()
    assert auditor.post(address, {"because": "x"}).status_code == 403
    desk = log_in(people.staff(patient.clinic, Role.FRONT_DESK))
    assert desk.get(address).status_code == 403


def test_the_page_of_a_consultation_costs_few_queries(
    log_in: LogIn, patient: Patient, django_assert_max_num_queries: Callable[..., object]
) -> None:
    held = care.consultation(patient, areas=("cheek-left", "cheek-right", "chin", "nose"))
    client = log_in(people.staff(patient.clinic))
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        client.get(reverse("consultation", args=[held.public_id]))
