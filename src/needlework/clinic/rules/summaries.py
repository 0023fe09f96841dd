"""Where a patient stands on the way, and what comes next: a pure function of facts, never typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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

from . import incidents, reviews, transitions
from .consents import ConsentState, Standing
from .screenings import Assessment
from .wording import day, listed, local_day, moment

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


def next_step(facts: Facts, *, at: datetime) -> Step:
    """The one next step of a patient."""
    patient = facts.patient
    if patient.voided_at is not None:
        return Step(Status.VOIDED, "stop", "Entered in error", patient.voided_because)
    return (
        _attention(facts)
        or _under_way(facts, at=at)
        or _suitability(facts)
        or _after_the_course(facts, at=at)
        or _preparation(facts, at=at)
        or _waiting(facts, at=at)
        or _ready(facts)
    )


def lights(facts: Facts, *, at: datetime) -> list[Light]:
    """How it stands with each thing a treatment needs, whether green or not."""
    held = facts.assessment
    shown = [_history_light(held), _findings_light(held)]
    shown.append(
        Light("consultation", "ready", "held")
        if facts.consultation is not None
        else Light("consultation", "wait", "not held yet")
    )
    shown.append(
        Light("plan", "ready", "made") if facts.plan is not None else Light("plan", "wait", "not made yet")
    )
    if facts.complication is not None:
        shown.append(Light("complication", "stop", "open"))
    if facts.plan is not None:
        shown.append(consent_light(facts.consent, zone=facts.patient.clinic.time_zone))
        on = local_day(at, facts.patient.clinic.time_zone)
        if facts.rested_on is not None and facts.rested_on > on:
            shown.append(Light("interval", "wait", f"not before {day(facts.rested_on)}"))
    return shown


def consent_light(state: ConsentState | None, *, zone: str) -> Light:
    """The consent in a word or two."""
    if state is None or state.code is Standing.NEEDED:
        return Light("consent", "wait", "not signed yet")
    if state.code is Standing.REFLECTING and state.until is not None:
        return Light("consent", "wait", f"reflecting until {moment(state.until, zone)}")
    if state.code is Standing.IN_FORCE:
        return Light("consent", "ready", "in force")
    words = {
        Standing.WITHDRAWN: "withdrawn",
        Standing.EXPIRED: "expired",
        Standing.OUTDATED: "to be signed again",
    }
    return Light("consent", "stop", words[state.code])


def _history_light(held: Assessment) -> Light:
    if held.history is None:
        return Light("history", "wait", "not answered yet")
    if held.unanswered_by_patient:
        return Light("history", "wait", f"{len(held.unanswered_by_patient)} questions open")
    return Light("history", "ready", "answered")


def _findings_light(held: Assessment) -> Light:
    stops = [finding for finding in held.open if finding.scope != "anaesthetic"]
    for verdict, state, word in (
        ("refuse", "stop", "not suitable"),
        ("wait", "wait", "wait"),
        ("care", "care", "take care"),
    ):
        some = [finding for finding in stops if finding.verdict == verdict]
        if some:
            dates = [finding.until for finding in some if finding.until is not None]
            until = f" until {day(max(dates))}" if verdict == "wait" and dates else ""
            return Light("findings", state, f"{word}{until}")  # type: ignore[arg-type]
    return Light("findings", "ready", "none open")


# --- the steps, in the order in which they are asked ---------------------------------------------------
def _attention(facts: Facts) -> Step | None:
    checkin = facts.to_be_seen
    if checkin is None:
        return None
    words = dict(CheckIn._meta.get_field("level").choices or ())
    return Step(
        Status.NEEDS_ATTENTION,
        "stop" if checkin.level in {"same-day", "emergency"} else "wait",
        f"A check-in needs you: {str(words.get(checkin.level, '')).lower()}",
        "Read the answers, call the patient, and note what was done.",
        "checkin",
        checkin.public_id,
        "Open the check-in",
    )


def _under_way(facts: Facts, *, at: datetime) -> Step | None:
    treatment = facts.unsigned
    if treatment is None:
        return None
    here = transitions.state(treatment)
    zone = facts.patient.clinic.time_zone
    if here in {transitions.State.FINISHED, transitions.State.STOPPED}:
        return Step(
            Status.TO_BE_SIGNED,
            "wait",
            f"Treatment {treatment.number} waits for its signature",
            f"Opened {moment(treatment.opened_at, zone)} by {treatment.opened_by}. Give the aftercare, then sign.",
            "treatment",
            treatment.public_id,
            "Go on to sign",
        )
    title = f"Treatment {treatment.number}: {here.label.lower()}"
    stale = local_day(treatment.opened_at, zone) != local_day(at, zone)
    sentence = (
        f"It was opened on {day(local_day(treatment.opened_at, zone))}. Finish it, or close it as opened in error."
        if stale
        else f"Opened {moment(treatment.opened_at, zone)} by {treatment.opened_by}."
    )
    return Step(
        Status.IN_TREATMENT,
        "wait" if stale else "care",
        title,
        sentence,
        "treatment",
        treatment.public_id,
        "Go on with the treatment",
    )


def _suitability(facts: Facts) -> Step | None:
    held, patient = facts.assessment, facts.patient
    if held.history is None:
        return Step(
            Status.NEEDS_HISTORY,
            "wait",
            "Take the health history",
            "Nobody has asked yet. The patient can answer on their own phone, or with you here.",
            "history",
            patient.public_id,
            "Ask the questions",
        )
    refused = [
        finding for finding in held.open if finding.verdict == "refuse" and finding.scope == "treatment"
    ]
    if refused:
        return Step(
            Status.NOT_SUITABLE,
            "stop",
            "Not suitable now",
            refused[0].because,
            "history",
            patient.public_id,
            "See the findings",
        )
    if held.unanswered_by_patient:
        names = [held.pack.questions[code].text_staff.rstrip("?") for code in held.unanswered_by_patient[:3]]
        return Step(
            Status.NEEDS_HISTORY,
            "wait",
            "Complete the health history",
            f"Still open: {listed(names)}.",
            "history",
            patient.public_id,
            "Ask what is open",
        )
    if facts.consultation is None:
        return Step(
            Status.NEEDS_CONSULTATION,
            "wait",
            "Hold the consultation",
            "Examine the skin, write down the concerns by area, and take the first photographs.",
            "consultation-new",
            patient.public_id,
            "Start the consultation",
        )
    return None


def _after_the_course(facts: Facts, *, at: datetime) -> Step | None:
    course, plan = facts.course, facts.plan
    if course is None or plan is None or not facts.done:
        return None
    on = local_day(at, facts.patient.clinic.time_zone)
    last = facts.done[-1]
    ended = last.finished_at or last.stopped_at or last.started_at
    coming = reviews.due(
        None if ended is None else local_day(ended, facts.patient.clinic.time_zone), facts.reviews_held
    )
    finished = len(facts.done) >= plan.treatments_planned
    if finished and coming and on >= coming[0].due_on - timedelta(days=reviews.EARLY_DAYS):
        late = " It is late." if coming[0].is_late(on) else ""
        return Step(
            Status.REVIEW_DUE,
            "wait",
            f"Hold the {coming[0].stage.label} review",
            f"Due on {day(coming[0].due_on)}.{late} Take the same photographs again and score the same scales.",
            "review-new",
            course.public_id,
            "Start the review",
        )
    if finished and coming:
        return Step(
            Status.RECOVERING,
            "ready",
            "All planned treatments are done",
            f"The {coming[0].stage.label} review is due on {day(coming[0].due_on)}.",
            "course",
            course.public_id,
            "See the course",
        )
    if finished:
        return Step(
            Status.COURSE_DONE,
            "ready",
            "The course can be ended",
            "All treatments are done and all reviews are held. End the course to write the patient's summary.",
            "course",
            course.public_id,
            "End the course",
        )
    return None


def _preparation(facts: Facts, *, at: datetime) -> Step | None:
    patient, consultation = facts.patient, facts.consultation
    if facts.course is None or facts.plan is None:
        if consultation is None:
            return None
        again = (
            " The last course is ended; a new one starts from a new consultation."
            if facts.courses_closed
            else ""
        )
        if facts.course is None and facts.courses_closed:
            return Step(
                Status.COURSE_DONE,
                "ready",
                "The course is ended",
                again.strip(),
                "consultation-new",
                patient.public_id,
                "New consultation",
            )
        subject = consultation.public_id if facts.course is None else facts.course.public_id
        return Step(
            Status.NEEDS_PLAN,
            "wait",
            "Make the plan",
            "For each area: device, needle length, passes and endpoint; how many treatments, how far apart.",
            "plan-new",
            subject,
            "Make the plan",
        )
    light = consent_light(facts.consent, zone=patient.clinic.time_zone)
    if light.state == "ready":
        return None
    if facts.consent is not None and facts.consent.code is Standing.REFLECTING:
        return Step(
            Status.REFLECTING,
            "wait",
            f"Time to think: {light.word}",
            "Nobody can shorten this. A treatment can be booked for a time after it.",
            "appointment-new",
            patient.public_id,
            "Book the treatment",
        )
    because = facts.consent.because if facts.consent is not None else ""
    return Step(
        Status.NEEDS_CONSENT,
        "wait" if light.state == "wait" else "stop",
        f"Consent {light.word}",
        because or "The patient reads and signs it here, or on their own phone.",
        "consent",
        facts.plan.public_id,
        "Go to the consent",
    )


def _waiting(facts: Facts, *, at: datetime) -> Step | None:
    on = local_day(at, facts.patient.clinic.time_zone)
    barred = [
        finding
        for finding in facts.assessment.open
        if finding.verdict == "refuse" and finding.scope == "area"
    ]
    if barred and facts.course is not None:
        names = listed([facts.assessment.pack.areas[area].name.lower() for area in barred[0].areas])
        return Step(
            Status.NOT_SUITABLE,
            "stop",
            f"Not possible here: {names}",
            f"{barred[0].because} Leave this area out of the plan, or wait.",
            "plan-new",
            facts.course.public_id,
            "Change the plan",
        )
    waits = [
        finding
        for finding in facts.assessment.open
        if finding.verdict == "wait" and finding.scope != "anaesthetic"
    ]
    if waits:
        dates = [finding.until for finding in waits if finding.until is not None]
        until = f" until {day(max(dates))}" if len(dates) == len(waits) else ""
        return Step(
            Status.WAITING,
            "wait",
            f"Wait{until}",
            waits[0].because,
            "history",
            facts.patient.public_id,
            "See the findings",
        )
    if facts.complication is not None:
        what = incidents.name(facts.complication.kind, facts.complication.code)
        return Step(
            Status.WAITING,
            "wait",
            f"Wait: {what[:1].lower()}{what[1:]}",
            "The next treatment comes after the medical lead has closed this incident.",
            "incident",
            facts.complication.public_id,
            "Open the incident",
        )
    if facts.rested_on is not None and facts.rested_on > on:
        return Step(
            Status.RECOVERING,
            "ready",
            f"The skin rests until {day(facts.rested_on)}",
            f"Treatment {len(facts.done) + 1} can be booked for that day or later.",
            "appointment-new",
            facts.patient.public_id,
            "Book the next treatment",
        )
    return None


def _ready(facts: Facts) -> Step:
    course = facts.course
    number = len(facts.done) + 1
    return Step(
        Status.READY,
        "ready",
        f"Ready for treatment {number}",
        "Everything that can be settled beforehand is settled. What remains is asked on the day.",
        "treatment-new",
        None if course is None else course.public_id,
        f"Open treatment {number}",
    )
