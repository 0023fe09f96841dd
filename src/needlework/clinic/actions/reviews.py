"""Reviews: holding one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import ReviewAlreadyHeld
from needlework.clinic.models import Course, Review, Score, Staff
from needlework.clinic.queries import reviews as queries
from needlework.clinic.rules import reviews as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.consultations import check_scores
from needlework.clinic.rules.packs import pack_of
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor


@transaction.atomic
def hold(
    *,
    course: Course,
    practitioner: Staff,
    stage: str,
    scores: Sequence[tuple[str, str, Decimal]],
    patient_rating: str,
    conclusion: str,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Review:
    """Record a review of a course. `scores` are (scale, area or "", value).

    Raises NotAllowed, NotFound, NothingToReview, ReviewTooEarly, ReviewAlreadyHeld, ScoreNotOnScale, BadInput.
    """
    check_access(by, Act.REVIEW, course)
    check_access(by, Act.REVIEW, practitioner)
    rules.check_chosen(patient_rating, rules.RATINGS, what="what the patient says", field="patient_rating")
    rules.check_chosen(
        conclusion, rules.CONCLUSIONS, what="what follows from this review", field="conclusion"
    )
    check_scores(scores, pack_of(course.clinic))
    on = local_day(at, course.clinic.time_zone)
    rules.check_stage(course, stage, last_treated_on=queries.last_treated_on(course), on=on)
    try:
        with transaction.atomic():
            review = Review.objects.create(
                clinic_id=course.clinic_id,
                course=course,
                patient_id=course.patient_id,
                practitioner=practitioner,
                stage=stage,
                patient_rating=patient_rating,
                conclusion=conclusion,
                note=note.strip(),
                held_at=at,
                held_by=by.name,
            )
    except IntegrityError as clash:  # two people reviewed the same stage at once
        raise ReviewAlreadyHeld(stage=stage.replace("-", " "), day="today") from clash
    Score.objects.bulk_create(
        Score(
            clinic_id=course.clinic_id,
            patient_id=course.patient_id,
            review=review,
            scale=scale,
            area=area,
            value=value,
            scored_at=at,
            scored_by=by.name,
        )
        for scale, area, value in scores
    )
    audit.record(
        Event.REVIEW_HELD,
        by=by,
        at=at,
        about=review,
        detail={"stage": stage, "conclusion": conclusion, "scores": len(scores)},
    )
    return review
