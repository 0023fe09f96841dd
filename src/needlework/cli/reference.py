"""`needlework reference`: the tables of the science, brought into the record."""

from __future__ import annotations

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
