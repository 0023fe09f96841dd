"""Answers to the questions of a history or a check-in: their shape, and whether they can be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Question
from needlework.skin.tables import UnknownCodeError

OLDEST_YEARS: Final = 130


class AnswerError(ValueError):
    """An answer that cannot be right. Names the question and says what is accepted."""

    def __init__(self, question: str, wrong: str) -> None:
        super().__init__(f"{question}: {wrong}")
        self.question = question
        self.wrong = wrong


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


def earliest_day(answers: Mapping[str, Answer], on: date) -> date:
    """The first day on which the patient may have lived."""
    age = answers.get("age")
    years = (
        age.value if age is not None and age.value is not None and 0 <= age.value <= OLDEST_YEARS else None
    )
    return date(on.year - int(OLDEST_YEARS if years is None else years) - 1, on.month, min(on.day, 28))


def check(question: Question, answer: Answer, on: date, earliest: date, pack: Pack) -> None:
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
