"""The guides are held true: every link leads somewhere, and every command line in them is one of ours."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from needlework.cli.main import build

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"))
    if path.is_file()
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file_that_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    made_by_tests = {"docs/images/today.png"}
    gone = [link for link in links if not (page.parent / link).exists() and link not in made_by_tests]
    assert gone == []


def lines(page: Path) -> list[str]:
    """What is quoted as a command: a line of its own in a block, or between two backquotes."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = "\n".join(re.findall(r"^```[a-z]*\n(.*?)^```", text, flags=re.M | re.S))
    found = re.findall(r"^(?:\$ )?(needlework .+)$", blocks, flags=re.M)
    found += re.findall(r"`(needlework [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return [
        line.partition(" #")[0].partition(" | ")[0].partition(" > ")[0].partition(" < ")[0] for line in found
    ]


def wrong_in(line: str) -> str:
    """What of a command line there is not; empty when all of it is known."""
    command: Any = typer.main.get_command(build())
    words = shlex.split(line)[1:]
    while hasattr(command, "commands"):
        if not words or words[0].startswith("-"):
            return ""
        part = words.pop(0)
        if part not in command.commands:
            return f"{line}: no command {part}"
        command = command.commands[part]
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    strange = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{line}: no option {strange[0]}" if strange else ""


@pytest.mark.parametrize("page", [page for page in PAGES if lines(page)], ids=name)
def test_every_command_line_in_the_guides_is_one_of_ours(page: Path) -> None:
    assert [wrong for line in lines(page) if (wrong := wrong_in(line))] == []


def test_every_target_of_make_in_the_guides_is_there() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    for page in PAGES:
        asked = set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
        assert asked - targets == set(), name(page)
