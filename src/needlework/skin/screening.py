"""Answers into findings: refuse, wait until a date, take care; each with its rule and its source.

A screening depends on nothing but the answers, the day, the areas asked about, the pack and the overrides: the same
five always give the same findings. An unanswered question is never a “no”.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from needlework.skin import packs
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import OverrideBy, Question, Rule, Scope
from needlework.skin.packs.rows import Verdict as FindingVerdict
from needlework.skin.tables import UnknownCodeError

Verdict: TypeAlias = Literal["refuse", "incomplete", "wait", "care", "clear"]
VERDICTS: Final[tuple[Verdict, ...]] = ("refuse", "incomplete", "wait", "care", "clear")
"""The gravest first."""

OLDEST_YEARS: Final = 130


class AnswerError(ValueError):
    """An answer that cannot be right. Names the question and says what is accepted."""

    def __init__(self, question: str, wrong: str) -> None:
        super().__init__(f"{question}: {wrong}")
        self.question = question
        self.wrong = wrong


class OverrideError(ValueError):
    """An override that the rule does not allow, or without a reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `answer` for yes/no questions, `value` for a number, `choice` for a choice; the rest as asked for.

    `areas` left None with a yes means “not said where”, which counts for every area.
    """

    answer: Literal["yes", "no", "unknown"] | None = None
    value: float | None = None
    choice: str | None = None
    date: date | None = None
    text: str | None = None
    areas: tuple[str, ...] | None = None


NO: Final = Answer("no")
YES: Final = Answer("yes")


@dataclass(frozen=True, slots=True)
class Override:
    """A decision to treat although a rule says no. `by` is the capacity in which the person decided."""

    by: Literal["prescriber", "medical-lead"]
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule makes of the answers.

    `areas` are the asked areas it concerns, empty when it concerns the whole treatment. `until` is the first day on
    which a wait no longer holds; None when that is not a matter of days.
    """

    rule: str
    scope: Scope
    verdict: FindingVerdict
    until: date | None
    areas: tuple[str, ...]
    override_by: OverrideBy
    because: str
    because_patient: str
    change: str
    condition: str | None
    source: tuple[str, ...]
    overridden: Override | None = None

    @property
    def stops(self) -> bool:
        """Whether it stands in the way of a treatment, or of an anaesthetic."""
        return self.verdict != "care" and self.overridden is None


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
    earliest = _earliest(answers, on)
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
                _check(asked.question, answer, on, earliest, plan.pack)
                found, unsettled = asked.judge(answer, on, asked_areas)
            if found:
                findings += found
        if unsettled:
            open_questions.append(code)
            is_open = is_open or asked.concerns_treatment
            if asked.concerns_anaesthetic:
                open_about_numbing.append(asked.question.code)
    if overrides:
        findings = [_overridden(finding, overrides, plan.pack) for finding in findings]
    return Screening(
        pack=plan.pack_id,
        on=on,
        areas=asked_areas,
        findings=tuple(findings),
        unanswered=tuple(open_questions),
        unanswered_about_numbing=tuple(open_about_numbing),
        by_area=MappingProxyType(_by_area(findings, asked_areas, is_open)),
        verdict=_verdict(findings, is_open),
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


def _earliest(answers: Mapping[str, Answer], on: date) -> date:
    """The first day on which the patient may have lived."""
    age = answers.get("age")
    years = (
        age.value if age is not None and age.value is not None and 0 <= age.value <= OLDEST_YEARS else None
    )
    return date(on.year - int(OLDEST_YEARS if years is None else years) - 1, on.month, min(on.day, 28))


def _check(question: Question, answer: Answer, on: date, earliest: date, pack: Pack) -> None:
    code = question.code
    if question.type == "number" and answer.value is not None:
        low, high = question.number_min or 0, question.number_max or 0
        if not low <= answer.value <= high:
            raise AnswerError(code, f"{answer.value:g} cannot be right. Give a number from {low} to {high}.")
    elif question.type == "choice" and answer.choice is not None and answer.choice not in question.choices:
        raise AnswerError(code, f"“{answer.choice[:80]}” is not one of {', '.join(question.choices)}.")
    if answer.date is not None:
        if answer.date > on:
            raise AnswerError(code, f"{answer.date} is after {on}. Give a day that has been.")
        if answer.date < earliest:
            raise AnswerError(code, f"{answer.date} is before the patient was born. Give a later day.")
    for area in answer.areas or ():
        if area not in pack.areas:
            raise UnknownCodeError("area", area, pack.areas)


# --- findings into verdicts ---


def _overridden(finding: Finding, overrides: Mapping[str, Override], pack: Pack) -> Finding:
    override = overrides.get(finding.rule)
    if override is None or finding.verdict == "care":
        return finding
    if finding.override_by == "none":
        raise OverrideError(f"{finding.rule}: nobody may override this. {finding.because}")
    if override.by != finding.override_by:
        raise OverrideError(
            f"{finding.rule}: only a {finding.override_by} may override this, not a {override.by}."
        )
    if not override.reason.strip():
        raise OverrideError(f"{finding.rule}: say why it is overridden.")
    return replace(finding, overridden=override)


def _verdict(findings: Collection[Finding], is_open: bool) -> Verdict:
    worst: Verdict = "incomplete" if is_open else "clear"
    for finding in findings:
        if finding.scope == "anaesthetic":
            continue
        verdict: Verdict = finding.verdict if finding.overridden is None else "care"
        if verdict == "refuse":
            return "refuse"
        if _GRAVITY[verdict] < _GRAVITY[worst]:
            worst = verdict
    return worst


_GRAVITY: Final = {verdict: place for place, verdict in enumerate(VERDICTS)}


def _by_area(findings: Collection[Finding], asked: tuple[str, ...], is_open: bool) -> dict[str, Verdict]:
    areas = asked or tuple(dict.fromkeys(area for finding in findings for area in finding.areas))
    if not areas:
        return {}
    everywhere = _verdict([finding for finding in findings if not finding.areas], is_open)
    local: dict[str, Verdict] = dict.fromkeys(areas, everywhere)
    for finding in findings:
        for area in finding.areas:
            verdict: Verdict = finding.verdict if finding.overridden is None else "care"
            if _GRAVITY[verdict] < _GRAVITY[local[area]]:
                local[area] = verdict
    return local


# --- files ---


def from_json(said: object) -> dict[str, Answer]:
    """Answers from what a JSON file holds: `{"isotretinoin": {"answer": "yes", "date": "2026-03-01"}}`.

    Raises `AnswerError` for a wrong shape. Whether a question exists and a value can be right, `screen` says.
    """
    if not isinstance(said, dict):
        raise AnswerError("answers", "should be an object with one entry for each question.")
    return {str(code): _answer(str(code), given) for code, given in said.items()}


def _answer(code: str, given: object) -> Answer:
    if not isinstance(given, dict):
        raise AnswerError(code, 'should be an object like {"answer": "no"}.')
    strange = [key for key in given if key not in _FIELDS]
    if strange:
        raise AnswerError(code, f"“{strange[0]}” is not one of {', '.join(_FIELDS)}.")
    answer = given.get("answer")
    if answer not in (None, "yes", "no", "unknown"):
        raise AnswerError(code, f"answer “{str(answer)[:80]}” is not one of yes, no, unknown.")
    value = given.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise AnswerError(code, f"value “{str(value)[:80]}” is not a number.")
    areas = given.get("areas")
    if areas is not None and not (isinstance(areas, list) and all(isinstance(area, str) for area in areas)):
        raise AnswerError(code, "areas should be a list of area codes.")
    return Answer(
        answer=answer,
        value=None if value is None else float(value),
        choice=_text(code, given, "choice"),
        date=_day(code, _text(code, given, "date")),
        text=_text(code, given, "text"),
        areas=None if areas is None else tuple(areas),
    )


_FIELDS: Final = ("answer", "value", "choice", "date", "text", "areas")


def _text(code: str, given: Mapping[str, Any], key: str) -> str | None:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise AnswerError(code, f"{key} should be a text.")
    return value


def _day(code: str, said: str | None) -> date | None:
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise AnswerError(code, f"date “{said[:80]}” is not a day like 2026-01-31.") from None


def to_json(screening: Screening) -> dict[str, Any]:
    """The screening as one JSON object."""
    return {
        "pack": screening.pack,
        "findings": [finding_json(finding) for finding in screening.findings],
        "unanswered": list(screening.unanswered),
        "by_area": dict(screening.by_area),
        "verdict": screening.verdict,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding; `overridden` only where somebody did."""
    said: dict[str, Any] = {
        "rule": finding.rule,
        "scope": finding.scope,
        "verdict": finding.verdict,
        "until": finding.until.isoformat() if finding.until else None,
        "areas": list(finding.areas),
        "override_by": finding.override_by,
        "because": finding.because,
        "source": list(finding.source),
    }
    if finding.overridden is not None:
        said["overridden"] = {"by": finding.overridden.by, "reason": finding.overridden.reason}
    return said


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
