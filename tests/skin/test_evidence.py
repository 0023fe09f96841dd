"""What a patient may be told to expect."""

import pytest

from needlework.skin import evidence, packs
from needlework.skin.tables import UnknownCodeError

UNPREDICTABLE = ["cellulite", "pores", "dull-complexion", "burn-scars"]
"""Evidence that must not become a number: the list of what is not to be predicted."""


@pytest.mark.parametrize("indication", packs.shipped().indications)
def test_every_expectation_carries_its_grade_its_sources_and_when_to_look(indication: str) -> None:
    expected = evidence.expectation(indication)
    assert expected.sentence.endswith(".")
    assert expected.grade_in_words
    assert expected.source
    assert (expected.first_check_weeks, expected.reliable_check_months) == (6, 3)
    assert "custom, not a measurement" in expected.when


@pytest.mark.parametrize("indication", UNPREDICTABLE)
def test_what_cannot_be_predicted_has_no_number(indication: str) -> None:
    assert not any(character.isdigit() for character in evidence.expectation(indication).sentence)


def test_nothing_is_graded_better_than_low() -> None:
    """Almost no study had a control."""
    assert {row.grade for row in packs.shipped().indications.values()} == {"low", "very low", "none"}


def test_a_strange_indication_lists_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match="hair-loss"):
        evidence.expectation("hairloss")
