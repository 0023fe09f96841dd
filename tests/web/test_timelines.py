"""The patient's page and what comes after a treatment, through the browser's eyes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import checkins, links, photos
from needlework.clinic.models import AuditEvent, CheckIn, Course, Photo, Review, Score, Staff, Treatment
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import after, care, people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
SCALE = "goodman-baron-quantitative"


def signed(plan_of: Course, nurse: Staff, *, days: int) -> Treatment:
    """A treatment of this course, ended and signed so many days ago."""
    ended = NOW - timedelta(days=days)
    plan = plan_of.plans.first() or care.plan(plan_of, treatments_planned=20)
    return care.treatment(
        plan, nurse, opened_at=ended - timedelta(hours=1), started_at=ended - timedelta(minutes=30), started_by="x",
        finished_at=ended, finished_by="x", aftercare_at=ended, aftercare_by="x", signed_at=ended, signed_by="x",
        signer=nurse,
    )  # fmt: skip


@pytest.fixture
def nurse() -> Staff:
    clinic = people.clinic()
    people.site(clinic)
    return people.staff(clinic)


@pytest.fixture
def course(nurse: Staff) -> Course:
    """A course of a patient with a history, one treatment 42 days ago and one score."""
    patient = people.patient(nurse.clinic, given_name="Ngọc", family_name="<b>Trần</b>", skin_type=3)
    care.history(patient)
    held = care.consultation(patient, nurse, held_at=NOW - timedelta(days=60))
    Score.objects.create(
        clinic=nurse.clinic, patient=patient, consultation=held, scale=SCALE, value=Decimal(18),
        scored_at=held.held_at, scored_by="x",
    )  # fmt: skip
    course = care.course(patient, held, opened_at=NOW - timedelta(days=59))
    signed(course, nurse, days=42)
    return course


def test_the_patients_page_says_what_comes_next_and_how_it_came_here(
    course: Course, nurse: Staff, log_in: LogIn
) -> None:
    page = log_in(nurse).get(reverse("patient", args=[course.patient.public_id])).content.decode()
    assert "&lt;b&gt;Trần&lt;/b&gt;" in page
    assert "<b>Trần" not in page
    for line in ("Treatment 1: Acne scars", "Consultation", "Health history answered", "Plan made"):
        assert line in page
    line = AuditEvent.objects.get(event="record-opened")
    assert (line.patient, line.detail) == (course.patient.public_id, {"page": "patient"})


def test_twenty_treatments_cost_no_more_questions_than_one(
    course: Course, nurse: Staff, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(nurse)
    for days in range(1, 20):
        signed(course, nurse, days=days)
    address = reverse("patient", args=[course.patient.public_id])
    client.get(address)
    with django_assert_max_num_queries(25):
        assert client.get(address).status_code == 200


def test_the_front_desk_sees_contact_and_no_clinical_fact(
    course: Course, nurse: Staff, log_in: LogIn
) -> None:
    desk = people.staff(nurse.clinic, Role.FRONT_DESK)
    page = log_in(desk).get(reverse("patient", args=[course.patient.public_id])).content.decode()
    assert course.patient.phone in page
    for word in ("Treatment 1", "Consultation", "Skin type", "Acne", "Health history"):
        assert word not in page


def test_another_clinics_patient_and_an_unknown_one_are_the_same_404(
    course: Course, nurse: Staff, log_in: LogIn
) -> None:
    client = log_in(people.staff(people.clinic()))
    foreign = client.get(reverse("patient", args=[course.patient.public_id]))
    unknown = client.get(reverse("patient", args=[uuid4()]))
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    main = re.compile(rb"<main.*</main>", re.DOTALL)
    assert main.findall(foreign.content) == main.findall(unknown.content) != []


# --- photographs ----------------------------------------------------------------------------------------
def photograph(course: Course, nurse: Staff) -> Photo:
    return photos.take(
        patient=course.patient, about=course.consultation, view="front", data=after.jpeg(), taken_at=NOW,
        by=people.acting(nurse), at=NOW,
    )  # fmt: skip


def test_a_photograph_is_served_privately_and_looking_at_it_is_on_the_trail(
    course: Course, nurse: Staff, log_in: LogIn
) -> None:
    photo = photograph(course, nurse)
    answer = log_in(nurse).get(reverse("photo", args=[photo.public_id, "page"]))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert answer.content[:2] == b"\xff\xd8"
    assert AuditEvent.objects.get(event="photo-viewed").detail["size"] == "page"


@pytest.mark.parametrize("size", ["original", "..", "huge"])
def test_no_other_size_is_served(course: Course, nurse: Staff, log_in: LogIn, size: str) -> None:
    photo = photograph(course, nurse)
    assert log_in(nurse).get(f"/photos/{photo.public_id}/{size}/").status_code == 404


def test_who_may_not_see_records_gets_no_photograph(course: Course, nurse: Staff, log_in: LogIn) -> None:
    photo = photograph(course, nurse)
    address = reverse("photo", args=[photo.public_id, "thumb"])
    assert log_in(people.staff(nurse.clinic, Role.FRONT_DESK)).get(address).status_code == 403
    assert log_in(people.staff(people.clinic())).get(address).status_code == 404
    assert Client().get(address).status_code == 302


# --- check-ins ------------------------------------------------------------------------------------------
@pytest.fixture
def due(course: Course, nurse: Staff) -> CheckIn:
    treatment = signed(course, nurse, days=1)
    checkins.plan_for(treatment, by=people.acting(nurse), at=NOW)
    return treatment.checkins.order_by("due_at")[0]


def on_phone(of: CheckIn, client: Client, nurse: Staff) -> str:
    """The address of the check-in, after the birth date was given."""
    _, token = links.make_link(
        patient=of.patient, purpose="check-in", about=of.public_id, by=people.acting(nurse), at=NOW
    )
    born = of.patient.born_on
    client.post(
        reverse("patient-link", args=[token]),
        {"born_on_day": born.day, "born_on_month": born.month, "born_on_year": born.year},
    )  # fmt: skip
    return reverse("patient-checkin", args=[token])


def walk(client: Client, address: str, **said: str) -> str:
    """Answer one question after the other as one hopes, but for these; the last page."""
    for _ in range(40):
        page = client.get(address, follow=True)
        text = page.content.decode().partition("<form")[2]
        fields = re.findall(r'name="([a-z-]+)"', text)
        if "at" not in fields:
            return page.content.decode()
        place = re.search(r'name="at" value="(\d+)"', text)
        assert place is not None
        code = next((each for each in fields if each not in {"csrfmiddlewaretoken", "at", "photo"}), "")
        plain = {"pain": "1", "redness": "pink", "words": ""}
        answer = client.post(
            address, {"at": place[1], code: said.get(code.replace("-", "_"), plain.get(code, "no"))}
        )
        assert answer.status_code == 302, answer.content.decode()
        address = answer["Location"]
    raise AssertionError("the questions never end")


def test_a_patient_answers_one_question_after_the_other(due: CheckIn, nurse: Staff, client: Client) -> None:
    last = walk(client, on_phone(due, client, nurse))
    assert "All is as expected" in last, CheckIn.objects.get(pk=due.pk).answers
    due.refresh_from_db()
    assert (due.level, due.answered_by) == ("self-care", due.patient.name)


def test_an_urgent_answer_is_told_first_and_alone_with_the_phone_number(
    due: CheckIn, nurse: Staff, client: Client
) -> None:
    last = walk(client, on_phone(due, client, nurse), spreading="yes")
    assert "We want to see you today" in last
    assert nurse.clinic.phone in last
    assert "All is as expected" not in last


def test_a_picture_that_is_none_is_refused_and_the_answers_are_kept(
    due: CheckIn, nurse: Staff, client: Client
) -> None:
    address = on_phone(due, client, nurse)
    page = client.get(address)
    of = int(re.findall(r"of (\d+)", page.content.decode())[0])
    for at in range(of - 1):
        text = client.get(f"{address}?at={at}").content.decode().partition("<form")[2]
        code = next(
            each
            for each in re.findall(r'name="([a-z-]+)"', text)
            if each not in {"csrfmiddlewaretoken", "at"}
        )
        client.post(address, {"at": at, code: {"pain": "1", "redness": "pink"}.get(code, "no")})
    sent = SimpleUploadedFile("skin.jpg", b"GIF89a" + bytes(100))
    answer = client.post(address, {"at": of - 1, "words": "It stings.", "photo": sent})
    assert answer.status_code == 422
    assert "not a photograph" in answer.content.decode()
    due.refresh_from_db()
    assert due.answered_at is None
    assert "It stings." in client.get(f"{address}?at={of - 1}").content.decode()


def test_staff_read_answers_and_mark_them_seen(due: CheckIn, nurse: Staff, log_in: LogIn) -> None:
    checkins.answer(
        checkin=due, answers={}, worry="Is this normal?", by=people.as_patient(due.patient), at=NOW
    )
    client = log_in(nurse)
    assert "Is this normal?" in client.get(reverse("checkins")).content.decode()
    address = reverse("checkin", args=[due.public_id])
    assert "Is this normal?" in client.get(address).content.decode()
    assert client.post(address, {"note": "Called her."}).status_code == 302
    due.refresh_from_db()
    assert due.seen_note == "Called her."


def test_staff_enter_what_was_told_by_telephone(due: CheckIn, nurse: Staff, log_in: LogIn) -> None:
    client = log_in(nurse)
    address = reverse("checkin", args=[due.public_id])
    refused = client.post(address, {"pain": "12"})
    assert refused.status_code == 422
    assert "The highest is 10." in refused.content.decode()
    assert client.post(address, {"pain": "2", "redness": "pink"}).status_code == 302
    due.refresh_from_db()
    assert (due.answered_by, due.level) == (nurse.name, "call-clinic")


# --- reviews, documents, results ------------------------------------------------------------------------
def review(client: Client, course: Course, **facts: str) -> object:
    form = {
        "stage": "six-weeks",
        "patient_rating": "better",
        "conclusion": "continue",
        f"score_{SCALE}": "11",
        **facts,
    }
    return client.post(reverse("review-new", args=[course.public_id]), form)


def test_a_review_is_held_and_shows_what_changed(course: Course, nurse: Staff, log_in: LogIn) -> None:
    client = log_in(nurse)
    assert client.get(reverse("review-new", args=[course.public_id])).status_code == 200
    assert review(client, course).status_code == 302  # type: ignore[attr-defined]
    held = Review.objects.get()
    page = client.get(reverse("review", args=[held.public_id])).content.decode()
    assert "Better" in page
    assert "not proof" in page


@pytest.mark.parametrize(
    ("facts", "said"),
    [({f"score_{SCALE}": "999"}, "goes from 0 to 84"), ({"stage": "three-months"}, "Hold it from"),
     ({"patient_rating": ""}, "This field is required")],
)  # fmt: skip
def test_a_refused_review_says_why_and_keeps_what_was_typed(
    course: Course, nurse: Staff, log_in: LogIn, facts: dict[str, str], said: str
) -> None:
    answer = review(log_in(nurse), course, note="Good light today.", **facts)
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert said in page
    assert "Good light today." in page
    assert not Review.objects.exists()


def test_a_photograph_is_added_to_a_review(course: Course, nurse: Staff, log_in: LogIn) -> None:
    client = log_in(nurse)
    review(client, course)
    address = reverse("review", args=[Review.objects.get().public_id])
    sent = SimpleUploadedFile("face.jpg", after.jpeg())
    assert client.post(address, {"view": "front", "photo": sent}).status_code == 302
    bad = client.post(address, {"view": "front", "photo": SimpleUploadedFile("face.jpg", b"no picture" * 20)})
    assert bad.status_code == 422
    assert "not a photograph" in bad.content.decode()
    assert Photo.objects.count() == 1


def test_reviews_due_and_results_are_counted(course: Course, nurse: Staff, log_in: LogIn) -> None:
    client = log_in(nurse)
    assert "six-week" in client.get(reverse("reviews")).content.decode()
    page = client.get(reverse("results")).content.decode()
    assert "0 of 1" in page
    assert log_in(people.staff(nurse.clinic, Role.FRONT_DESK)).get(reverse("results")).status_code == 403


def test_a_patient_sees_their_own_results_and_nobody_elses(
    course: Course, nurse: Staff, client: Client
) -> None:
    photo = photograph(course, nurse)
    _, token = links.make_link(patient=course.patient, purpose="results", by=people.acting(nurse), at=NOW)
    assert client.get(reverse("patient-results", args=[token])).status_code == 302  # the birth date first
    born = course.patient.born_on
    parts = {"born_on_day": born.day, "born_on_month": born.month, "born_on_year": born.year}
    client.post(reverse("patient-link", args=[token]), parts)
    assert "Acne scars" in client.get(reverse("patient-results", args=[token])).content.decode()
    assert client.get(reverse("patient-photo", args=[token, photo.public_id, "thumb"])).status_code == 200
    other = people.patient(nurse.clinic)
    held = care.consultation(other, nurse)
    foreign = photos.take(
        patient=other,
        about=held,
        view="front",
        data=after.jpeg(),
        taken_at=NOW,
        by=people.acting(nurse),
        at=NOW,
    )
    assert client.get(reverse("patient-photo", args=[token, foreign.public_id, "thumb"])).status_code == 404


def test_findings_are_explained_with_what_would_change_them(
    course: Course, nurse: Staff, log_in: LogIn
) -> None:
    care.history(
        course.patient, care.answers(isotretinoin={"answer": "yes", "date": "2026-10-01"}), answered_at=NOW
    )
    page = log_in(nurse).get(reverse("patient", args=[course.patient.public_id])).content.decode()
    assert "What the rules found" in page
    assert "What would change this" in page
    assert "30 Mar 2027" in page  # 180 days after the last capsule
