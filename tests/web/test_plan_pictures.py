"""The plan builder draws what a row does, as it is being written, and says so in words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import lesions
from needlework.clinic.models import Consultation, HandCalibration, Plan, PlanArea
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]


def row(number: int, **changed: str) -> dict[str, str]:
    facts = {
        "device": "dermaroller-mf-8",
        "needle_mm": "1.5",
        "passes": "8",
        "endpoint": "Even redness.",
        "target_per_cm2": "",
        "beside": "",
    }
    return {f"row-{number}-{name}": value for name, value in {**facts, **changed}.items()}


COURSE = {"treatments_planned": "4", "interval_days": "28", "anaesthetic": "", "note": ""}


@pytest.fixture
def held() -> Consultation:
    patient = people.patient(people.clinic(), skin_type=2, sex="f")
    care.consent_text(patient.clinic)
    care.device_model()
    care.device_model("derma-stamp", kind="stamp", needle_mm_min=None, needle_mm_max=None)
    care.device_model("dermaroller-ms-4")
    care.history(patient)
    return care.consultation(patient, areas=("cheek-left", "chin"))


def drawn(words: str, number: int) -> str:
    """The pictures of one row."""
    return words.split(f'<div id="pictures-{number}"')[1].split("</details>")[0]


def test_the_first_row_is_drawn_when_the_page_opens(
    log_in: LogIn, held: Consultation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(people.staff(held.clinic))
    with django_assert_max_num_queries(25):
        words = client.get(reverse("plan-new", args=[held.public_id])).content.decode()
    assert drawn(words, 0).count('<svg class="picture"') == 3
    assert "svg" not in words.split('<div id="pictures-1"')[1].split("</div>")[0]
    assert "punctures per cm² on average" in words
    assert "the dermis 0.87 mm" in words  # a woman's cheek, and no man's
    assert "the dermis 1.14 mm" not in words


def test_the_row_in_which_something_is_typed_is_drawn_anew(log_in: LogIn, held: Consultation) -> None:
    client = log_in(people.staff(held.clinic))
    check = reverse("plan-check", args=[held.public_id])
    sent = {**row(0), **row(1, passes="15"), **COURSE}
    words = client.post(check, {**sent, "picture": "1"}).content.decode()
    assert 'id="pictures-0"' not in words
    assert "15 passes with Dermaroller MF-8" in drawn(words, 1)
    assert "so no layer can be named" in drawn(words, 1)  # the chin was not measured
    for nothing in ("", "2", "²", "-1"):
        assert 'id="pictures-' not in client.post(check, {**sent, "picture": nothing}).content.decode()


def test_without_script_a_button_draws_a_row_and_keeps_what_was_typed(
    log_in: LogIn, held: Consultation
) -> None:
    client = log_in(people.staff(held.clinic))
    sent = {**row(0), **row(1, passes="13", endpoint=""), **COURSE, "picture": "1"}
    answer = client.post(reverse("plan-new", args=[held.public_id]), sent)
    words = answer.content.decode()
    assert answer.status_code == 200
    assert not Plan.objects.exists()
    assert 'value="13"' in words
    assert "svg" not in words.split('<div id="pictures-0"')[1].split("</div>")[0]


def test_two_devices_stand_beside_each_other_on_one_scale(log_in: LogIn, held: Consultation) -> None:
    client = log_in(people.staff(held.clinic))
    check = reverse("plan-check", args=[held.public_id])
    sent = {**row(0, beside="dermaroller-ms-4"), **row(1), **COURSE, "picture": "0"}
    words = drawn(client.post(check, sent).content.decode(), 0)
    assert (
        words.count('<svg class="picture"') == 5
    )  # two fields, two sections, and one drawing of both curves
    ends = {
        part.split(" or more")[0].rsplit(">")[-1] for part in words.split("</text>") if " or more" in part
    }
    assert len(ends) == 1
    assert "Dermaroller MF-8, 8 passes" in words
    assert "Dermaroller MS-4, 8 passes" in words


def test_a_device_of_which_too_little_is_known_is_not_drawn_but_said(
    log_in: LogIn, held: Consultation
) -> None:
    care.device_model("skinpen-precision", kind="pen")
    client = log_in(people.staff(held.clinic))
    check = reverse("plan-check", args=[held.public_id])
    sent = {**row(0, device="skinpen-precision"), **row(1), **COURSE, "picture": "0"}
    words = client.post(check, sent).content.decode()
    assert "The density is not known. What SkinPen Precision delivers depends on how fast it glides" in words
    assert drawn(words, 0).count('<svg class="picture"') == 1  # the section: its depth is known as a range


def test_a_target_is_optional_and_says_the_passes_it_would_take(log_in: LogIn, held: Consultation) -> None:
    client = log_in(people.staff(held.clinic))
    page = client.get(reverse("plan-new", args=[held.public_id])).content.decode()
    assert 'name="row-0-target_per_cm2" min="1"' in page  # and no value
    check = reverse("plan-check", args=[held.public_id])
    sent = {**row(0, target_per_cm2="200"), **row(1), **COURSE}
    assert "A target of 200 per cm² takes 14 passes." in client.post(check, sent).content.decode()
    answer = client.post(reverse("plan-new", args=[held.public_id]), sent)
    assert answer.status_code == 302
    assert list(PlanArea.objects.order_by("pk").values_list("target_per_cm2", flat=True)) == [200, None]
    shown = client.get(reverse("plan", args=[Plan.objects.get().public_id])).content.decode()
    assert "target 200 per cm²" in shown


def test_a_target_that_cannot_be_meant_comes_back_at_its_field(log_in: LogIn, held: Consultation) -> None:
    client = log_in(people.staff(held.clinic))
    sent = {**row(0), **row(1, target_per_cm2="9999"), **COURSE}
    answer = client.post(reverse("plan-new", args=[held.public_id]), sent)
    assert answer.status_code == 422
    assert "A target lies between 1 and 5000 punctures per cm²" in answer.content.decode()


def test_no_page_speaks_of_a_best_density(log_in: LogIn, held: Consultation) -> None:
    client = log_in(people.staff(held.clinic))
    words = client.get(reverse("plan-new", args=[held.public_id])).content.decode().lower()
    for claim in ("optimal", "optimum", "ideal", "recommended density"):
        assert claim not in words
    assert "no trial has compared" in words


def test_the_plan_is_drawn_with_the_measured_hand_of_who_plans(log_in: LogIn, held: Consultation) -> None:
    planner = people.staff(held.clinic)
    client = log_in(planner)
    before = client.get(reverse("plan-new", args=[held.public_id])).content.decode()
    assert "How the hand of" in before
    assert "strays is not measured" in before
    assert "how far the hand strays (5°, 3 mm)" in before
    HandCalibration.objects.create(
        clinic=planner.clinic,
        staff=planner,
        device="dermaroller-mf-8",
        sha256="0" * 64,
        mm_per_px=0.1,
        dots=3000,
        area_cm2=120.0,
        count_per_cm2=27.0,
        count_low_per_cm2=26.0,
        count_high_per_cm2=28.0,
        strokes=12,
        angle_sd_deg=2.0,
        angle_freedom=10,
        lateral_sd_mm=1.0,
        lateral_freedom=10,
        measured_at=NOW,
        measured_by=planner.name,
    )
    after = client.get(reverse("plan-new", args=[held.public_id])).content.decode()
    assert "By 1 dye roll, the hand of" in after
    assert "how far the hand strays (5°, 3 mm)" not in after


def test_a_stamp_is_drawn_on_the_scars_that_are_marked(log_in: LogIn, held: Consultation) -> None:
    planner = people.staff(held.clinic)
    for x in ("0.45", "0.55"):
        lesions.mark(
            patient=held.patient,
            area="cheek-left",
            kind="boxcar",
            x=Decimal(x),
            y=Decimal("0.55"),
            by=people.acting(planner),
            at=NOW,
        )
    sent = {**row(0, device="derma-stamp"), **row(1), **COURSE, "picture": "0"}
    words = log_in(planner).post(reverse("plan-check", args=[held.public_id]), sent).content.decode()
    assert drawn(words, 0).count('class="lesion"') == 2
    assert "2 lesions are ringed" in drawn(words, 0)


def test_a_kept_plan_shows_its_pictures_when_asked(
    log_in: LogIn, held: Consultation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(people.staff(held.clinic))
    client.post(reverse("plan-new", args=[held.public_id]), {**row(0), **row(1), **COURSE})
    url = reverse("plan", args=[Plan.objects.get().public_id])
    assert '<svg class="picture"' not in client.get(url).content.decode()
    with django_assert_max_num_queries(25):
        words = client.get(f"{url}?pictures=1").content.decode()
    assert words.count('<svg class="picture"') == 6
    assert "Skin near a puncture" in words
