"""Answers into findings: refuse, wait until a date, take care; each with its rule and its source.

A screening depends on nothing but the answers, the day, the areas asked about, the pack and the overrides: the same
five always give the same findings. An unanswered question is never a “no”."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from needlework.skin import packs
from needlework.skin.answers import NO, YES, Answer, AnswerError, check, earliest_day, from_json
from needlework.skin.findings import (
    VERDICTS,
    Finding,
    Override,
    OverrideError,
    Verdict,
    by_area,
    finding_json,
    gravest,
    overridden,
)
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Question, Rule
from needlework.skin.tables import UnknownCodeError

__all__ = [
    "NO",
    "VERDICTS",
    "YES",
    "Answer",
    "AnswerError",
    "Finding",
    "Override",
    "OverrideError",
    "Screening",
    "Verdict",
    "finding_json",
    "from_json",
    "questions",
    "questions_json",
    "rules_of",
    "screen",
    "shown",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class Screening:
    """The result. `unanswered` names each question still open, in the order of the pack; some of
    them bear on numbing (`unanswered_about_numbing`), and numbing has to wait for those.

    `by_area` says for each asked area whether it may be treated, all things taken together; `verdict` is the gravest
    of the treatment and the asked areas. Findings about the anaesthetic bear on neither: see `conditions`.
    """

    pack: str
    on: date
    areas: tuple[str, ...]
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...]
    unanswered_about_numbing: tuple[str, ...]
    by_area: Mapping[str, Verdict]
    verdict: Verdict

    @property
    def conditions(self) -> frozenset[str]:
        """Codes of what the answers say about numbing, as `dosing.dose` takes them."""
        return frozenset(finding.condition for finding in self.findings if finding.condition is not None)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The findings that stand in the way of the treatment or of one of its areas."""
        return tuple(finding for finding in self.findings if finding.stops and finding.scope != "anaesthetic")

    @property
    def treatable(self) -> bool:
        """Whether nothing is open: every stop answered, none set off without a valid override."""
        return self.verdict in ("care", "clear")


def questions(pack: Pack | None = None) -> tuple[Question, ...]:
    """Every question of the history, in the order in which it is asked."""
    return tuple((pack or packs.shipped()).questions.values())


def rules_of(question: str, pack: Pack | None = None) -> tuple[Rule, ...]:
    """The rules in force that an answer to this question can set off. Raises `UnknownCodeError`."""
    plan = _compiled(pack or packs.shipped())
    packs.find(question, plan.pack.questions, "question")
    return next((asked.rules for asked in plan.asked if asked.question.code == question), ())


def shown(
    answers: Mapping[str, Answer], *, areas: Collection[str], pack: Pack | None = None
) -> tuple[Question, ...]:
    """The questions that matter, given what has been answered and the areas asked about."""
    plan = _compiled(pack or packs.shipped())
    regions = _regions(_known_areas(areas, plan.pack), plan)
    return tuple(asked.question for asked in plan.asked if _is_shown(asked.shown_when, answers, regions))


def screen(
    answers: Mapping[str, Answer],
    *,
    on: date,
    areas: Collection[str] = (),
    pack: Pack | None = None,
    overrides: Mapping[str, Override] = MappingProxyType({}),
) -> Screening:
    """What the answers mean on a day for the areas asked about.

    Without areas, every area named in an answer counts. An override lets a finding through, which stays on the list
    with its reason; one for a rule that found nothing is ignored.

    Raises `UnknownCodeError` for a question, area or rule that is not in the pack, `AnswerError` for an answer that
    cannot be right, `OverrideError` for an override that its rule does not allow.
    """
    plan = _compiled(pack or packs.shipped())
    asked_areas = _known_areas(areas, plan.pack)
    if not answers.keys() <= plan.codes:
        strange = next(code for code in answers if code not in plan.codes)
        raise UnknownCodeError("question", strange, plan.codes)
    earliest = earliest_day(answers, on)
    regions = _regions(asked_areas, plan)
    findings: list[Finding] = []
    open_questions: list[str] = []
    open_about_numbing: list[str] = []
    is_open = False
    given = answers.get
    for code, yes_or_no, asked in plan.order:
        answer = given(code)
        # Nearly every answer of a history is a plain “no”: this line is where the time goes.
        if yes_or_no and answer is not None and answer.answer == "no":
            continue
        if asked.shown_when and not _is_shown(asked.shown_when, answers, regions):
            continue
        unsettled = True
        if answer is not None:
            if yes_or_no and answer.date is None and answer.areas is None:
                found, unsettled = asked.judge_bare(answer.answer, asked_areas)
            else:
                check(asked.question, answer, on, earliest, plan.pack)
                found, unsettled = asked.judge(answer, on, asked_areas)
            if found:
                findings += found
        if unsettled:
            open_questions.append(code)
            is_open = is_open or asked.concerns_treatment
            if asked.concerns_anaesthetic:
                open_about_numbing.append(asked.question.code)
    if overrides:
        findings = [overridden(finding, overrides) for finding in findings]
    return Screening(
        pack=plan.pack_id,
        on=on,
        areas=asked_areas,
        findings=tuple(findings),
        unanswered=tuple(open_questions),
        unanswered_about_numbing=tuple(open_about_numbing),
        by_area=MappingProxyType(by_area(findings, asked_areas, is_open)),
        verdict=gravest(findings, is_open),
    )


