"""`needlework screen`, `questions`, `protocol`, `check-plan`, `dose`, `pack`: output and exit code."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from needlework.cli.skin import app
from needlework.skin import packs, tables

EMLA = ("--product", "emla", "--area-cm2", "200", "--minutes", "60", "--weight-kg", "70", "--age", "35")


def run(*words: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words), input=stdin)
    return result.exit_code, result.stdout, result.stderr


def answer(*words: str, code: int = 0, stdin: str | None = None) -> dict[str, Any]:
    left_with, out, err = run(*words, "--json", stdin=stdin)
    assert (left_with, err) == (code, "")
    found: dict[str, Any] = json.loads(out)
    return found


def refusal(*words: str, code: int = 2, stdin: str | None = None) -> str:
    left_with, out, err = run(*words, stdin=stdin)
    assert (left_with, out) == (code, "")
    assert err.count("\n") == 1
    return err


def plain_answers() -> dict[str, dict[str, Any]]:
    """What `questions --json` says is enough to write a file of answers."""
    written: dict[str, dict[str, Any]] = {}
    for question in answer("questions")["questions"]:
        written[question["code"]] = {
            "number": {"value": 34},
            "choice": {"choice": (question["choices"] or [None])[0]},
        }.get(question["type"], {"answer": "no"})
    return written


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answers.json"


def screen(file: Path, answers: object, *more: str, code: int) -> dict[str, Any]:
    file.write_text(json.dumps(answers), encoding="utf-8")
    return answer("screen", "--answers", str(file), "--on", "2026-11-24", *more, code=code)


def test_a_healthy_adult_may_be_treated(file: Path) -> None:
    said = screen(file, plain_answers(), "--areas", "cheek-left, nose", code=0)
    assert said["verdict"] == "clear"
    assert said["by_area"] == {"cheek-left": "clear", "nose": "clear"}


def test_a_wait_names_its_day_and_leaves_with_2(file: Path) -> None:
    answers = plain_answers() | {"isotretinoin": {"answer": "yes", "date": "2026-09-01"}}
    said = screen(file, answers, code=2)
    assert (said["verdict"], said["findings"][0]["until"]) == ("wait", "2027-02-28")


def test_care_leaves_with_0(file: Path) -> None:
    said = screen(file, plain_answers() | {"blood-thinners": {"answer": "yes"}}, code=0)
    assert said["verdict"] == "care"


def test_nothing_answered_is_incomplete() -> None:
    said = answer("screen", "--answers", "-", "--on", "2026-11-24", code=2, stdin="{}")
    assert said["verdict"] == "incomplete"
    assert "pregnancy" in said["unanswered"]


def test_the_jurisdiction_selects_rules(file: Path) -> None:
    answers = plain_answers() | {"age": {"value": 20}}
    assert screen(file, answers, code=0)["verdict"] == "clear"
    assert screen(file, answers, "--jurisdiction", "us", code=0)["findings"][0]["rule"] == "under-22-us"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("nonsense", "answers: is not a JSON file"),
        ("[" * 100_000, "answers: is not a JSON file"),
        ("[]", "answers: should be an object"),
        ('{"pregnant": {"answer": "no"}}', "Did you mean pregnancy"),
        ('{"age": {"value": 200}}', "age: 200 cannot be right. Give a number from 0 to 120."),
        ('{"age": {"value": NaN}}', "age: nan cannot be right"),
        ('{"filler": {"answer": "yes", "date": "2027-01-01"}}', "filler: 2027-01-01 is after 2026-11-24"),
    ],
)
def test_bad_answers_are_refused_in_one_sentence(said: str, wrong: str) -> None:
    assert wrong in refusal("screen", "--answers", "-", "--on", "2026-11-24", stdin=said)


def test_a_missing_file_leaves_with_3(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    assert "There is no file" in refusal("screen", "--answers", missing, "--on", "2026-11-24", code=3)
    assert "is a folder" in refusal("screen", "--answers", str(tmp_path), "--on", "2026-11-24")


def test_a_protocol_says_what_is_proposed() -> None:
    said = answer(
        "protocol", "--indication", "atrophic-acne-scars", "--area", "cheek-left", "--skin-type", "5"
    )
    assert said["options"][0]["needle_mm"] == [0.5, 1.0]
    assert said["cautions"][0]["rule"] == "dark-skin-depth"
    assert "no protocol" in refusal("protocol", "--indication", "hair-loss", "--area", "nose")
    assert "Did you mean" in refusal("protocol", "--indication", "hairloss", "--area", "scalp")
    assert "1 to 6" in refusal("protocol", "--indication", "pores", "--area", "nose", "--skin-type", "9")


def test_a_plan_is_checked() -> None:
    plan = ("--device", "dermaroller-mf-8", "--needle-mm", "1.5", "--passes", "8")
    assert answer("check-plan", "--area", "cheek-left", *plan)["verdict"] == "clear"
    assert answer("check-plan", "--area", "periorbital-left", *plan, code=2)["verdict"] == "refuse"
    assert "µm" in refusal("check-plan", "--area", "nose", *plan[:2], "--needle-mm", "1500", "--passes", "8")


def test_a_dose_is_judged() -> None:
    said = answer("dose", *EMLA, "--grams", "30", "--already", "emla:20")
    assert (said["allowed"], said["limits"][0]["used"], said["limits"][0]["value"]) == (True, 50, 60)
    assert not answer("dose", *EMLA, "--grams", "30", "--already", "emla:31", code=2)["allowed"]
    assert not answer("dose", *EMLA, "--grams", "3", "--condition", "g6pd-deficiency", code=2)["allowed"]
    assert "no amount" in refusal("dose", *EMLA, "--grams", "3", "--already", "emla")
    assert "1000 mg are 1 g" in refusal("dose", *EMLA, "--grams", "3000")


def test_the_clinic_may_set_a_ceiling() -> None:
    lmx4 = ("--product", "lmx4", *EMLA[2:], "--grams", "20")
    assert not answer("dose", *lmx4, code=2)["allowed"]
    assert answer("dose", *lmx4, "--clinic-max", "lmx4:25")["allowed"]


@pytest.mark.parametrize(
    "words",
    [
        ("questions",),
        ("protocol", "--indication", "cellulite", "--area", "thigh-left", "--skin-type", "6"),
        ("check-plan", "--area", "nose", "--device", "derma-stamp", "--needle-mm", "2", "--passes", "3"),
        ("dose", *EMLA, "--grams", "3"),
        ("pack", "check"),
    ],
)
def test_every_command_also_speaks_in_sentences(words: tuple[str, ...]) -> None:
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert not out.startswith("{")
    assert out.count("\n") >= 2


def test_a_screening_speaks_in_sentences() -> None:
    said = '{"filler": {"answer": "yes", "date": "2026-11-20", "areas": ["nose"]}}'
    code, out, _err = run("screen", "--answers", "-", "--on", "2026-11-24", "--areas", "nose", stdin=said)
    assert code == 2
    assert "wait until 2026-12-04 (nose): Filler" in out
    assert "Still open: age" in out


def test_the_shipped_pack_is_in_order() -> None:
    said = answer("pack", "check")
    assert said["pack"] == packs.shipped().id
    assert said["needs_sign_off"] == ["tranexamic-thrombosis", "product-reaction"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("sources.csv", "pack.toml", *(name for name, _row in packs.FILES.values())):
        shutil.copy(tables.DATA / name, tmp_path / name)
    return tmp_path


def test_two_packs_are_compared_in_words(folder: Path) -> None:
    rules = folder / "rules.csv"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace(
            "within,14,,,wait,prescriber", "within,7,,,wait,prescriber"
        ),
        encoding="utf-8",
    )
    said = answer("pack", "diff", str(folder))
    assert {change["bearing"] for change in said["changes"]} == {"stricter"}
    assert "days was 7, is 14." in said["changes"][0]["says"]
    assert "the rows are not those of" in refusal("pack", "check", str(folder))
    code, out, _err = run("pack", "diff", str(folder), str(folder))
    assert (code, "0 changes" in out) == (0, True)


def test_a_broken_table_names_file_line_and_column(folder: Path) -> None:
    (folder / "areas.csv").write_text("code\nnose\n", encoding="utf-8")
    assert "areas.csv, line 1, column name: is missing" in refusal("pack", "check", str(folder))
    assert "pack.toml" in refusal("pack", "check", str(folder / "none"))
