"""What stands in the house is used: refusals are raised, events recorded, functions called, each deed leaves a line."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from needlework.clinic import errors
from needlework.clinic.audit import Event

from . import names

CLINIC = "needlework.clinic"
ACTIONS = f"{CLINIC}.actions."
AUDIT = f"{CLINIC}.audit"


def refusals() -> list[str]:
    kinds = {errors.ClinicError, errors.RuleBroken}
    return [
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.ClinicError) and kind not in kinds
    ]


@cache
def made() -> set[str]:
    """The names of everything that is called somewhere."""
    return {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for tree in names.trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


@pytest.mark.parametrize("name", refusals())
def test_every_refusal_is_raised_somewhere(name: str) -> None:
    assert name in made()


def noted() -> dict[str, str]:
    """Events which are given as words: the word, and where."""
    return {
        keyword.value.value: module
        for module, tree in names.trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "event"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
        and keyword.value.value
    }


def test_every_event_which_a_face_notes_is_one_of_the_trail() -> None:
    assert {
        word: where for word, where in noted().items() if word not in {event.value for event in Event}
    } == {}


def test_every_event_of_the_trail_is_recorded_somewhere() -> None:
    recorded = {
        node.attr
        for module, tree in names.trees().items()
        if module != AUDIT
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Event"
    }
    assert [event.name for event in Event if event.name not in recorded and event.value not in noted()] == []


# --- deeds --------------------------------------------------------------------------------------------
#: deeds without a line of their own, and why
WITHOUT_LINE = {
    "drafts.save": "what is typed is no part of the record until it is sent",
    "drafts.forget": "the same",
    "messages.send_waiting": "the line was written with the message",
    "recall_batches.take_in": "a piece of opening a recall, whose line has the numbers",
    "recall_contacts.list_patients": "the same, and of looking again",
    "screenings.keep_findings": "a piece of what was found, whose line names the rules",
    "trail.seal_waiting": "the seal is the trace",
    "voiding.take_back": "a piece of the action that writes the line",
}
#: deeds that are more than one transaction, or part of a greater one, and why
NOT_ATOMIC = {
    "aftercare.give_sheet": "a piece of give_aftercare",
    "backups.make": "reads one moment of the database, then notes it",
    "consents.publish_default_text": "hands its words to publish_text",
    "incidents.open_deviations": "a piece of the action that records the fact",
    "keys.export": "writes nothing but its lines",
    "messages.send_waiting": "notes each try before the mail server is asked",
    "photos.note_viewed": "one line and nothing else",
    "reading.note": "the same",
    "restores.restore": "exchanges the database itself",
    "screenings.keep_findings": "a piece of reconfirm and hold",
    "staff.identify": "counts a failure which the refusal must not undo",
    "staff.switch_user": "the same",
    "trail.seal_waiting": "batch by batch, each whole",
    "trail.verify": "checks, seals, then notes what was found",
    "treated_areas.treat_area": "hands its area to treat_areas",
    "voiding.take_back": "a piece of the action that locked the row",
}


def deeds() -> dict[str, names.Name]:
    """Public functions in the room of actions that are told a moment."""
    return {
        f"{module.removeprefix(ACTIONS)}.{name}": (module, name)
        for (module, name), node in names.functions(ACTIONS).items()
        if not name.startswith("_") and "at" in {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    }


def test_every_deed_leaves_a_line_in_the_trail() -> None:
    lines = names.leads_to(ACTIONS, {(AUDIT, "record")})
    silent = {deed for deed, name in deeds().items() if name not in lines}
    pieces = {"aftercare.content", "charting.keep"}  # a reading, and a hand-over to open_deviations
    assert silent - WITHOUT_LINE.keys() - pieces == set()


def test_every_deed_is_one_transaction() -> None:
    split = set()
    for deed, name in deeds().items():
        node = names.functions(ACTIONS)[name]
        inside = "transaction.atomic" in ast.unparse(node)
        if not inside and deed not in {"aftercare.content", "charting.keep"}:
            split.add(deed)
    assert split == NOT_ATOMIC.keys()


# --- functions ----------------------------------------------------------------------------------------
#: public names that nothing in the source calls, and why they stay
UNCALLED = {
    (f"{CLINIC}.models.triggers", "lifted"): "for tests and benchmarks, which tidy up after themselves",
    (f"{CLINIC}.rules.transitions", "diagram"): "drawn into docs/generated",
}


def test_no_public_function_of_the_record_stands_about_unused() -> None:
    rooms = tuple(
        f"{CLINIC}.{room}"
        for room in ("models", "rules", "queries", "actions", "audit", "reference", "vault")
    )
    idle = {
        name
        for name, node in names.functions(f"{CLINIC}.").items()
        if name[0].startswith(rooms) and not name[1].startswith("_") and name not in names.used()
    }
    assert idle - UNCALLED.keys() == set()


# --- pages --------------------------------------------------------------------------------------------
WEB = names.SOURCE / "needlework" / "web"


def _texts(folder: Path, *suffixes: str) -> str:
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in suffixes]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_class_of_the_style_sheets_is_on_some_page_or_in_the_guide() -> None:
    styles = re.sub(r"/\*.*?\*/", "", _texts(WEB / "static" / "css", ".css"), flags=re.S)
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"url\([^)]*\)|@import[^;]*;", "", styles)))
    guide = (names.ROOT / "docs" / "guide" / "design.md").read_text(encoding="utf-8")
    worn = set(re.findall(r"[\w-]+", _texts(WEB, ".html", ".py", ".js") + guide))
    assert classes - worn - {"htmx-request"} == set()


def test_every_variable_of_the_style_sheets_is_used() -> None:
    styles = _texts(WEB / "static" / "css", ".css")
    asked = set(re.findall(r"var\((--[\w-]+)", styles + _texts(WEB, ".html", ".js")))
    assert set(re.findall(r"(--[\w-]+)\s*:", styles)) - asked == set()
