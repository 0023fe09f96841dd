"""Health histories and what was found in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Finding, History, Patient
from needlework.clinic.rules import screenings as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.wording import day, listed
from needlework.clinic.who import Actor
from needlework.skin import screening
from needlework.skin.packs.rows import Area, Question

VERDICTS = {"refuse": "stop", "wait": "wait", "care": "care"}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding as a page shows it: live, with the row by which it may be overridden."""

    rule: str
    state: str  # stop, wait, care
    scope: str
    areas: str
    until: date | None
    because: str
    because_patient: str
    change: str
    sources: tuple[str, ...]
    override_by: str
    row: Finding | None
    may_override: bool
    overridden_by: str
    overridden_because: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One question with what was answered, in words."""

    question: Question
    words: str
    note: str
    open: bool


def latest(patient: Patient) -> History | None:
    """The answers that count, or None when nobody has asked."""
    return rules.latest_history(patient)


def finding(by: Actor, public_id: UUID) -> Finding:
    """One finding as it is kept. Raises NotFound."""
    check_may(by, Act.SEE_RECORD)
    rows = Finding.objects.filter(clinic=by.clinic_id, public_id=public_id)
    found = rows.select_related("history__patient", "clinic").first()
    if found is None:
        raise NotFound(thing="finding")
    return found


def histories(by: Actor, patient: Patient) -> list[History]:
    """All of them, newest first."""
    check_access(by, Act.SEE_RECORD, patient)
    return list(patient.histories.filter(voided_at=None).order_by("-answered_at", "-pk"))


def assessment(by: Actor, patient: Patient, *, on: date, areas: Collection[str] = ()) -> rules.Assessment:
    """How the patient stands on a day, live."""
    check_access(by, Act.SEE_RECORD, patient)
    return rules.assess(patient, on=on, areas=areas)


def shown_findings(by: Actor, held: rules.Assessment) -> list[ShownFinding]:
    """The findings of an assessment for a page, the gravest first, the overridden ones last."""
    order = {"refuse": 0, "wait": 1, "care": 2}
    whole = sorted(
        held.screening.findings,
        key=lambda each: (each.overridden is not None, order[each.verdict], each.scope),
    )
    return [_shown(by, each, held) for each in whole]


def _shown(by: Actor, each: screening.Finding, held: rules.Assessment) -> ShownFinding:
    row = rules.row_of(held.rows, each)
    return ShownFinding(
        rule=each.rule,
        state=VERDICTS[each.verdict],
        scope=each.scope,
        areas=listed([held.pack.areas[area].name for area in each.areas]),
        until=each.until,
        because=each.because,
        because_patient=each.because_patient,
        change=each.change,
        sources=tuple(held.pack.sources[source].citation for source in each.source),
        override_by=each.override_by,
        row=row,
        may_override=row is not None and each.overridden is None and rules.may_override(row, by=by),
        overridden_by=row.overridden_by if row is not None and each.overridden is not None else "",
        overridden_because=each.overridden.reason if each.overridden is not None else "",
    )


def questions(
    patient: Patient, answers: Mapping[str, Any], *, areas: Collection[str] = (), examined: bool = False
) -> list[Question]:
    """The questions that matter after these answers, in the order in which they are asked.

    `examined` gives those the practitioner answers; without it, those the patient does.
    """
    pack = rules.pack_of(patient.clinic)
    known = {
        code: answer for code, answer in screening.from_json(dict(answers)).items() if code in pack.questions
    }
    return [
        question
        for question in screening.shown(known, areas=areas, pack=pack)
        if (question.type == "practitioner") == examined and question.code not in rules.COMPUTED
    ]


def all_questions(patient: Patient, *, examined: bool = False) -> list[Question]:
    """Every question the patient, or the practitioner, could be asked, whatever the answers."""
    pack = rules.pack_of(patient.clinic)
    return [
        question
        for question in screening.questions(pack)
        if (question.type == "practitioner") == examined and question.code not in rules.COMPUTED
    ]


def shown_answers(
    patient: Patient, answers: Mapping[str, Any], *, examined: bool = False
) -> list[ShownAnswer]:
    """What was answered, in words, question by question; those that did not apply are left out."""
    pack = rules.pack_of(patient.clinic)
    shown = []
    for question in questions(patient, answers, examined=examined):
        given = answers.get(question.code, {})
        words = {"yes": "Yes", "no": "No", "unknown": "Don’t know"}.get(given.get("answer", ""), "")
        if given.get("choice"):
            words = f"Type {given['choice']}" if question.code == "skin-type" else str(given["choice"])
        if given.get("value") is not None:
            words = f"{given['value']:g}"
        notes = [day(date.fromisoformat(given["date"])) if given.get("date") else "", given.get("text", "")]
        notes.append(
            listed([pack.areas[area].name for area in given.get("areas") or () if area in pack.areas])
        )
        note = " · ".join(note for note in notes if note)
        open_ = not words or given.get("answer") == "unknown"
        shown.append(ShownAnswer(question=question, words=words or "Not answered", note=note, open=open_))
    return shown


def areas(patient: Patient) -> list[Area]:
    """Every area of the map, from the forehead down."""
    return list(rules.pack_of(patient.clinic).areas.values())


def check_answers(patient: Patient, answers: Mapping[str, Any], *, on: date, by: Actor) -> None:
    """Whether these answers can be right, before they are sent. Raises BadInput which names the question."""
    rules.read_answers(answers, patient=patient, on=on, by=by)


def said_to_patient(by: Actor, patient: Patient, *, on: date) -> list[screening.Finding]:
    """What stands against a treatment, for the patient's own eyes: each sentence once, the gravest first."""
    check_access(by, Act.TAKE_HISTORY, patient)
    once: dict[str, screening.Finding] = {}
    for finding in rules.assess(patient, on=on).open:
        if finding.stops and finding.scope != "anaesthetic":
            once.setdefault(finding.because_patient, finding)
    return list(once.values())
