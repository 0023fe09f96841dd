"""Who may be treated: the health history, what was seen since, and what the rules make of both.

What the patient told counts until a new history says otherwise; what can be seen on the skin counts as it was last
seen. So an examination can add a stop of any kind, and lift one only where it lies on the skin.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from needlework.clinic.errors import (
    BadInput,
    ClinicError,
    FindingAlreadyOverridden,
    FindingOutdated,
    FindingStands,
    HistoryIncomplete,
    HistoryMissing,
    HistoryNotReconfirmed,
    OverrideNotYours,
    StopOpen,
)
from needlework.clinic.models import (
    Consultation,
    Finding,
    History,
    Patient,
    Treatment,
)
from needlework.clinic.who import Actor, Role
from needlework.skin import screening
from needlework.skin.packs import Pack
from needlework.skin.screening import Answer, Screening

from .answers import COMPUTED, age, allergies, as_json, merged, pack_of, read_answers
from .knowledge import Known, known_of
from .wording import day, listed, local_day

__all__ = [
    "COMPUTED",
    "REFERRED",
    "Assessment",
    "Known",
    "age",
    "allergies",
    "as_json",
    "assess",
    "check_history_answered",
    "check_may_override",
    "check_no_open_stop",
    "check_reconfirmed",
    "incomplete",
    "known_of",
    "latest_history",
    "may_override",
    "merged",
    "open_stops",
    "pack_of",
    "read_answers",
    "row_of",
]

SkinFinding: TypeAlias = screening.Finding
"""A finding as the science makes it; `Finding` is the row which the record keeps of it."""

REFERRED = screening.Finding(
    rule="referred",
    scope="treatment",
    verdict="wait",
    until=None,
    areas=(),
    override_by="none",
    because="The last consultation says to refer this patient before treating.",
    because_patient="We would like you to see somebody else before we treat you.",
    change="A new consultation, once the answer to the referral is there.",
    condition=None,
    source=("gmc-2016",),
)


# --- how a patient stands ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a patient on a day: the history it rests on, the screening, the rows kept for its findings."""

    history: History | None
    consultation: Consultation | None
    screening: Screening
    rows: Sequence[Finding]
    pack: Pack

    @property
    def open(self) -> list[SkinFinding]:
        """Findings which nobody has overridden, the gravest first."""
        order = ("refuse", "wait", "care")
        held = [finding for finding in self.screening.findings if finding.overridden is None]
        return sorted(held, key=lambda finding: order.index(finding.verdict))

    @property
    def unanswered_by_patient(self) -> tuple[str, ...]:
        """Questions about the treatment which the patient has still to answer."""
        return tuple(code for code in self._unanswered if self.pack.questions[code].type != "practitioner")

    @property
    def unexamined(self) -> tuple[str, ...]:
        """Questions which the practitioner has still to answer."""
        return tuple(code for code in self._unanswered if self.pack.questions[code].type == "practitioner")

    @property
    def _unanswered(self) -> list[str]:
        return [
            code
            for code in self.screening.unanswered
            if any(rule.scope != "anaesthetic" for rule in screening.rules_of(code, self.pack))
        ]


def latest_history(patient: Patient) -> History | None:
    """The answers that count."""
    return patient.histories.filter(voided_at=None).order_by("-answered_at", "-pk").first()


def assess(
    patient: Patient, *, areas: Collection[str] = (), on: date, known: Known | None = None
) -> Assessment:
    """Screen what is known of a patient, live: history, the last consultation, and every reconfirmation since.

    `known` is what `known_of` read, when many patients are looked at together.
    """
    if known is None:
        known = known_of([patient])[patient.pk]
    history, consultation = known.history, known.consultation
    pack = pack_of(patient.clinic)
    answers = {**known.answers, "age": Answer(value=age(patient, on))}
    first = screening.screen(answers, on=on, areas=areas, pack=pack)
    rows = known.findings
    overrides = {
        finding.rule: screening.Override(by=row.override_by, reason=row.overridden_because)  # type: ignore[arg-type]
        for finding in first.findings
        if finding.verdict != "care"
        and (row := row_of(rows, finding)) is not None
        and row.overridden_at is not None
    }
    result = (
        screening.screen(answers, on=on, areas=areas, pack=pack, overrides=overrides) if overrides else first
    )
    if consultation is not None and consultation.distress == "refer":
        result = _referred(result)
    return Assessment(history, consultation, result, rows, pack)


def _referred(result: Screening) -> Screening:
    """The same, and nothing is treated before the answer to the referral is there."""

    def worse(verdict: screening.Verdict) -> screening.Verdict:
        return min(verdict, "wait", key=screening.VERDICTS.index)

    return replace(
        result,
        findings=(*result.findings, REFERRED),
        by_area={area: worse(verdict) for area, verdict in result.by_area.items()},
        verdict=worse(result.verdict),
    )


def row_of(rows: Collection[Finding], finding: screening.Finding) -> Finding | None:
    """The row kept for this very finding: same rule, no further areas, no longer wait."""
    found = None
    for row in rows:
        covers = not row.areas or (bool(finding.areas) and set(finding.areas) <= set(row.areas))
        lasts = (row.until is None) == (finding.until is None) and (
            row.until is None or finding.until is None or finding.until <= row.until
        )
        if row.rule == finding.rule and row.override_by == finding.override_by and covers and lasts:
            found = row if found is None or row.overridden_at is not None else found
    return found


