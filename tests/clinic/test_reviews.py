"""Reviews: due, held once, and honest about the change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from needlework.clinic.actions import course_summaries, reviews
from needlework.clinic.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    NothingToReview,
    ReviewAlreadyHeld,
    ReviewTooEarly,
    ScoreNotOnScale,
)
from needlework.clinic.models import AuditEvent, Course, Document, Review, Score, Staff
from needlework.clinic.queries import results
from needlework.clinic.queries import reviews as queries
from needlework.clinic.rules import reviews as rules
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import care, people

pytestmark = pytest.mark.django_db

SCALE = "goodman-baron-quantitative"  # tells 4 points apart


@pytest.fixture
def nurse() -> Staff:
    return people.staff(people.clinic())


def treated(nurse: Staff, *, days: int = 42, score: str | None = "18") -> Course:
    """A course whose only treatment ended so many days ago."""
    ended = NOW - timedelta(days=days)
    held = care.consultation(people.patient(nurse.clinic), nurse, held_at=ended - timedelta(days=20))
    course = care.course(held.patient, held, opened_at=ended - timedelta(days=19))
    plan = care.plan(course, treatments_planned=1)
    care.treatment(
        plan, nurse, opened_at=ended - timedelta(hours=1), started_at=ended - timedelta(minutes=30), started_by="x",
        finished_at=ended, finished_by="x", aftercare_at=ended, aftercare_by="x", signed_at=ended, signed_by="x", signer=nurse,
    )  # fmt: skip
    if score is not None:
        Score.objects.create(
            clinic=nurse.clinic, patient=held.patient, consultation=held, scale=SCALE, value=Decimal(score),
            scored_at=held.held_at, scored_by="x",
        )  # fmt: skip
    return course


def hold(course: Course, nurse: Staff, **facts: object) -> Review:
    given = {
        "practitioner": nurse,
        "stage": "six-weeks",
        "scores": [],
        "patient_rating": "same",
        "conclusion": "continue",
        "by": people.acting(nurse),
        "at": NOW,
        **facts,
    }
    return reviews.hold(course=course, **given)  # type: ignore[arg-type]


def test_a_review_is_held_with_its_scores_and_leaves_a_line(nurse: Staff) -> None:
    course = treated(nurse)
    held = hold(course, nurse, scores=[(SCALE, "", Decimal(11))])
    assert list(held.scores.values_list("scale", "value")) == [(SCALE, Decimal(11))]
    assert AuditEvent.objects.get(event="review-held").patient == course.patient.public_id


@pytest.mark.parametrize(
    ("now", "direction"),
    [("11", "better"), ("25", "worse"), ("15", "no measurable change"), ("18", "no measurable change")],
)
def test_a_change_is_called_one_only_beyond_the_error_of_the_scale(
    nurse: Staff, now: str, direction: str
) -> None:
    course = treated(nurse)
    hold(course, nurse, scores=[(SCALE, "", Decimal(now))])
    (change,) = queries.changes(people.acting(nurse), course)
    assert (change.before, change.now, change.said.direction) == (Decimal(18), Decimal(now), direction)


def test_the_stages_fall_due_after_the_last_treatment(nurse: Staff) -> None:
    course = treated(nurse)
    last = queries.last_treated_on(course)
    assert last == date(2026, 10, 13)
    assert [each.due_on - last for each in queries.due(course)] == [timedelta(days=n) for n in (42, 91, 182)]
    hold(course, nurse)
    assert [each.stage.code for each in queries.due(course)] == ["three-months", "six-months"]


def test_a_stage_that_was_passed_over_is_not_asked_for_again() -> None:
    coming = rules.due(date(2026, 1, 1), ["three-months"])
    assert [each.stage.code for each in coming] == ["six-months"]


def test_a_stage_is_reviewed_once_and_an_extra_review_any_time(nurse: Staff) -> None:
    course = treated(nurse)
    hold(course, nurse)
    with pytest.raises(ReviewAlreadyHeld, match="24 November 2026"):
        hold(course, nurse)
    hold(course, nurse, stage="extra")
    hold(course, nurse, stage="extra")
    assert course.reviews.count() == 3


@pytest.mark.parametrize(("days", "allowed"), [(34, False), (35, True)])
def test_a_review_may_be_held_a_week_early_and_no_earlier(nurse: Staff, days: int, allowed: bool) -> None:
    course = treated(nurse, days=days)
    if allowed:
        assert hold(course, nurse).pk
    else:
        with pytest.raises(ReviewTooEarly, match="Hold it from 25 November 2026"):
            hold(course, nurse)


def test_without_a_treatment_there_is_nothing_to_review(nurse: Staff) -> None:
    course = care.course(people.patient(nurse.clinic))
    with pytest.raises(NothingToReview):
        hold(course, nurse)


@pytest.mark.parametrize(
    "scores",
    [
        [(SCALE, "", Decimal(85))],
        [(SCALE, "", Decimal(-1))],
        [(SCALE, "", Decimal("3.5"))],
        [("nonsense", "", Decimal(1))],
        [(SCALE, "", Decimal(1)), (SCALE, "", Decimal(2))],
    ],
)
def test_a_score_the_scale_does_not_have_is_refused_and_nothing_is_kept(
    nurse: Staff, scores: list[tuple[str, str, Decimal]]
) -> None:
    with pytest.raises(ScoreNotOnScale):
        hold(treated(nurse), nurse, scores=scores)
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("fact", "field"), [({"patient_rating": "great"}, "patient_rating"), ({"conclusion": "?"}, "conclusion")]
)
def test_what_is_not_among_the_choices_is_refused_at_its_field(
    nurse: Staff, fact: dict[str, str], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        hold(treated(nurse), nurse, **fact)
    assert refused.value.at_field == field


def test_who_may_not_review_and_who_is_of_another_clinic_are_refused(nurse: Staff) -> None:
    course = treated(nurse)
    with pytest.raises(NotAllowed):
        hold(course, nurse, by=people.acting(people.staff(nurse.clinic, Role.ASSISTANT)))
    with pytest.raises(NotFound):
        hold(course, nurse, by=people.acting(people.staff(people.clinic())))


def test_reviews_that_fall_due_are_listed_and_late_ones_marked(nurse: Staff) -> None:
    treated(nurse, days=20)  # due in three weeks
    soon, late = treated(nurse, days=35), treated(nurse, days=70)
    due = queries.due_in_clinic(people.acting(nurse), on=NOW.date())
    assert [(each.course, each.late) for each in due] == [(late, True), (soon, False)]


def test_ending_a_course_keeps_its_summary_or_neither(nurse: Staff) -> None:
    course = treated(nurse)
    hold(course, nurse, scores=[(SCALE, "", Decimal(11))], patient_rating="better")
    document = course_summaries.end_course(
        course=course, outcome="completed", by=people.acting(nurse), at=NOW
    )
    content = document.content
    assert content["changes"][0]["direction"] == "better"
    assert (content["rating"], content["planned"], len(content["treatments"])) == ("Better", 1, 1)
    course.refresh_from_db()
    assert course.outcome == "completed"
    other = treated(nurse)
    with pytest.raises(BadInput):
        course_summaries.end_course(course=other, outcome="?", by=people.acting(nurse), at=NOW)
    assert Document.objects.filter(course=other).count() == 0


def test_results_have_denominators_and_no_per_cent_below_five(nurse: Staff) -> None:
    for _ in range(4):
        course = treated(nurse)
        hold(course, nurse, patient_rating="better")
    found = results.of_clinic(people.acting(nurse), on=NOW.date())
    assert found.treatments == 4
    better = next(each for each in found.ratings if each.what == "Better")
    assert better.words == "4 of 4"
    hold(treated(nurse), nurse, patient_rating="same")
    found = results.of_clinic(people.acting(nurse), on=NOW.date())
    better = next(each for each in found.ratings if each.what == "Better")
    # Wilson's interval of 4 of 5: 0.376 to 0.964 (Brown, Cai, DasGupta, Stat Sci 2001;16:101-133, formula 4)
    assert better.low == pytest.approx(0.3755, abs=0.001)
    assert better.high == pytest.approx(0.9638, abs=0.001)
    assert results.of_clinic(people.acting(people.staff(people.clinic())), on=NOW.date()).treatments == 0
