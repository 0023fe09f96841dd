"""A backup put back: its keys are checked first, then every file, then the trail; only then it takes the place.

What was there before is moved aside, not removed (SQLite, photographs, anchor file). On PostgreSQL the rows
are exchanged in one transaction, which a failed check undoes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BackupRefused
from needlework.clinic.models import Clinic, triggers
from needlework.clinic.queries import anchor, operators, verification
from needlework.clinic.who import Actor

from . import keys
from .backups import (
    ANCHOR,
    CHUNK,
    DATABASE,
    FORMAT,
    MANIFEST,
    PHOTOS,
    TABLES,
    Manifest,
    applied_migrations,
    tables,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    rows: int
    photos: int
    lines: int  # sealed lines of the trail that were checked
    aside: Path | None  # where the former database, photographs and anchor file are


def look(source: Path) -> Manifest:
    """What a backup says of itself. Raises FileNotFoundError, BackupRefused."""
    try:
        with tarfile.open(source, "r:") as tar:
            return _manifest(tar)
    except tarfile.TarError as wrong:
        raise BackupRefused(because="The file is not a backup, or it was cut short.") from wrong


def restore(
    *,
    source: Path,
    replace: bool,
    system_user: str,
    at: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Put a backup back. Raises BackupRefused; then nothing was changed."""
    manifest = look(source)
    _check_fits(manifest)
    if not replace and not is_empty():
        raise BackupRefused(
            because="The database here is not empty. To put the backup in its place, say --replace; what is here "
            "now is moved aside."
        )
    staging = Path(settings.DATA_DIR) / "restoring"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        tell("Unpacking, and checking every file against its sum.")
        _unpack(source, manifest, staging)
        tell("Checking rows and trail.")
        put = _put_sqlite if connection.vendor == "sqlite" else _put_postgresql
        lines, aside = put(staging, manifest, at=at)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    by: list[Actor] = operators.everywhere(system_user=system_user)
    for actor in by:
        audit.record(
            Event.BACKUP_RESTORED,
            by=actor,
            at=at,
            detail={"file": source.name, "made_at": manifest.made_at, "head": manifest.head},
        )
    photos = sum(1 for name in manifest.files if name.startswith(f"{PHOTOS}/"))
    return Restored(manifest, sum(manifest.counts.values()), photos, lines, aside)


def is_empty() -> bool:
    """Whether there is nothing here that a restore could harm."""
    try:
        there = Clinic.objects.exists()
    except (OperationalError, ProgrammingError):
        there = False
    folder = Path(settings.PHOTO_DIR)
    return not there and not (folder.is_dir() and any(folder.iterdir()))


def _check_fits(manifest: Manifest) -> None:
    mine = keys.fingerprints()
    for name, words in (("master", "photographs"), ("trail", "trail")):
        if manifest.fingerprints.get(name) != mine[name]:
            raise BackupRefused(
                because=f"The backup was made under another key for the {words}. Put that key back first, with "
                "`needlework key import`."
            )
    if manifest.vendor != connection.vendor:
        raise BackupRefused(
            because=f"The backup is one of {manifest.vendor}, and this database is {connection.vendor}."
        )
    if connection.vendor == "postgresql" and manifest.migrations != applied_migrations():
        raise BackupRefused(
            because=f"The backup was made by version {manifest.version}, whose tables are others. Restore it with "
            "that version, then bring the database up to date."
        )


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        file = tar.extractfile(MANIFEST)
        assert file is not None
        facts = json.loads(file.read())
        if facts["format"] != FORMAT:
            raise ValueError
        return Manifest(**facts)
    except (KeyError, ValueError, TypeError, AssertionError) as wrong:
        raise BackupRefused(because="The file is not a backup, or it was cut short.") from wrong


def _unpack(source: Path, manifest: Manifest, staging: Path) -> None:
    seen = set()
    with tarfile.open(source, "r:") as tar:
        for member in tar:
            if member.name == MANIFEST:
                continue
            wanted = manifest.files.get(member.name)
            path = PurePosixPath(member.name)
            if wanted is None or not member.isreg() or path.is_absolute() or ".." in path.parts:
                raise BackupRefused(because=f"The backup holds a file it does not list: {member.name}.")
            file = tar.extractfile(member)
            assert file is not None
            target = staging / member.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if _copy(file, target) != wanted["sha256"]:
                raise BackupRefused(because=f"A file in the backup was changed or is damaged: {member.name}.")
            seen.add(member.name)
    if missing := set(manifest.files) - seen:
        raise BackupRefused(because=f"A file is missing from the backup: {min(missing)}.")


def _copy(file: IO[bytes], target: Path) -> str:
    summed = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while data := file.read(CHUNK):
            summed.update(data)
            out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return summed.hexdigest()