def open_stops(
    patient: Patient,
    *,
    areas: Collection[str],
    on: date,
    scope: str = "treatment",
    known: Known | None = None,
) -> list[ClinicError]:
    """Every reason in the patient's health and skin against treating these areas on this day, all at once.

    `scope` "anaesthetic" gives the stops against numbing instead.
    """
    held = assess(patient, areas=areas, on=on, known=known)
    wanted = {"anaesthetic"} if scope == "anaesthetic" else {"treatment", "area"}
    reasons: list[ClinicError] = [
        _stop(finding, held.pack) for finding in held.open if finding.stops and finding.scope in wanted
    ]
    about_numbing = held.screening.unanswered_about_numbing
    missing = about_numbing if scope == "anaesthetic" else held.unexamined
    if missing and held.history is not None:
        reasons.append(incomplete(missing, held.pack))
    return reasons


def _stop(finding: screening.Finding, pack: Pack) -> StopOpen:
    because = finding.because
    if finding.areas:
        names = listed([pack.areas[area].name for area in finding.areas])
        because = f"{names}: {because[:1].lower()}{because[1:]}"
    if finding.until is not None:
        next_step = f"Wait until {day(finding.until)}."
    else:
        next_step = f"What would change this: {finding.change[:1].lower()}{finding.change[1:]}"
    if finding.override_by != "none":
        next_step += f" {'A prescriber' if finding.override_by == 'prescriber' else 'The medical lead'} may override it."
    return StopOpen(rule=finding.rule, because=because, next_step=next_step)


def incomplete(codes: Sequence[str], pack: Pack) -> HistoryIncomplete:
    """The error that names what is still to be answered; at most three of them in words."""
    names = [pack.questions[code].text_staff.split(";")[0].rstrip("?") for code in codes]
    more = len(names) - 3
    said = listed([*names[:3], f"{more} more"]) if more > 0 else listed(names)
    return HistoryIncomplete(questions=tuple(codes), missing=said)


# --- checks --------------------------------------------------------------------------------------------
def check_history_answered(
    patient: Patient, on: date, areas: Collection[str] = (), known: Known | None = None
) -> History:
    """The history that counts, complete. Raises HistoryMissing or HistoryIncomplete."""
    held = assess(patient, areas=areas, on=on, known=known)
    if held.history is None:
        raise HistoryMissing(patient=patient)
    if held.unanswered_by_patient:
        raise incomplete(held.unanswered_by_patient, held.pack)
    return held.history


def check_reconfirmed(treatment: Treatment, at: datetime, known: Known | None = None) -> None:
    """The latest history was confirmed for this treatment on the day of `at`. Raises HistoryNotReconfirmed."""
    if known is None:
        known = known_of([treatment.patient])[treatment.patient_id]
    history = known.history
    if history is None:
        raise HistoryMissing(patient=treatment.patient)
    zone = treatment.site.time_zone
    days = [
        local_day(row.confirmed_at, zone)
        for row in known.reconfirmations
        if row.treatment_id == treatment.pk and row.history_id == history.pk
    ]
    if local_day(at, zone) not in days:
        since = day(local_day(history.answered_at, zone))
        raise HistoryNotReconfirmed(patient=treatment.patient, since=since)


def check_no_open_stop(patient: Patient, areas: Collection[str], on: date, scope: str = "treatment") -> None:
    """Nothing in the patient's health or skin speaks against it. Raises StopOpen or HistoryIncomplete, the gravest."""
    for reason in open_stops(patient, areas=areas, on=on, scope=scope):
        raise reason


def check_may_override(finding: Finding, *, by: Actor) -> None:
    """Raises FindingStands, OverrideNotYours, FindingAlreadyOverridden, FindingOutdated or BadInput."""
    latest = latest_history(finding.history.patient)
    if latest is None or latest.pk != finding.history_id:
        raise FindingOutdated()
    if finding.overridden_at is not None:
        raise FindingAlreadyOverridden(who=finding.overridden_by)
    if finding.verdict == "care":
        raise BadInput(
            because="This finding asks for care; it stops nothing, so there is nothing to override."
        )
    if finding.override_by == "none":
        raise FindingStands(because=finding.because, change=_change(finding))
    if finding.override_by == "medical-lead" and by.role is not Role.MEDICAL_LEAD:
        raise OverrideNotYours(role=by.role.label, who="the medical lead")
    if finding.override_by == "prescriber" and not by.is_prescriber:
        raise OverrideNotYours(role=by.role.label, who="a prescriber")


def may_override(finding: Finding, *, by: Actor) -> bool:
    """Whether this person could override this finding of the latest history, were there a reason."""
    if finding.overridden_at is not None or finding.verdict == "care":
        return False
    if finding.override_by == "medical-lead":
        return by.role is Role.MEDICAL_LEAD
    return finding.override_by == "prescriber" and by.is_prescriber


def _change(finding: Finding) -> str:
    rule = pack_of(finding.clinic).rules.get(finding.rule)
    return rule.change if rule is not None else "A new history."
