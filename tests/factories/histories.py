"""Health histories: a healthy adult, one answer changed, and random ones from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

from needlework.skin import screening
from needlework.skin.packs.rows import Question
from needlework.skin.screening import NO, Answer

ON = date(2026, 11, 24)
FACE = ("cheek-left", "cheek-right")


def healthy(**changed: Answer | None) -> dict[str, Answer]:
    """An adult of 34 with skin type 2 who answers no to everything else; underscores stand for hyphens."""
    answers = {question.code: plain(question) for question in screening.questions()}
    for name, answer in changed.items():
        code = name.replace("_", "-")
        assert code in answers, code
        if answer is None:
            del answers[code]
        else:
            answers[code] = answer
    return answers


def plain(question: Question) -> Answer:
    """The answer that sets nothing off."""
    if question.type == "number":
        return Answer(value=34)
    return Answer(choice="2") if question.type == "choice" else NO


def any_history(
    dice: random.Random, questions: tuple[Question, ...], *, calm: float = 0.0
) -> dict[str, Answer]:
    """A random history: every question may be left out, not known, or answered in any way it allows.

    `calm` is the share of questions with a plain answer, as most people give.
    """
    answers: dict[str, Answer] = {}
    for question in questions:
        answer = plain(question) if dice.random() < calm else _any_answer(dice, question)
        if answer is not None:
            answers[question.code] = answer
    return answers


def _any_answer(dice: random.Random, question: Question) -> Answer | None:
    if dice.random() < 0.1:
        return None
    if question.type == "number":
        return Answer(value=dice.randint(1, 99)) if dice.random() < 0.95 else Answer()
    if question.type == "choice":
        return Answer(choice=dice.choice(question.choices)) if dice.random() < 0.9 else Answer("unknown")
    said = dice.choice(("yes", "no", "no", "unknown"))
    if said != "yes":
        return Answer(said)  # type: ignore[arg-type]
    return Answer(
        "yes",
        # Never more than 365 days ago: the youngest patient of the dice is a year old.
        date=ON - timedelta(days=dice.randrange(365)) if dice.random() < 0.7 else None,
        areas=dice.choice((None, (), ("cheek-left",), ("cheek-left", "nose"), ("abdomen",))),
    )


def with_yes(answers: Mapping[str, Answer], code: str) -> dict[str, Answer]:
    """The same history with a bare yes to one question."""
    return {**answers, code: Answer("yes")}
