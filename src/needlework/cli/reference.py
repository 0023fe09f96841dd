"""`needlework reference`: the tables of the science, brought into the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import record

app = typer.Typer()


@app.callback()
def group() -> None:
    """The reference tables."""


@app.command()
def load(as_email: record.As = None, clinic: record.ClinicCode = None, as_json: record.Json = False) -> None:
    """Bring the device catalogue up to date with the packaged table. Repeatable at any time."""
    at = record.begin()
    from needlework.clinic import reference
    from needlework.clinic.queries import operators

    by = (
        record.actor(as_email, clinic) if not operators.is_empty() else operators.nobody(record.system_user())
    )
    loaded = reference.load_devices(by=by, at=at)
    facts = {
        "added": list(loaded.added),
        "changed": {code: list(names) for code, names in loaded.changed.items()},
        "delisted": list(loaded.delisted),
        "unchanged": loaded.unchanged,
    }
    record.answer(facts, [loaded.sentence], as_json=as_json)


@app.command("import-devices")
def import_devices(
    file: Annotated[Path, typer.Argument(help="Public device records (GUDID, openFDA), as CSV or JSON.")],
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    as_json: record.Json = False,
) -> None:
    """Take public device records into the catalogue, each identifier judged. Repeatable; leaves with 2 if any was refused."""
    at = record.begin()
    from needlework.clinic.actions import catalogue
    from needlework.clinic.queries import operators

    by = (
        record.actor(as_email, clinic) if not operators.is_empty() else operators.nobody(record.system_user())
    )
    found = catalogue.import_devices(data=file.read_bytes(), by=by, at=at)
    facts = {
        "added": list(found.added),
        "changed": {di: list(names) for di, names in found.changed.items()},
        "unchanged": found.unchanged,
        "known": found.known,
        "packages": found.packages,
        "other": found.other,
        "refused": [{"line": one.line, "because": one.because} for one in found.refused],
    }
    lines = [found.sentence, *(f"Line {one.line}: {one.because}" for one in found.refused)]
    record.answer(facts, lines, as_json=as_json)
    if found.refused:
        raise typer.Exit(2)
