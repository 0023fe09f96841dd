"""The hazard log is complete, and every test it leans on exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAFETY = ROOT / "docs" / "safety"
HAZARDS = re.split(r"^## ", (SAFETY / "hazard-log.md").read_text(encoding="utf-8"), flags=re.M)[1:]
PARTS = ("Cause", "Effect", "Control", "Shown by", "Residual risk")


@cache
def names_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def title(hazard: str) -> str:
    return hazard.partition("\n")[0]


def test_hazards_are_numbered_without_gap() -> None:
    assert [title(hazard)[:3] for hazard in HAZARDS] == [
        f"H{number:02}" for number in range(1, len(HAZARDS) + 1)
    ]
    assert len(HAZARDS) >= 10


@pytest.mark.parametrize("hazard", HAZARDS, ids=title)
def test_a_hazard_says_cause_effect_control_proof_and_what_is_left(hazard: str) -> None:
    assert tuple(re.findall(r"^- \*\*(.+?)\*\*: \S", hazard, re.M)) == PARTS


@pytest.mark.parametrize("hazard", HAZARDS, ids=title)
def test_every_named_test_exists(hazard: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", hazard)
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in names_in(ROOT / file)] == []


@pytest.mark.parametrize("page", ["intended-use.md", "regulators.md"])
def test_the_other_pages_of_the_safety_case_are_there(page: str) -> None:
    assert (SAFETY / page).read_text(encoding="utf-8").startswith("# ")
