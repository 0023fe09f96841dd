"""Where a patient stands: every status there is, the facts that decide it, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from needlework.clinic.models import (
    CheckIn,
    Consultation,
    Course,
    Incident,
    Patient,
    Plan,
    PlanArea,
    Treatment,
)
from needlework.skin.findings import Finding

from .consents import ConsentState
from .screenings import Assessment

Shade = Literal["ready", "wait", "stop", "care"]


class Status(StrEnum):
    """Every place on the way, in the order in which a patient meets them."""

    VOIDED = "voided"
    NEEDS_HISTORY = "needs-history"
    NEEDS_CONSULTATION = "needs-consultation"
    NOT_SUITABLE = "not-suitable"
    NEEDS_PLAN = "needs-plan"
    NEEDS_CONSENT = "needs-consent"
    REFLECTING = "reflecting"
    WAITING = "waiting"
    READY = "ready"
    IN_TREATMENT = "in-treatment"
    TO_BE_SIGNED = "to-be-signed"
    NEEDS_ATTENTION = "needs-attention"
    RECOVERING = "recovering"
    REVIEW_DUE = "review-due"
    COURSE_DONE = "course-done"

    @property
    def label(self) -> str:
        """The status as it is read."""
        return _LABELS[self]


_LABELS = {
    Status.VOIDED: "Entered in error",
    Status.NEEDS_HISTORY: "Needs a history",
    Status.NEEDS_CONSULTATION: "Needs a consultation",
    Status.NOT_SUITABLE: "Not suitable now",
    Status.NEEDS_PLAN: "Needs a plan",
    Status.NEEDS_CONSENT: "Waiting for consent",
    Status.REFLECTING: "Reflecting",
    Status.WAITING: "Waiting",
    Status.READY: "Ready",
    Status.IN_TREATMENT: "In treatment",
    Status.TO_BE_SIGNED: "To be signed",
    Status.NEEDS_ATTENTION: "Needs attention",
    Status.RECOVERING: "Recovering",
    Status.REVIEW_DUE: "Review due",
    Status.COURSE_DONE: "Course done",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides where a patient stands."""

    patient: Patient
    assessment: Assessment
    course: Course | None = None  # the latest that is not closed
    plan: Plan | None = None
    planned: Sequence[PlanArea] = ()
    consent: ConsentState | None = None
    treatments: Sequence[Treatment] = ()  # of the course, not voided, oldest first
    rested_on: date | None = None  # the first day on which every planned area may be treated again
    to_be_seen: CheckIn | None = None  # answered with more than the expected, and seen by nobody
    complication: Incident | None = None  # the newest complication or red flag that is still open
    reviews_held: Sequence[str] = ()
    courses_closed: int = 0

    @property
    def consultation(self) -> Consultation | None:
        """The last examination."""
        return self.assessment.consultation

    @property
    def unsigned(self) -> Treatment | None:
        """The treatment that is under way or waits for its signature."""
        return next((each for each in self.treatments if each.signed_at is None), None)

    @property
    def done(self) -> list[Treatment]:
        """Treatments that really took place."""
        return [each for each in self.treatments if each.started_at is not None]


@dataclass(frozen=True, slots=True)
class Light:
    """One thing that must hold, as a state with a word: "consent", wait, "reflecting until Tue 24 Nov, 10:00"."""

    what: str
    state: Shade
    word: str


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next. `page` and `subject` name the page that does it; both empty when there is only waiting."""

    status: Status
    state: Shade
    title: str
    sentence: str
    page: str = ""
    subject: UUID | None = None
    button: str = ""
    lights: Sequence[Light] = field(default_factory=tuple)
    findings: Sequence[Finding] = field(default_factory=tuple)  # open ones, the gravest first
