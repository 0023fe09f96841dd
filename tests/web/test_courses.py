"""The pages of courses and plans: proposed, checked while it is written, versioned, closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import Consultation, Course, Patient, Plan
from needlework.clinic.who import Role
from tests.factories import care, people

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]

ROW: dict[str, object] = {
    "row-0-device": "dermaroller-mf-8",
    "row-0-needle_mm": "1.5",
    "row-0-passes": "8",
    "row-0-endpoint": "Even redness.",
}
SENT: dict[str, object] = {
    **ROW,
    "treatments_planned": "4",
    "interval_days": "28",
    "anaesthetic": "emla",
    "combined_with": ["sterile-saline"],
    "note": "",
}


@pytest.fixture
def patient() -> Patient:
    patient = people.patient(people.clinic(), skin_type=2)
    care.consent_text(patient.clinic)
    care.device_model()
    care.history(patient, care.answers(allergy_parabens={"answer": "yes"}))
    return patient


@pytest.fixture
def held(patient: Patient) -> Consultation:
    return care.consultation(patient)


def _address(held: Consultation | Course) -> str:
    return reverse("plan-new", args=[held.public_id])


def test_a_plan_is_proposed_and_kept_with_its_course(
    log_in: LogIn, held: Consultation, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = log_in(people.staff(held.clinic))
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        page = client.get(_address(held))
    form = page.context["form"]
    assert form["row-0-device"].value() == "dermaroller-mf-8"
    words = page.content.decode()
    assert "Protocol: 0.5 to 1.5 mm" in words
    assert "Within the bounds" in words
    assert "Most people in studies ended up with scars about one grade milder." in words
    answer = client.post(_address(held), SENT)
    plan = Plan.objects.get()
    assert answer["Location"] == reverse("consent", args=[plan.public_id])
    assert (plan.version, plan.course.title, plan.anaesthetic) == (1, "Atrophic acne scars", "emla")


def test_a_cream_the_history_speaks_against_is_no_choice_and_says_why(
    log_in: LogIn, held: Consultation
) -> None:
    client = log_in(people.staff(held.clinic))
    page = client.get(_address(held))
    offered = [code for code, _name in page.context["form"].fields["anaesthetic"].choices]
    assert "emla" in offered
    assert "pliaglis" not in offered
    assert "The product contains parabens." in page.content.decode()
    assert client.post(_address(held), {**SENT, "anaesthetic": "pliaglis"}).status_code == 422


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"row-0-needle_mm": "2.0"}, "row-0-needle_mm", "made for 1.5 mm"),
        ({"row-0-needle_mm": "9"}, "row-0-needle_mm", "less than or equal"),
        ({"row-0-passes": "0"}, "row-0-passes", "greater than or equal"),
        ({"interval_days": "7"}, "interval_days", "wants 28"),
        ({"row-0-passes": "40"}, "note", "Write down why"),
        ({"row-0-endpoint": ""}, "row-0-endpoint", "required"),
    ],
)
def test_a_refused_plan_says_so_at_its_row_and_leaves_no_course(
    log_in: LogIn, held: Consultation, changed: dict[str, object], field: str, sentence: str
) -> None:
    refused = log_in(people.staff(held.clinic)).post(_address(held), {**SENT, **changed})
    assert refused.status_code == 422
    assert sentence in str(refused.context["form"].errors[field])
    assert not Course.objects.exists()


def test_the_bounds_answer_while_the_plan_is_written(log_in: LogIn, held: Consultation) -> None:
    client = log_in(people.staff(held.clinic))
    address = reverse("plan-check", args=[held.public_id])
    said = client.post(address, {**SENT, "row-0-passes": "40"}).content.decode()
    assert 'id="check-0"' in said
    assert "hx-swap-oob" in said
    assert "outside the range of the protocol" in said
    assert "Within the bounds" in client.post(address, SENT).content.decode()
    assert not Plan.objects.exists()


def test_an_area_can_be_left_out(log_in: LogIn, patient: Patient) -> None:
    held = care.consultation(patient, areas=("cheek-left", "chin"))
    client = log_in(people.staff(held.clinic))
    assert client.post(_address(held), {**SENT, "row-1-leave_out": "on"}).status_code == 302
    assert [row.area for row in Plan.objects.get().areas.all()] == ["cheek-left"]


def test_a_change_says_that_it_must_be_signed_again_and_is_a_new_version(
    log_in: LogIn, held: Consultation
) -> None:
    client = log_in(people.staff(held.clinic))
    client.post(_address(held), SENT)
    first = Plan.objects.get()
    care.consent(first)
    page = client.get(_address(first.course))
    assert "A new version must be signed again" in page.content.decode()
    assert page.context["form"]["row-0-passes"].value() == 8
    client.post(_address(first.course), {**SENT, "row-0-passes": "10"})
    assert [plan.version for plan in Plan.objects.order_by("version")] == [1, 2]
    old = client.get(reverse("plan", args=[first.public_id])).content.decode()
    assert "a newer version has replaced it" in old
    course = client.get(reverse("course", args=[first.course.public_id])).content.decode()
    assert "Out of date: to be signed again" in course


def test_a_course_is_closed_on_its_page(log_in: LogIn, held: Consultation) -> None:
    course = care.course(held.patient, held)
    client = log_in(people.staff(held.clinic))
    page = client.get(reverse("course", args=[course.public_id]))
    assert "No plan yet" in page.content.decode()
    address = reverse("course-close", args=[course.public_id])
    refused = client.post(address, {"outcome": "stopped-patient", "note": ""})
    assert refused.status_code == 422
    assert "why the course ends early" in refused.content.decode()
    assert client.post(address, {"outcome": "stopped-patient", "note": "Moved."}).status_code == 302
    course.refresh_from_db()
    assert course.outcome == "stopped-patient"


def test_the_page_of_a_course_costs_few_queries(
    log_in: LogIn, patient: Patient, django_assert_max_num_queries: Callable[..., object]
) -> None:
    plan = care.plan(patient, areas=("cheek-left", "cheek-right", "chin"))
    care.consent(plan)
    for _ in range(6):
        care.treatment(plan)
    client = log_in(people.staff(patient.clinic))
    for name, public_id in (("course", plan.course.public_id), ("plan", plan.public_id)):
        with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
            assert client.get(reverse(name, args=[public_id])).status_code == 200


def test_another_clinic_gets_404_and_who_may_not_403(log_in: LogIn, held: Consultation) -> None:
    plan = care.plan(care.course(held.patient, held))
    pages = [
        reverse("course", args=[plan.course.public_id]),
        reverse("plan", args=[plan.public_id]),
        _address(held),
        _address(plan.course),
    ]
    stranger = log_in(people.staff(people.clinic()))
    assert [stranger.get(page).status_code for page in pages] == [404, 404, 404, 404]
    desk = log_in(people.staff(held.clinic, Role.FRONT_DESK))
    assert [desk.get(page).status_code for page in pages] == [403, 403, 403, 403]
    assistant = log_in(people.staff(held.clinic, Role.ASSISTANT))
    assert [assistant.get(page).status_code for page in pages] == [200, 200, 403, 403]
