"""The shape of the house: what every action, error, table, command and file has in common."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import typer.main
from django.apps import apps
from django.db import models as fields

from needlework.cli.main import COMMANDS, build
from needlework.clinic import actions, errors

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "needlework"
LONGEST = 400

#: actions without an Actor, and why
NOBODY = {
    "clinics.found": "the clinic does not exist yet; it takes the operator's name",
    "installation.found_clinic": "the same",
    "backups.make": "concerns every clinic, so it takes an Actor for each",
    "keys.export": "the same",
    "restores.restore": "the Actors are those of the record that is put back",
    "trail.seal_waiting": "sealing adds nothing to what is known; the seals say when",
    "messages.send_waiting": "the worker sends what somebody has written",
}
#: pieces of actions, called inside the transaction of another one
PIECES = {
    "aftercare.content",
    "charting.keep",
    "checkins.plan_for",
    "device_uses.open_packet",
    "screenings.keep_findings",
    "voiding.take_back",
}


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def deeds() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function in the room of actions which takes a moment: it does something."""
    for module in modules(actions):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            full = f"{module.__name__.rsplit('.', 1)[1]}.{name}"
            if "at" in inspect.signature(function).parameters and full not in PIECES:
                yield full, function


def test_every_action_takes_its_facts_by_name_and_says_who_and_when() -> None:
    wrong = []
    for name, function in deeds():
        parameters = inspect.signature(function).parameters
        if any(one.kind is not one.KEYWORD_ONLY for one in parameters.values()):
            wrong.append(f"{name} takes facts by position")
        known = {"by", "staff", "email", "token", "at"} & parameters.keys()
        if name not in NOBODY and known == {"at"}:
            wrong.append(f"{name} does not say who")
    assert wrong == []
    assert {name for name, _ in deeds()} >= NOBODY.keys(), "an exception is no longer needed"


def test_whoever_writes_a_line_of_the_trail_was_told_the_moment() -> None:
    wrong = []
    for module in modules(actions):
        tree = ast.parse(inspect.getsource(module))
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            records = any(
                isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record"
                for call in ast.walk(node)
            )
            arguments = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
            if records and "at" not in arguments:
                wrong.append(f"{module.__name__}.{node.name}")
    assert wrong == []


def refusals() -> list[type[errors.ClinicError]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.ClinicError)
    ]


def test_every_refusal_has_its_own_code_and_a_whole_sentence() -> None:
    codes = [kind.code for kind in refusals()]
    assert sorted(codes) == sorted(set(codes))
    for kind in refusals():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code), kind.__name__
        assert kind.__doc__, kind.__name__
        assert kind.sentence == kind.sentence.strip()
        assert kind.sentence.endswith((".", "}", "?")), kind.code


def record_models() -> list[type[fields.Model]]:
    return list(apps.get_app_config("clinic").get_models())


def test_every_table_says_which_of_its_columns_identify_a_person() -> None:
    for model in record_models():
        stated = model.__dict__.get("identifying")
        assert isinstance(stated, tuple), f"{model.__name__} does not state `identifying`"
        assert set(stated) <= {field.name for field in model._meta.get_fields()}, model.__name__


#: moments which need no person beside them, and why
ALONE = {
    "at", "due_at", "starts_at", "ends_at", "slot_at", "happened_at", "shown_at", "reflected_at", "expires_at",
    "saved_at", "sent_at", "tried_at", "full_login_at", "joined_at", "taken_at",
}  # fmt: skip


def test_every_moment_of_a_deed_has_its_person_beside_it() -> None:
    wrong = []
    for model in record_models():
        names = {field.name for field in model._meta.get_fields()}
        for field in model._meta.get_fields():
            if not isinstance(field, fields.DateTimeField) or field.name in ALONE:
                continue
            if field.name == "received_at" and model.__name__ == "DeviceUnit":
                continue  # who received it stands on the delivery
            if field.name.replace("_at", "_by") not in names and field.name != "last_login":
                wrong.append(f"{model.__name__}.{field.name}")
    assert wrong == []


def test_every_moment_ends_in_at_and_every_day_in_on() -> None:
    for model in record_models():
        for field in model._meta.get_fields():
            if field.name in {"last_login", "at", "valid_from", "until"}:
                continue
            if isinstance(field, fields.DateTimeField):
                assert field.name.endswith("_at"), f"{model.__name__}.{field.name}"
            elif isinstance(field, fields.DateField):
                assert field.name.endswith("_on"), f"{model.__name__}.{field.name}"


def commands(command: Any, name: str = "needlework") -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for part, found in command.commands.items():
            yield from commands(found, f"{name} {part}")
    else:
        yield name, command


def test_every_command_argument_and_option_has_help() -> None:
    found = dict(commands(typer.main.get_command(build())))
    assert len(found) > 15
    for name, command in found.items():
        assert command.help, name
        for one in command.params:
            assert one.name == "help" or getattr(one, "help", ""), f"{name}: {one.name}"


def test_the_table_of_commands_names_every_command_once() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    there = {name.split()[1] for name, _ in commands(typer.main.get_command(build()))}
    assert there == set(names)


def python_files() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


#: longer than that, and why it may be
LISTS = {
    "clinic/errors.py": "one list of refusals, searched and not read through",
}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        path.relative_to(SOURCE).as_posix(): lines
        for path in python_files()
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long.keys() - LISTS.keys() == set(), long


def test_no_module_is_named_after_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "managers", "manager", "misc", "base"}
    assert [path for path in python_files() if path.stem in nothing or path.parent.name in nothing] == []


UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|HACK)\b|coming soon|not implemented yet|lorem ipsum", re.IGNORECASE
)
ELSEWHERE = re.compile(r"/(?:work|root|home)/[a-z]|\bartifactory\b|\bnexus\.|pypi\.(?!org)", re.IGNORECASE)


def committed() -> list[Path]:
    done = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "--",
            "*.py",
            "*.html",
            "*.css",
            "*.js",
            "*.md",
            "*.toml",
            "*.csv",
            "Makefile",
            ".ci",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [ROOT / name for name in done.stdout.split("\0") if name]
    return [path for path in found if path.exists() and path != Path(__file__)]


def test_nothing_is_left_for_later_and_no_machine_is_named() -> None:
    wrong = []
    for path in committed():
        text = path.read_text(errors="replace")
        for pattern in (UNFINISHED, ELSEWHERE):
            wrong += [f"{path.relative_to(ROOT)}: {found.group()}" for found in pattern.finditer(text)]
    assert wrong == []


def test_the_generated_pages_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        env={**os.environ},
        check=False,
    )
    assert done.returncode == 0, done.stderr
