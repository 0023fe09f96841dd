"""When a review is due, and what it may hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from needlework.clinic.errors import (
    BadInput,
    NothingToReview,
    ReviewAlreadyHeld,
    ReviewTooEarly,
)
from needlework.clinic.models import Course, Review

from .wording import day, local_day


@dataclass(frozen=True, slots=True)
class Stage:
    """A moment of review, counted from the last treatment of the course."""

    code: str
    label: str
    days: int


# Six weeks is the custom of the field and no measurement; the first reliable check is at three months
# (docs/guide/protocol-pack.md).
STAGES: tuple[Stage, ...] = (
    Stage("six-weeks", "six-week", 42),
    Stage("three-months", "three-month", 91),
    Stage("six-months", "six-month", 182),
)
EXTRA = "extra"
EARLY_DAYS = 7  # a review may be held this long before it is due

RATINGS: tuple[tuple[str, str], ...] = tuple(Review._meta.get_field("patient_rating").choices or ())  # type: ignore[arg-type]
CONCLUSIONS: tuple[tuple[str, str], ...] = tuple(Review._meta.get_field("conclusion").choices or ())  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Due:
    """A review that is still to come, or late."""

    stage: Stage
    due_on: date

    def is_late(self, on: date) -> bool:
        """More than two weeks past its day."""
        return on > self.due_on + timedelta(days=14)


def due(last_treated_on: date | None, held: Iterable[str]) -> list[Due]:
    """The reviews of a course not held yet, soonest first; none before there was a treatment."""
    if last_treated_on is None:
        return []
    done = set(held)
    latest = max((index for index, stage in enumerate(STAGES) if stage.code in done), default=-1)
    return [
        Due(stage, last_treated_on + timedelta(days=stage.days))
        for index, stage in enumerate(STAGES)
        if index > latest  # a stage that was passed over is not asked for again
    ]


def check_stage(course: Course, stage: str, *, last_treated_on: date | None, on: date) -> None:
    """A known stage, once, and not too early. Raises NothingToReview, ReviewAlreadyHeld, ReviewTooEarly."""
    if last_treated_on is None:
        raise NothingToReview()
    if stage == EXTRA:
        return
    known = {each.code: each for each in STAGES}
    if stage not in known:
        raise BadInput(because="Choose which review this is.", at_field="stage")
    held = course.reviews.filter(stage=stage, voided_at=None).first()
    if held is not None:
        raise ReviewAlreadyHeld(
            stage=known[stage].label, day=day(local_day(held.held_at, course.clinic.time_zone))
        )
    due_on = last_treated_on + timedelta(days=known[stage].days)
    from_on = due_on - timedelta(days=EARLY_DAYS)
    if on < from_on:
        raise ReviewTooEarly(stage=known[stage].label, due=day(due_on), from_on=day(from_on))


def check_chosen(value: str, choices: tuple[tuple[str, str], ...], *, what: str, field: str) -> None:
    """One of the choices. Raises BadInput."""
    if value not in dict(choices):
        raise BadInput(because=f"Choose {what}.", at_field=field)
