"""What comes next for a patient: a pure function of facts, never typed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from needlework.clinic.models import (
    CheckIn,
)

from . import incidents, reviews, transitions
from .consents import Standing
from .lights import consent_light
from .standing import Facts, Status, Step
from .wording import day, listed, local_day, moment


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
