"""Legal labels made at random: read, written again, and read by another reader."""

import random
from datetime import date
from itertools import product

import biip
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needlework.skin import udi
from needlework.skin.udi import elements
from tests.factories import labels

ON = date(2026, 11, 24)


def refusal(text: str | bytes) -> str:
    """The code with which a text is refused, or nothing."""
    try:
        udi.parse(text, on=ON)
    except udi.LabelRefused as refused:
        return refused.code
    return ""


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**63), scanner=st.sampled_from(labels.SCANNERS))
def test_a_legal_string_is_read_and_written_again_byte_for_byte(seed: int, scanner: str) -> None:
    made = labels.make(random.Random(seed))
    if scanner == "" and "01" not in made:
        scanner = "]d2"  # a bare number of some lengths is a shop barcode
    text = labels.as_scanned(made, scanner)
    label = udi.parse(text, on=ON, separators_kept=True)
    assert label.elements == made
    again = udi.element_string(label.elements)
    assert scanner + (again.replace("\x1d", "^") if scanner == "^" else again) == text
    assert label.raw == text.encode()


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**63))
def test_the_text_under_the_barcode_says_the_same(seed: int) -> None:
    made = labels.make(random.Random(seed))
    assert udi.parse(labels.as_printed(made), on=ON).elements == made


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**63), scanner=st.sampled_from(["]d2", "]C1", ""]))
def test_a_string_without_separators_is_read_right_or_refused_as_uncertain(seed: int, scanner: str) -> None:
    made = labels.make(random.Random(seed))
    text = labels.as_scanned({"01": "09506000134352", **made}, scanner) if "01" in made else ""
    if text and (code := refusal(text)):
        assert code == "missing-separator"
        assert "\x1d" not in text
    elif text:
        assert udi.parse(text, on=ON).elements == {"01": made["01"], **made}


@settings(max_examples=500, deadline=None)
@given(text=st.one_of(st.text(), st.text(alphabet="01()\x1d]d2C1+=/&$^ ABab.%", max_size=40), st.binary()))
def test_any_text_is_read_or_refused_and_nothing_else(text: str | bytes) -> None:
    assert refusal(text) or udi.parse(text, on=ON).elements


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**63), at=st.integers(0, 13), step=st.integers(1, 9))
def test_one_misread_digit_of_the_product_number_never_passes(seed: int, at: int, step: int) -> None:
    di = labels.value(random.Random(seed), "01")
    wrong = di[:at] + str((int(di[at]) + step) % 10) + di[at + 1 :]
    with pytest.raises(udi.LabelRefused) as refused:
        udi.parse(f"]d201{wrong}", on=ON)
    assert refused.value.code == "incorrect-check-digit"


def test_every_element_of_the_dictionary_can_be_made_and_checked() -> None:
    dice = random.Random(7)
    for ai, element in elements.dictionary().items():
        for _ in range(5):
            element.check(labels.value(dice, ai))
    assert len(elements.dictionary()) == 541


def test_another_reader_finds_the_same_elements() -> None:
    """`biip` is the plain second version; it knows no companions, so only common elements are compared."""
    dice = random.Random(11)
    common = ("10", "11", "17", "21", "30", "240")
    for count, _ in product(range(1, 5), range(50)):
        made = {"01": labels.value(dice, "01")}
        made |= {ai: labels.value(dice, ai) for ai in dice.sample(common, k=count)}
        text = labels.as_scanned(made, "]d2")
        message = biip.parse(text).gs1_message
        assert message is not None
        theirs = {one.ai.ai: one.value for one in message.element_strings}
        assert udi.parse(text, on=ON, separators_kept=True).elements == theirs
