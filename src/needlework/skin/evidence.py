"""What may honestly be expected, with the grade of the evidence behind it."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from needlework.skin import packs
from needlework.skin.packs import Pack

WORDS: Final = {
    "low": "Low certainty: few controlled studies, and the careful ones found less.",
    "very low": "Very low certainty: small studies without a comparison.",
    "none": "No usable evidence was found.",
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a patient may be told. No percentage of collagen, no promise, no date on which it is finished."""

    indication: str
    sentence: str
    sentence_staff: str
    grade: Literal["low", "very low", "none"]
    grade_in_words: str
    first_check_weeks: int
    reliable_check_months: int
    when: str
    source: tuple[str, ...]


def expectation(indication: str, pack: Pack | None = None) -> Expectation:
    """What may be expected of an indication. Raises `UnknownCodeError` with the nearest codes."""
    row = packs.find(indication, (pack or packs.shipped()).indications, "indication")
    return Expectation(
        indication=row.code,
        sentence=row.expectation,
        sentence_staff=row.expectation_staff,
        grade=row.grade,
        grade_in_words=WORDS[row.grade],
        first_check_weeks=row.first_check_weeks,
        reliable_check_months=row.reliable_check_months,
        when=(
            f"A first look is usual at about {row.first_check_weeks} weeks; that is a custom, not a measurement. "
            f"The first reliable check is {row.reliable_check_months} months after the course."
        ),
        source=row.source,
    )


def expectation_json(expected: Expectation) -> dict[str, Any]:
    """The expectation as part of a JSON object."""
    return {
        "sentence": expected.sentence,
        "grade": expected.grade,
        "grade_in_words": expected.grade_in_words,
        "first_check_weeks": expected.first_check_weeks,
        "reliable_check_months": expected.reliable_check_months,
        "when": expected.when,
        "source": list(expected.source),
    }