# --- the rules, made ready once for each pack ---

_Judged: TypeAlias = tuple[tuple[Finding, ...], bool]
"""What one answer sets off, and whether its question is still open."""
_Judge: TypeAlias = Callable[[Answer, date, tuple[str, ...]], _Judged]
_JudgeBare: TypeAlias = Callable[[str | None, tuple[str, ...]], _Judged]
_NOTHING: Final[_Judged] = ((), True)
_Found: TypeAlias = Callable[[date | None, tuple[str, ...]], Finding]


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    rules: tuple[Rule, ...]
    shown_when: tuple[tuple[str, frozenset[str]], ...]
    concerns_treatment: bool
    concerns_anaesthetic: bool
    judge: _Judge
    judge_bare: _JudgeBare


@dataclass(frozen=True, slots=True)
class _Plan:
    pack: Pack
    pack_id: str
    asked: tuple[_Asked, ...]
    order: tuple[tuple[str, bool, _Asked], ...]
    codes: frozenset[str]
    region_of: Mapping[str, str]
    regions: frozenset[str]


@lru_cache(maxsize=64)
def _compiled(pack: Pack) -> _Plan:
    asked: list[_Asked] = []
    in_force = [rule for shipped in pack.rules.values() if (rule := pack.rule_in_force(shipped))]
    for question in pack.questions.values():
        rules = tuple(rule for rule in in_force if rule.question == question.code)
        if rules:
            judge = _judge(question, rules)
            asked.append(
                _Asked(
                    question=question,
                    rules=rules,
                    shown_when=_conditions(question),
                    concerns_treatment=any(rule.scope != "anaesthetic" for rule in rules),
                    concerns_anaesthetic=any(rule.scope == "anaesthetic" for rule in rules),
                    judge=judge,
                    judge_bare=_bare(judge),
                )
            )
    region_of = {code: area.region for code, area in pack.areas.items()}
    return _Plan(
        pack=pack,
        pack_id=pack.id,
        asked=tuple(asked),
        order=tuple(
            (each.question.code, each.question.type in ("yes_no", "practitioner"), each) for each in asked
        ),
        codes=frozenset(pack.questions),
        region_of=region_of,
        regions=frozenset(region_of.values()),
    )


def _conditions(question: Question) -> tuple[tuple[str, frozenset[str]], ...]:
    """`region=face|scalp` and `diabetes=yes` as what is looked at and what it may be."""
    split = (condition.partition("=") for condition in question.shown_when)
    return tuple((left, frozenset(right.split("|"))) for left, _, right in split)


