"""`needlework`: one door to every command. A command's module is imported only when it is asked for."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer

DONE, REFUSED, NOT_FOUND, NOT_ALLOWED = 0, 2, 3, 4
UsageError: type[Exception] = typer.BadParameter.__base__ or typer.BadParameter


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of them, as the help lists it."""

    name: str
    module: str
    help: str
    group: bool = False


COMMANDS = (
    Command("serve", "serve", "Serve the clinic's pages, and keep the trail sealed."),
    Command("demo", "demo", "Fill the demonstration clinic, and serve it if asked."),
    Command("setup", "setup", "Found a clinic: its keys, its database, its first room and its medical lead."),
    Command("migrate", "setup", "Bring the database to this version, with all its guards."),
    Command("reference", "reference", "The reference tables.", group=True),
    Command("trail", "trail", "The trail: check it, seal it, read it.", group=True),
    Command("why-not", "treatments", "Say everything that speaks against starting a treatment."),
    Command("recall", "recalls", "Trace a lot to its packets and patients; hold the yearly drill."),
    Command("batch", "recalls", "Trace a batch of cream or serum to its patients."),
    Command("backup", "backup", "Copy database, photographs and anchor file into one file, while serving."),
    Command("restore", "backup", "Put a backup back, after its key and every file in it were checked."),
    Command("key", "keys", "The keys: make, copy under a passphrase, put back.", group=True),
    Command("punctures", "needles", "Draw the punctures of a needling."),
    Command("passes", "needles", "How many passes reach a density."),
    Command("depth", "needles", "How deep a needle reaches."),
    Command("stamp", "needles", "Press a stamp."),
    Command("hand", "hands", "Read a hand from a photographed dye roll."),
    Command("sweep", "sweeps", "Draw many combinations into one table."),
    Command("udi", "udi", "Read device labels."),
    Command("label", "udi", "Draw a packet's label with its GS1 DataMatrix."),
    Command("questions", "skin", "List every question of the health history."),
    Command("screen", "skin", "Judge a file of answers."),
    Command("protocol", "skin", "Propose how to treat a concern."),
    Command("check-plan", "skin", "Check a plan against its bounds."),
    Command("dose", "skin", "Check an anaesthetic cream against its ceilings."),
    Command("pack", "skin", "The protocol pack: check it, compare two."),
    Command("work", "serve", "Seal the trail and send what waits, without serving."),
)


def build(wanted: str | None = None) -> typer.Typer:
    """The whole command line. Only what `wanted` needs is imported; without it, everything is."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
        help="Runs the medical micro-needling of a clinic. Each command explains itself with --help.",
    )
    app.callback()(_nothing)
    mounted: set[str] = set()
    for command in COMMANDS:
        if wanted is None or command.name == wanted:
            if command.module in mounted:
                continue
            if not _there(command.module):
                continue
            mounted.add(command.module)
            module = importlib.import_module(f"needlework.cli.{command.module}")
            if command.group:
                app.add_typer(module.app, name=command.name, help=command.help, no_args_is_help=True)
            else:
                app.add_typer(module.app)
    if wanted is not None:
        for command in COMMANDS:
            if command.module not in mounted and _there(command.module):
                app.command(command.name, help=command.help)(_nothing)
    return app


def _nothing() -> None:
    """Stands in for a command that was not asked for."""


def _there(module: str) -> bool:
    return importlib.util.find_spec(f"needlework.cli.{module}") is not None


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(execute(given))


def execute(given: Sequence[str]) -> int:
    """Run one command line. Returns 0 done, 2 refused or bad input, 3 not found, 4 not allowed."""
    wanted = next((word for word in given if not word.startswith("-")), "")
    try:
        found = build(wanted)(list(given), prog_name="needlework", standalone_mode=False)
    except UsageError as wrong:
        return _refuse(f"{wrong.format_message()} {_hint(wanted)}", REFUSED)  # type: ignore[attr-defined]
    except typer.Abort:
        return _refuse("Stopped. Nothing more was done.", 130)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away: head, less
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        code = _code_of(error)
        if code is None:
            raise
        return _refuse(_sentence(error), code)
    return found if isinstance(found, int) else DONE


def _sentence(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {error.filename}."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}."
    return str(error)


def _hint(wanted: str) -> str:
    names = [command.name for command in COMMANDS]
    if wanted in names or not wanted:
        return f"See `needlework {wanted} --help`.".replace("  ", " ")
    near = difflib.get_close_matches(wanted, names, 3) or names
    return f"Nearest: {', '.join(near)}."


def _code_of(error: Exception) -> int | None:
    """The exit code of a refusal; None for anything that is a bug."""
    if isinstance(error, OSError) and error.filename is not None:
        return NOT_FOUND if isinstance(error, FileNotFoundError) else REFUSED
    if "needlework.clinic.errors" in sys.modules:
        from needlework.clinic.errors import ClinicError, NotAllowed, NotFound

        kinds = ((NotAllowed, NOT_ALLOWED), (NotFound, NOT_FOUND), (ClinicError, REFUSED))
        for kind, code in kinds:
            if isinstance(error, kind):
                return code
    if "django.db" in sys.modules:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import OperationalError

        if isinstance(error, (OperationalError, ImproperlyConfigured)):
            return REFUSED
    if "needlework.clinic.vault" in sys.modules:
        from needlework.clinic.vault import KeyMissing

        if isinstance(error, KeyMissing):
            return REFUSED
    return None


def _refuse(sentence: str, code: int) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return code
