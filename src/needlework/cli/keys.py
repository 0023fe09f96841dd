"""`needlework key`: make keys, copy them under a passphrase, put them back."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from . import record

app = typer.Typer()
FromStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input, for scripts.")
]


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
    as_json: record.Json = False,
) -> None:
    """Make a key file of mode 600. Keep it outside the data folder, and copy it with `key export`."""
    record.begin()
    from needlework.clinic import vault
    from needlework.clinic.errors import BadInput

    try:
        vault.write_key_file(file, secrets.token_bytes(vault.KEY_BYTES))
    except FileExistsError:
        raise BadInput(because=f"There is already something at {file}. A key is never overwritten.") from None
    record.answer({"file": str(file)}, [f"A key was made: {file}."], as_json=as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write the sealed copy; must not exist.")],
    passphrase_stdin: FromStdin = False,
    as_json: record.Json = False,
) -> None:
    """Write both keys, sealed under a passphrase, into one file to be kept elsewhere."""
    at = record.begin()
    from needlework.clinic.actions import keys
    from needlework.clinic.errors import BadInput

    if file.exists():
        raise BadInput(because=f"There is already something at {file}. Choose another name.")
    passphrase = _passphrase(passphrase_stdin, twice=True)
    text = keys.export(passphrase=passphrase, by=record.actors(None, None), at=at)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text + "\n")
    record.answer(
        {"file": str(file), "fingerprints": keys.fingerprints()},
        [
            f"Both keys are in {file}, sealed. Keep it, and the passphrase apart from it, away from this machine."
        ],
        as_json=as_json,
    )


@app.command("import")
def put_back(
    file: Annotated[Path, typer.Argument(help="A file made by `key export`.")],
    passphrase_stdin: FromStdin = False,
    as_json: record.Json = False,
) -> None:
    """Put both keys back to the places which the settings name. A key that is there is never overwritten."""
    record.begin()
    from needlework.clinic.actions import keys

    text = file.read_text(errors="replace")
    made = keys.put_back(text=text, passphrase=_passphrase(passphrase_stdin, twice=False))
    said = [f"The key was put back: {path}." for path in made] or ["Both keys were there already."]
    record.answer({"made": [str(path) for path in made]}, said, as_json=as_json)


def _passphrase(from_stdin: bool, *, twice: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice))
