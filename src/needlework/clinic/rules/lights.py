"""How it stands with each thing a treatment needs, as small lights with words."""

from __future__ import annotations

from datetime import datetime

from .consents import ConsentState, Standing
from .screenings import Assessment
from .standing import Facts, Light
from .wording import day, local_day, moment


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
