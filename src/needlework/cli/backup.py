"""`needlework backup` and `needlework restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import record

app = typer.Typer()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
    as_json: record.Json = False,
) -> None:
    """Copy database, photographs and anchor file of one moment into one file, while people work."""
    at = record.begin()
    from needlework.clinic.actions import backups

    made = backups.make(target=file, by=record.actors(None, None), at=at, tell=record.progress)
    photos = sum(1 for name in made.files if name.startswith(f"{backups.PHOTOS}/"))
    size = file.stat().st_size
    record.answer(
        {
            "file": str(file),
            "bytes": size,
            "rows": sum(made.counts.values()),
            "photos": photos,
            "head": made.head,
        },
        [
            f"The backup is {file}: {sum(made.counts.values())} rows, {record.counted(photos, 'file')} of "
            f"photographs, {size / 1e6:.1f} MB.",
            "The keys are NOT in it. Without them the photographs cannot be opened and nothing can be restored: "
            "keep a copy made with `needlework key export`, apart from this file.",
        ],
        as_json=as_json,
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `needlework backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of what is here, which is moved aside.")
    ] = False,
    as_json: record.Json = False,
) -> None:
    """Put a backup back, after its key and every file in it were checked. The server must be stopped."""
    at = record.begin()
    from django.conf import settings
    from django.db import connection

    from needlework.clinic.actions import restores

    from .serve import serving_lock
    from .setup import bring_up_to_date

    with serving_lock(Path(settings.DATA_DIR)):
        restores.look(file)
        if connection.vendor == "postgresql":
            bring_up_to_date()
        done = restores.restore(
            source=file, replace=replace, system_user=record.system_user(), at=at, tell=record.progress
        )
    said = [
        f"The backup of {done.manifest.made_at[:16].replace('T', ' ')} UTC is in place: {done.rows} rows, "
        f"{record.counted(done.photos, 'file')} of photographs; {record.counted(done.lines, 'sealed line')} of "
        "the trail checked. Everybody logs in again.",
    ]
    if done.aside:
        said.append(f"What was here before is in {done.aside}. Remove it when you are sure.")
    record.answer(
        {
            "made_at": done.manifest.made_at,
            "rows": done.rows,
            "photos": done.photos,
            "lines": done.lines,
            "aside": str(done.aside) if done.aside else None,
        },
        said,
        as_json=as_json,
    )
