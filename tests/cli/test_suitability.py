"""The protocol pack on the command line: what it prints and how it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from needlework.cli import main
from needlework.skin import packs, tables


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main.execute(list(words))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def healthy() -> dict[str, Any]:
    """An answers file written from `needlework questions` alone: a healthy adult."""
    plain = {"yes_no": {"answer": "no"}, "practitioner": {"answer": "no"}, "choice": {"choice": "2"}}
    questions = packs.shipped().questions.values()
    return {"age": {"value": 35}} | {each.code: plain[each.type] for each in questions if each.type in plain}


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(healthy()))
    return path


def test_a_healthy_adult_is_clear(capsys: pytest.CaptureFixture[str], answers: Path) -> None:
    code, out, _ = run(
        capsys, "screen", "--answers", str(answers), "--on", "2026-11-24", "--areas", "cheek-left", "--json"
    )
    said = json.loads(out)
    assert (code, said["verdict"], said["by_area"]) == (0, "clear", {"cheek-left": "clear"})
    assert set(said) == {"pack", "findings", "unanswered", "by_area", "verdict"}


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"pregnancy": {"answer": "yes"}}, "refuse"),
        ({"pregnancy": {"answer": "unknown"}}, "incomplete"),
        ({"isotretinoin": {"answer": "yes", "date": "2026-10-01"}}, "wait"),
        ({"age": {"value": 17}}, "refuse"),
    ],
)
def test_what_stops_leaves_with_two(
    capsys: pytest.CaptureFixture[str], answers: Path, more: dict[str, object], verdict: str
) -> None:
    answers.write_text(json.dumps({**healthy(), **more}))
    code, out, _ = run(capsys, "screen", "--answers", str(answers), "--on", "2026-11-24", "--json")
    assert (code, json.loads(out)["verdict"]) == (2, verdict)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ('{"isotretinon": {"answer": "no"}}', "isotretinoin"),
        ('{"isotretinoin": {"answer": "yes", "date": "2031-01-01"}}', "isotretinoin"),
        ("[]", "object"),
    ],
)
def test_bad_answers_get_one_sentence(
    capsys: pytest.CaptureFixture[str], answers: Path, text: str, said: str
) -> None:
    answers.write_text(text)
    code, out, err = run(capsys, "screen", "--answers", str(answers), "--on", "2026-11-24")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "screen", "--answers", "nowhere.json", "--on", "2026-11-24")
    assert code == 2
    assert "nowhere.json" in err


def test_every_question_is_listed_with_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "questions", "--json")
    listed = json.loads(out)["questions"]
    assert code == 0
    assert [each["code"] for each in listed] == list(packs.shipped().questions)
    assert {"code", "type", "choices", "wants", "rules"} <= set(listed[0])


def test_a_protocol_is_proposed_with_its_grade(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "protocol", "--indication", "atrophic-acne-scars", "--area", "cheek-left", "--json"
    )
    assert code == 0
    assert json.loads(out)["options"]
    assert run(capsys, "protocol", "--indication", "acne-scar", "--area", "cheek-left")[0] == 2


@pytest.mark.parametrize(("needle", "code"), [("1.5", 0), ("3.5", 2)])
def test_a_plan_is_checked_against_its_bounds(
    capsys: pytest.CaptureFixture[str], needle: str, code: int
) -> None:
    plan = ("check-plan", "--area", "cheek-left", "--device", "dermaroller-mf-8", "--passes", "8")
    assert run(capsys, *plan, "--needle-mm", needle, "--json")[0] == code


def test_the_orbit_is_never_needled(capsys: pytest.CaptureFixture[str]) -> None:
    plan = ("--device", "dermaroller-c-8he", "--needle-mm", "0.2", "--passes", "2")
    code, out, _ = run(capsys, "check-plan", "--area", "periorbital-left", *plan)
    assert code == 2
    assert "refuse" in out


def dose(grams: str, *more: str) -> tuple[str, ...]:
    return ("dose", "--product", "emla", "--grams", grams, "--area-cm2", "200", "--minutes", "60",
            "--weight-kg", "70", "--age", "40", *more)  # fmt: skip


def test_a_dose_within_its_limits_is_allowed_and_one_beyond_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = run(capsys, *dose("10", "--json"))
    assert (code, json.loads(out)["allowed"]) == (0, True)
    assert run(capsys, *dose("70"))[0] == 2
    assert run(capsys, *dose("10", "--already", "emla:55"))[0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (dose("-1"), "grams"),
        (dose("10000"), "1000 mg are 1 g"),
        (dose("10", "--already", "emla"), "PRODUCT:GRAMS"),
        (dose("10", "--condition", "liver"), "liver"),
    ],
)
def test_a_figure_that_cannot_be_is_named_with_its_range(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    code, _, err = run(capsys, *words)
    assert code == 2
    assert said in err


def test_the_shipped_pack_is_in_order_and_differs_from_itself_in_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = run(capsys, "pack", "check")
    assert (code, "in order" in out) == (0, True)
    assert run(capsys, "pack", "diff", "shipped", str(tables.DATA))[1].strip() == "Nothing differs."
    assert run(capsys, "pack", "check", "nowhere")[0] == 3
