"""How a command reaches the record: it says who acts, in which clinic, and when."""

from __future__ import annotations

import getpass
import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from needlework.clinic.who import Actor

As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="EMAIL", help="Act as this member of staff, with no more than their role may."
    ),
]
ClinicCode = Annotated[
    str | None, typer.Option("--clinic", metavar="CODE", help="Which clinic, where there are several.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def begin() -> datetime:
    """Make the record ready, and say what time it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "needlework.config.settings")
    import django

    django.setup()
    return now()


def now() -> datetime:
    """The time, which nothing below a face reads."""
    from django.utils import timezone

    return timezone.now()


def system_user() -> str:
    """Who is at the keyboard of the server."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def actor(as_email: str | None, clinic: str | None) -> Actor:
    """The one who acts in one clinic. Raises NotFound, BadInput."""
    from needlework.clinic.queries import operators

    return operators.actor(email=as_email, clinic_code=clinic, system_user=system_user())


def actors(as_email: str | None, clinic: str | None) -> list[Actor]:
    """The one who acts, in every clinic of this installation: for what concerns them all."""
    from needlework.clinic.queries import operators

    if as_email or clinic:
        return [actor(as_email, clinic)]
    return operators.everywhere(system_user=system_user())


def answer(facts: dict[str, Any], sentences: list[str], *, as_json: bool) -> None:
    """Print the result: one JSON object, or whole sentences."""
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, default=str))
    else:
        print("\n".join(sentences))


def progress(sentence: str) -> None:
    """Say on stderr what is being done, where somebody is watching."""
    if sys.stderr.isatty():
        print(sentence, file=sys.stderr)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 line", "2 lines"."""
    return f"{number} {one if number == 1 else many or one + 's'}"