def _check_trail(manifest: Manifest, *, at: datetime) -> int:
    report = verification.verify(at=at, compare_times=not settings.DEMONSTRATION)
    if not report.holds:
        raise BackupRefused(because=f"The trail in the backup does not hold: {report.problems[0].says}")
    if manifest.head and not verification.has_seal(manifest.head):
        raise BackupRefused(because="The trail in the backup does not end where its manifest says.")
    return report.lines


def _check_counts(found: dict[str, int], manifest: Manifest) -> None:
    for name, rows in manifest.counts.items():
        if found.get(name) != rows:
            raise BackupRefused(
                because=f"The table {name} has {found.get(name)} rows, and should have {rows}."
            )


# --- SQLite -------------------------------------------------------------------------------------------
def _put_sqlite(staging: Path, manifest: Manifest, *, at: datetime) -> tuple[int, Path | None]:
    database = staging / DATABASE
    copy = sqlite3.connect(database, isolation_level=None)
    try:
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BackupRefused(because="The database in the backup is damaged.")
        found = {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for (name,) in copy.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
        }
        _check_counts(found, manifest)
        copy.execute("DELETE FROM django_session")  # everybody logs in again
    finally:
        copy.close()
    here = Path(str(connection.settings_dict["NAME"]))
    pairs = [(database, here), *_files_beside(staging)]
    with _exchanged(pairs, extra=[Path(f"{here}-wal"), Path(f"{here}-shm")], at=at) as aside:
        connection.close()
        lines = _check_trail(manifest, at=at)
        if gone := triggers.missing(connection):
            raise BackupRefused(because=f"The database in the backup has lost {len(gone)} of its guards.")
        connection.close()
    return lines, aside


def _files_beside(staging: Path) -> list[tuple[Path, Path]]:
    (staging / PHOTOS).mkdir(exist_ok=True)
    return [(staging / ANCHOR, anchor.path()), (staging / PHOTOS, Path(settings.PHOTO_DIR))]


@contextlib.contextmanager
def _exchanged(
    pairs: Sequence[tuple[Path, Path]], *, extra: Sequence[Path] = (), at: datetime
) -> Iterator[Path | None]:
    """Put new files where others are; those are moved aside, and back again if what follows fails."""
    aside = Path(settings.DATA_DIR) / f"replaced-{at:%Y%m%d-%H%M%S-%f}"
    moved: list[tuple[Path, Path]] = []
    with anchor.locked():
        if connection.vendor == "sqlite":
            connection.close()
        for place in [*(place for _, place in pairs), *extra]:
            if place.is_file() and place.stat().st_size == 0:
                place.unlink()  # a database that was only just created by being looked at
            elif place.exists():
                aside.mkdir(exist_ok=True, mode=0o700)
                os.rename(place, aside / place.name)
                moved.append((aside / place.name, place))
        for new, place in pairs:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(str(new), str(place))
    try:
        yield aside if moved else None
    except BaseException:
        if connection.vendor == "sqlite":
            connection.close()
        for _, place in pairs:
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
        for path in extra:
            path.unlink(missing_ok=True)
        for kept, place in moved:
            os.rename(kept, place)
        if moved:
            aside.rmdir()
        raise


# --- PostgreSQL ---------------------------------------------------------------------------------------
def _put_postgresql(staging: Path, manifest: Manifest, *, at: datetime) -> tuple[int, Path | None]:
    wanted = list(manifest.columns)
    if set(wanted) != set(tables()):
        raise BackupRefused(because="The tables of the backup are not those of this database.")
    with (
        _exchanged(_files_beside(staging), at=at) as aside,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        triggers.remove(connection)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {', '.join(wanted)} CASCADE")
        constraints = _foreign_keys(cursor)
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name in wanted:
            _load(cursor, name, manifest.columns[name], staging / TABLES / name)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for name, last in manifest.sequences.items():
            cursor.execute("SELECT setval(%s, %s, %s)", [f'"{name}"', max(last, 1), last > 0])
        cursor.execute("DELETE FROM django_session")
        triggers.install(connection)
        lines = _check_trail(manifest, at=at)
    return lines, aside


def _foreign_keys(cursor: Any) -> list[tuple[str, str, str]]:
    """Foreign keys stand in the way of loading table by table, so they are taken off and put on again."""
    cursor.execute(
        "SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c"
        " JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'f' AND n.nspname = current_schema()"
    )
    return [(table, name, definition) for table, name, definition in cursor.fetchall()]


def _load(cursor: Any, name: str, columns: list[str], path: Path) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    with open(path, "rb") as file, cursor.copy(f"COPY {name} ({listed}) FROM STDIN") as copy:
        while data := file.read(CHUNK):
            copy.write(data)
