"""`needlework pack`: check the tables of a protocol pack, and say what differs between two versions."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from needlework.skin import packs
from needlework.skin.packs import Pack, differences
from needlework.skin.tables import TableError

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
REFUSED, NOT_FOUND = 2, 3


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of tables; without it, the shipped ones.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every reference, range and unit of a pack. Exits with 2 at the first thing that is wrong."""
    pack = _load(folder)
    tables = {name: len(getattr(pack, name)) for name in packs.FILES}
    facts = {"pack": pack.id, "version": pack.version, "content": pack.content, "rows": tables}
    if as_json:
        print(json.dumps(facts))
    else:
        rows = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in tables.items())
        print(f"Protocol pack {pack.version} is in order: {rows}.")


@app.command()
def diff(
    a: Annotated[
        Path, typer.Argument(help="The older folder of tables; `shipped` means the one that ships.")
    ],
    b: Annotated[Path, typer.Argument(help="The newer one.")],
    as_json: Json = False,
) -> None:
    """Say in words what changed from one pack to another."""
    found = differences.diff(_load(a), _load(b))
    if as_json:
        print(json.dumps({"differences": [asdict(each) for each in found]}, ensure_ascii=False))
    else:
        print("\n".join(f"{each.bearing}: {each.sentence}" for each in found) or "Nothing differs.")


def _load(folder: Path | None) -> Pack:
    if folder is None or str(folder) == "shipped":
        return packs.shipped()
    if not folder.is_dir():
        print(f"There is no folder {folder}.", file=sys.stderr)
        raise typer.Exit(NOT_FOUND)
    try:
        return packs.load(folder)
    except (TableError, OSError) as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(REFUSED) from None
