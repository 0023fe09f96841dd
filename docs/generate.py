"""Writes docs/generated from the code: every refusal, every command, every move of a treatment. `--check` only says whether they are current."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "generated"
sys.path.insert(0, str(ROOT / "src"))

NOTE = "<!-- Made by docs/generate.py. Change the code, then run `make docs`. -->\n"


def errors() -> str:
    """Every way the clinic can say no."""
    from needlework.clinic import errors as module

    kinds = (module.NotAllowed, module.NotFound, module.RuleBroken)
    found = [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, module.ClinicError) and kind is not module.ClinicError
    ]
    lines = [
        NOTE,
        "# Every refusal\n",
        "A refusal has a code, which pages, the command line and other programs share, and a sentence which says "
        "what is wrong and what to do next. Words in braces are filled in. A page shows it at its field with "
        "status 422 (403 and 404 for the first two kinds); a command ends with 2 (4 and 3).\n",
    ]
    for kind in kinds:
        lines.append(
            f"\n## {kind.__name__}\n\n{_first(kind)}\n\n| code | sentence | field | when |\n|---|---|---|---|"
        )
        members = [one for one in found if next(k for k in kinds if issubclass(one, k)) is kind]
        for one in sorted(members, key=lambda one: one.code):
            sentence = " ".join(one.sentence.split()).replace("|", "\\|")
            lines.append(f"| `{one.code}` | {sentence} | {one.field or ''} | {_first(one)} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Every command with its arguments and options."""
    import typer.main

    from needlework.cli.main import build

    lines = [
        NOTE,
        "# Every command\n",
        "Exit codes: 0 done, 2 refused or bad input, 3 not found, 4 not allowed. Errors are one sentence on "
        "stderr. With `--json` there is one JSON object on stdout.\n",
    ]
    _describe(typer.main.get_command(build()), "needlework", lines)
    return "\n".join(lines) + "\n"


def _describe(command: Any, name: str, lines: list[str]) -> None:
    if hasattr(command, "commands"):
        if command.invoke_without_command:
            _describe_one(command, name, lines)
        for part in command.commands:
            _describe(command.commands[part], f"{name} {part}", lines)
        return
    _describe_one(command, name, lines)


def _describe_one(command: Any, name: str, lines: list[str]) -> None:
    help_text = inspect.cleandoc(command.help or "").replace("\f", "").split("\n\n")
    lines.append(f"\n## `{name}`\n")
    lines += [" ".join(part.split()) + "\n" for part in help_text]
    rows = []
    for one in command.params:
        if one.name == "help":
            continue
        label = ", ".join(one.opts) if one.param_type_name == "option" else (one.metavar or one.name.upper())
        about = " ".join((getattr(one, "help", "") or "").split()).replace("|", "\\|")
        rows.append(f"| `{label}` | {about} |")
    if rows:
        lines += ["| | |", "|---|---|", *rows]


def _first(kind: type) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split()).replace("|", "\\|")


def treatment() -> str:
    """Where a treatment can stand, and which deed leads where."""
    from needlework.clinic.rules import transitions

    lines = [
        NOTE,
        "# The way of a treatment\n",
        "Where a treatment stands is read off its moments and stored nowhere. The table is "
        "`clinic/rules/transitions.py`; what is not in it is refused. Deeds that leave a treatment where it is are "
        "named below the picture.\n",
        f"```mermaid\n{transitions.diagram()}```\n",
        "| where it stands | what can be done there and changes nothing of that |\n|---|---|",
    ]
    for here, moves in transitions.MOVES.items():
        deeds = ", ".join(deed for deed, there in moves.items() if there is here)
        lines.append(f"| {here.label} | {deeds or 'nothing'} |")
    return "\n".join(lines) + "\n"


PAGES = {"errors.md": errors, "commands.md": commands, "treatment.md": treatment}


def outdated() -> list[str]:
    """The names of pages which are not what the code says now."""
    return [
        name
        for name, make in PAGES.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != make()
    ]


def main() -> None:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; end with 1 if a page is outdated"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(NEEDLEWORK_DATA=folder, NEEDLEWORK_DEMONSTRATION="yes")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "needlework.config.settings")
        import django

        django.setup()
        found = outdated()
        if asked.check:
            if found:
                sys.exit(f"docs/generated is outdated ({', '.join(found)}). Run: make docs")
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in found:
            (FOLDER / name).write_text(PAGES[name]())


if __name__ == "__main__":
    main()
