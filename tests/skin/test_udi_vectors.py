"""GS1's own test vectors, answered as GS1 answers them, and the list of answers that differ on purpose."""

import json
from datetime import date
from functools import lru_cache
from typing import Any

import pytest

from needlework.skin import udi
from needlework.skin.udi import checks, elements
from tests.conftest import SHARED

ON = date(2026, 11, 24)
VECTORS = SHARED / "testdata" / "gs1" / "gs1_vectors_open.json"

DIFFERENCES = {
    "missing-companion": "GS1's reader of strings leaves companions to a later step; a label for the record is judged "
    "as a whole, so a part of one is refused until its other barcode is read too (`parse_packet`). "
    "`read_elements` answers as GS1 does.",
    "plain-barcode": "GS1 passes on what symbols without FNC1 hold as text; it is no label, so it is refused.",
    "shop-barcode": "GS1 reads EAN and UPC numbers alone; they name no lot, serial or expiry, so they are refused.",
    "unknown-element": "GS1's engine has a switch for elements not yet given out, such as (89), and some of its "
    "vectors are read with it. What is unknown cannot be judged, so it is refused.",
}
"""The codes with which a string is refused that GS1 accepts, and why."""


@lru_cache(maxsize=1)
def vectors() -> dict[str, list[dict[str, Any]]]:
    held: dict[str, list[dict[str, Any]]] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return held


def cases(group: str) -> list[dict[str, Any]]:
    return vectors()[group] if VECTORS.exists() else []


pytestmark = pytest.mark.skipif(
    not VECTORS.exists(), reason="the folder ../shared with the test data is missing"
)


def answer(text: str) -> tuple[str, str]:
    """GS1's notation of the elements and an empty code, or nothing and the code of the refusal."""
    try:
        label = udi.parse(text, on=ON, separators_kept=True)
    except udi.LabelRefused as refused:
        return "", refused.code
    return "^" + elements.join(label.elements).replace("\x1d", "^"), ""


def agrees(text: str, ok: bool, out: str | None) -> bool:
    said, code = answer(text)
    if not ok:
        return code != ""
    if code:
        return code in DIFFERENCES
    return out is None or said == out


@pytest.mark.parametrize("case", cases("parse_bracketed"), ids=lambda case: repr(case["in"]))
def test_bracketed_text_is_answered_as_gs1_answers(case: dict[str, Any]) -> None:
    assert agrees(case["in"], case["ok"], case["out"] or None)


@pytest.mark.parametrize("case", cases("process_unbracketed"), ids=lambda case: repr(case["in"]))
def test_an_element_string_is_answered_as_gs1_answers(case: dict[str, Any]) -> None:
    assert agrees(case["in"], case["ok"], case["in"])


@pytest.mark.parametrize(
    "case", cases("parse_bracketed") + cases("process_unbracketed"), ids=lambda case: repr(case["in"])
)
def test_without_asking_for_companions_nothing_differs(case: dict[str, Any]) -> None:
    try:
        found = udi.read_elements(case["in"], on=ON)
    except udi.LabelRefused:
        assert not case["ok"]
    else:
        assert case["ok"]
        assert "^" + elements.join(found).replace("\x1d", "^") == case.get("out", case["in"])


@pytest.mark.parametrize("case", cases("linters"), ids=lambda case: case["in"])
def test_an_element_is_refused_with_the_error_that_gs1_names(case: dict[str, Any]) -> None:
    _, code = answer(case["in"])
    assert (code or "ok").replace("-", "_").upper() == case["err"]


@pytest.mark.parametrize("case", cases("ai_assoc"), ids=lambda case: case["in"])
def test_companions_are_required_and_excluded_as_gs1_does(case: dict[str, Any]) -> None:
    said, code = answer(case["in"])
    assert (code in ("", "unknown-element")) if case["ok"] else code, said


@pytest.mark.parametrize("case", cases("scan_data"), ids=lambda case: repr(case["scan"]))
def test_scanned_data_is_answered_as_gs1_answers(case: dict[str, Any]) -> None:
    composite = case["data"].partition("|")[2]
    assert agrees(case["scan"], case["ok"], case["data"] if case["data"].startswith("^") else None)
    if composite:
        assert answer(case["scan"])[0].endswith(composite.removeprefix("^"))


@pytest.mark.parametrize("case", cases("digital_link_parse"), ids=lambda case: case["uri"] or "empty")
def test_a_digital_link_is_answered_as_gs1_answers(case: dict[str, Any]) -> None:
    assert agrees(case["uri"], case["ok"], case["out"])
    if case["ok"]:
        assert answer(case["uri"])[0] == case["out"]


def test_every_check_answers_as_gs1_does() -> None:
    for case in cases("lint"):
        wanted = "" if case["ok"] else case["err"].lower().replace("_", "-")
        assert (checks.CHECKS[case["linter"]](case["in"]) or "") == wanted, case
    assert len(cases("lint")) > 150


def test_every_difference_is_one_that_happens() -> None:
    strings = [
        case[key]
        for group, key in (("parse_bracketed", "in"), ("scan_data", "scan"))
        for case in cases(group)
    ]
    strings += ["]E02112345678900", "(89)ABC(89)ABC"]
    assert set(DIFFERENCES) <= {answer(text)[1] for text in strings}
