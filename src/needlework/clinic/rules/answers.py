"""Answers to the health questions: read, checked and put together, in the protocol pack of the clinic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from needlework.clinic.errors import BadInput
from needlework.clinic.models import Patient
from needlework.clinic.who import Actor, Role
from needlework.skin import packs, screening
from needlework.skin.packs import Pack
from needlework.skin.screening import Answer, AnswerError
from needlework.skin.tables import UnknownCodeError

from .packs import pack_of as pack_of  # what answers are read in, for whoever reads them
from .patients import years

SEEN = frozenset({"examination", "skin"})  # groups of questions whose answer lies on the skin
COMPUTED = frozenset({"age"})  # known from the register, never asked


def age(patient: Patient, on: date) -> int:
    """Whole years on a day."""
    return years(patient.born_on, on)


def read_answers(
    given: object, *, patient: Patient, on: date, by: Actor, examined: bool = False
) -> dict[str, Any]:
    """Answers in the shape of the record, checked. With `examined`, the practitioner's own questions may be among them.

    Raises BadInput which names the question: an unknown code, a date in the future or before birth, a number or
    choice that cannot be, an area that is not on the map.
    """
    pack = pack_of(patient.clinic)
    try:
        answers = screening.from_json(given)
        answers = {code: answer for code, answer in answers.items() if code not in COMPUTED}
        for code in answers:
            question = packs.find(code, pack.questions, "question")
            if question.type == "practitioner" and not (examined and by.role is not Role.PATIENT):
                raise AnswerError(code, "is answered by the practitioner, in a consultation.")
        screening.screen({**answers, "age": Answer(value=age(patient, on))}, on=on, pack=pack)
    except AnswerError as wrong:
        raise BadInput(because=wrong.wrong[:1].upper() + wrong.wrong[1:], at_field=wrong.question) from wrong
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field=wrong.code) from wrong
    return {code: as_json(answer) for code, answer in answers.items()}


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as it is kept in the record; only what was given."""
    kept: dict[str, Any] = {
        "answer": answer.answer,
        "value": answer.value,
        "choice": answer.choice,
        "date": answer.date.isoformat() if answer.date else None,
        "text": answer.text,
        "areas": list(answer.areas) if answer.areas is not None else None,
    }
    return {key: value for key, value in kept.items() if value not in (None, "")}


def allergies(answers: Mapping[str, Any]) -> str:
    """What to show on every page about the patient: the allergies said yes to, with what was written beside them."""
    said = []
    for code, name in _ALLERGIES.items():
        given = answers.get(code, {})
        if given.get("answer") == "yes":
            text = " ".join(str(given.get("text", "")).split())
            said.append(f"{name} ({text})" if text else name)
    return ", ".join(said)


_ALLERGIES = {
    "metal-allergy": "metal",
    "product-reaction": "a product used with needling",
    "allergy-anaesthetic": "local anaesthetic",
    "allergy-ester": "ester anaesthetic or PABA",
    "allergy-parabens": "parabens",
    "allergy-sulfonamide": "sulfonamides",
}


def merged(pack: Pack, layers: Sequence[Mapping[str, Answer]]) -> dict[str, Answer]:
    """Several sets of answers, the oldest first, as one. A stop that was told is not lifted by a later glance."""
    whole: dict[str, Answer] = {}
    for number, layer in enumerate(layers):
        for code, answer in layer.items():
            before = whole.get(code)
            seen = code in pack.questions and pack.questions[code].group in SEEN
            told_stop = before is not None and before.answer in ("yes", "unknown") and not seen
            if number == 0 or not (told_stop and answer.answer in ("no", None)):
                whole[code] = answer
    return whole