def _judge(question: Question, rules: tuple[Rule, ...]) -> _Judge:
    """How one question is judged."""
    found = [(rule, _finder(rule)) for rule in rules]
    unknown_is_open = any(rule.verdict != "care" and rule.scope != "anaesthetic" for rule in rules)

    def not_known(areas: tuple[str, ...]) -> _Judged:
        # What is not known counts as if it were so, and a stop stays open until somebody finds out.
        cautious = (
            find(None, areas if rule.scope == "area" else ())
            for rule, find in found
            if rule.verdict == "care" or rule.scope == "anaesthetic"
        )
        return tuple(cautious), unknown_is_open

    acting = [
        (rule.scope == "area", timedelta(days=rule.days or 0) if rule.when == "within" else None, find)
        for rule, find in found
    ]

    def yes_no(answer: Answer, on: date, areas: tuple[str, ...]) -> _Judged:
        if answer.answer is None:
            return _NOTHING
        if answer.answer == "unknown":
            return not_known(areas)
        where = _where(answer.areas, areas) if answer.areas else areas
        elsewhere = bool(answer.areas) and not where
        given = answer.date
        findings: list[Finding] = []
        unsettled = False
        for of_area, wait, find in acting:
            if of_area and elsewhere:
                continue
            until = None
            if wait is not None:
                if given is None:
                    unsettled = True
                else:
                    until = given + wait
                    if on >= until:
                        continue
            findings.append(find(until, where if of_area else ()))
        return tuple(findings), unsettled

    below = [(rule.number or 0, find) for rule, find in found]

    def number(answer: Answer, on: date, areas: tuple[str, ...]) -> _Judged:
        value = answer.value
        return (
            _NOTHING
            if value is None
            else (tuple(find(None, ()) for low, find in below if value < low), False)
        )

    def choice(answer: Answer, on: date, areas: tuple[str, ...]) -> _Judged:
        if answer.choice is None:
            return not_known(areas) if answer.answer == "unknown" else _NOTHING
        return tuple(find(None, ()) for rule, find in found if answer.choice in rule.choices), False

    return {"number": number, "choice": choice}.get(question.type, yes_no)


@lru_cache(maxsize=1024)
def _where(named: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """The asked areas that were named; without asked ones, those that were named."""
    return tuple(area for area in asked if area in named) if asked else tuple(sorted(set(named)))


def _bare(judge: _Judge) -> _JudgeBare:
    """The same for an answer without date and areas, which cannot depend on the day: remembered."""

    @lru_cache(maxsize=64)
    def judge_bare(said: Literal["yes", "unknown"] | None, areas: tuple[str, ...]) -> _Judged:
        return judge(Answer(said), date.max, areas)

    return judge_bare


def _finder(rule: Rule) -> _Found:
    """Makes the finding of a rule. Remembers the last ones, since the same few come back again and again."""

    @lru_cache(maxsize=512)
    def find(until: date | None, areas: tuple[str, ...]) -> Finding:
        return Finding(
            rule=rule.code,
            scope=rule.scope,
            verdict=rule.verdict,
            until=until,
            areas=areas,
            override_by=rule.override_by,
            because=rule.because,
            because_patient=rule.because_patient,
            change=rule.change,
            condition=rule.condition,
            source=rule.source,
        )

    return find


# --- what is asked, and whether it can be right ---


def _known_areas(areas: Collection[str], pack: Pack) -> tuple[str, ...]:
    for area in areas:
        if area not in pack.areas:
            raise UnknownCodeError("area", area, pack.areas)
    return tuple(dict.fromkeys(areas))


def _regions(areas: tuple[str, ...], plan: _Plan) -> frozenset[str]:
    """The regions asked about. Without areas every region is, as the treatment may be anywhere."""
    return frozenset([plan.region_of[area] for area in areas]) if areas else plan.regions


def _is_shown(
    conditions: tuple[tuple[str, frozenset[str]], ...], answers: Mapping[str, Answer], regions: frozenset[str]
) -> bool:
    for left, right in conditions:
        if left == "region":
            if regions.isdisjoint(right):
                return False
        else:
            given = answers.get(left)
            if given is None or given.answer not in right:
                return False
    return True


# --- files ---


def to_json(screening: Screening) -> dict[str, Any]:
    """The screening as one JSON object."""
    return {
        "pack": screening.pack,
        "findings": [finding_json(finding) for finding in screening.findings],
        "unanswered": list(screening.unanswered),
        "by_area": dict(screening.by_area),
        "verdict": screening.verdict,
    }


def questions_json(pack: Pack | None = None) -> list[dict[str, Any]]:
    """Every question, so that a file of answers can be written from it."""
    return [
        {
            "code": question.code,
            "type": question.type,
            "choices": list(question.choices),
            "range": None if question.number_min is None else [question.number_min, question.number_max],
            "wants": list(question.wants),
            "shown_when": list(question.shown_when),
            "text": question.text_staff,
            "text_patient": question.text_patient,
            "rules": [rule.code for rule in rules_of(question.code, pack)],
        }
        for question in questions(pack)
    ]
