"""Screening once more, plainly and slowly, straight from the rows: to compare the fast one with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from needlework.skin import packs
from needlework.skin.packs.rows import Rule
from needlework.skin.screening import Answer, Override

GRAVITY = ["clear", "care", "wait", "incomplete", "refuse"]
Found = tuple[str, str, date | None, tuple[str, ...]]


def screen(
    answers: Mapping[str, Answer],
    *,
    on: date,
    areas: tuple[str, ...],
    pack: packs.Pack,
    overrides: Mapping[str, Override],
) -> tuple[list[Found], list[str], str, dict[str, str]]:
    """Findings (rule, verdict, until, areas), open questions, the verdict, and the verdict of each area."""
    found: list[Found] = []
    still_open: list[str] = []
    weighed: list[tuple[str, tuple[str, ...]]] = []
    is_open = False
    for question in pack.questions.values():
        rules = [pack.rule_in_force(rule) for rule in pack.rules.values() if rule.question == question.code]
        in_force = [rule for rule in rules if rule is not None]
        if not in_force or not shown(question.shown_when, answers, areas, pack):
            continue
        answer = answers.get(question.code, Answer())
        opened = not answered(question.type, answer)
        for rule in in_force:
            finding = judge(rule, answer, on, areas)
            opened |= opens(rule, answer, finding is not None)
            if finding is None:
                continue
            until, where = finding
            found.append((rule.code, rule.verdict, until, where))
            if rule.scope != "anaesthetic":
                overridden = rule.code in overrides and rule.verdict != "care"
                weighed.append(("care" if overridden else rule.verdict, where))
        if opened:
            still_open.append(question.code)
            is_open |= any(rule.scope != "anaesthetic" for rule in in_force)
    opened_as = ["incomplete"] if is_open else []
    named = areas or tuple(dict.fromkeys(area for _verdict, where in weighed for area in where))
    by_area = {
        area: gravest([*opened_as, *(verdict for verdict, where in weighed if not where or area in where)])
        for area in named
    }
    return found, still_open, gravest([*opened_as, *(verdict for verdict, _where in weighed)]), by_area


def shown(
    conditions: tuple[str, ...], answers: Mapping[str, Answer], areas: tuple[str, ...], pack: packs.Pack
) -> bool:
    for condition in conditions:
        left, right = condition.split("=")
        if left == "region":
            asked = [pack.areas[area].region for area in areas]
            if areas and not any(region in right.split("|") for region in asked):
                return False
        elif answers.get(left, Answer()).answer != right:
            return False
    return True


def answered(kind: str, answer: Answer) -> bool:
    if kind == "number":
        return answer.value is not None
    if kind == "choice":
        return answer.choice is not None or answer.answer == "unknown"
    return answer.answer is not None


def opens(rule: Rule, answer: Answer, sets_off: bool) -> bool:
    if rule.scope != "anaesthetic" and rule.verdict != "care" and answer.answer == "unknown":
        return rule.when in ("yes", "within", "choice")
    return rule.when == "within" and answer.answer == "yes" and answer.date is None and sets_off


def judge(
    rule: Rule, answer: Answer, on: date, areas: tuple[str, ...]
) -> tuple[date | None, tuple[str, ...]] | None:
    where: tuple[str, ...] = ()
    if rule.scope == "area":
        where = areas
        if answer.answer == "yes" and answer.areas:
            where = (
                tuple(a for a in areas if a in answer.areas) if areas else tuple(sorted(set(answer.areas)))
            )
            if not where:
                return None
    if rule.when == "below":
        return (None, where) if answer.value is not None and answer.value < (rule.number or 0) else None
    if answer.answer == "unknown" and not (rule.when == "choice" and answer.choice is not None):
        return (None, where) if rule.verdict == "care" or rule.scope == "anaesthetic" else None
    if rule.when == "choice":
        return (None, where) if answer.choice in rule.choices else None
    if answer.answer != "yes":
        return None
    if rule.when == "within" and answer.date is not None:
        until = answer.date + timedelta(days=rule.days or 0)
        return (until, where) if on < until else None
    return None, where


def gravest(verdicts: list[str]) -> str:
    return max(verdicts, key=GRAVITY.index, default="clear")
