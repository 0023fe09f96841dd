"""A backup: database, photographs and anchor file of one moment in one file, made while people work.

The file is a plain tar. Its last member, `manifest.json`, lists every other with its SHA-256, so a file that
was cut short has no manifest. Neither key is in it: photographs stay sealed, and `restore` asks for the same
keys by their fingerprints. On PostgreSQL the rows are kept as text, table by table, so that a server of
another version can read them.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.queries import anchor
from needlework.clinic.queries.trail import last_seal
from needlework.clinic.who import Actor

from . import keys

FORMAT = "needlework backup, version 1"
MANIFEST, DATABASE, ANCHOR, PHOTOS, TABLES = (
    "manifest.json",
    "database.sqlite3",
    "trail-anchor.jsonl",
    "photos",
    "tables",
)
CHUNK = 1 << 20


@dataclass(slots=True)
class Manifest:
    """What a backup says of itself."""

    format: str
    version: str  # of Needlework
    made_at: str
    vendor: str
    migrations: list[str]
    fingerprints: dict[str, str]
    head: str  # the last seal of the trail
    counts: dict[str, int] = field(default_factory=dict)  # rows by table
    columns: dict[str, list[str]] = field(default_factory=dict)  # PostgreSQL only
    sequences: dict[str, int] = field(default_factory=dict)  # PostgreSQL only
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # name: bytes, sha256


def applied_migrations() -> list[str]:
    """The migrations of this database, as "app.name"."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def make(
    *, target: Path, by: Sequence[Actor], at: datetime, tell: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Write a backup to a file which does not exist yet. Raises FileExistsError, and the key errors.

    It appears under its name only when it is whole and on the disk.
    """
    if target.exists():
        raise FileExistsError(17, "There is already something of this name; choose another", str(target))
    manifest = Manifest(
        format=FORMAT,
        version=version("needlework"),
        made_at=at.isoformat(),
        vendor=connection.vendor,
        migrations=applied_migrations(),
        fingerprints=keys.fingerprints(),
        head="",
    )
    partial = target.with_name(target.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with (
                tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
                tempfile.TemporaryDirectory(dir=target.parent) as folder,
            ):
                writer = _Writer(tar, manifest, at)
                tell("Copying the database.")
                (_sqlite if connection.vendor == "sqlite" else _postgresql)(writer, Path(folder))
                tell("Copying the photographs.")
                _photos(writer)
                text = json.dumps(asdict(manifest), indent=1).encode()
                writer.add_bytes(MANIFEST, text, listed=False)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, target)  # unlike a rename, this never writes over what came there meanwhile
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
    for actor in by:
        audit.record(
            Event.BACKUP_MADE,
            by=actor,
            at=at,
            detail={"file": target.name, "sha256": hashlib.sha256(text).hexdigest(), "head": manifest.head},
        )
    return manifest


class _Writer:
    """Puts files into the tar and notes their sums."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest, at: datetime) -> None:
        self.tar, self.manifest, self.at = tar, manifest, int(at.timestamp())

    def add_bytes(self, name: str, data: bytes, *, listed: bool = True) -> None:
        """One small file."""
        self._add(name, io.BytesIO(data), len(data), listed=listed)

    def add_file(self, name: str, path: Path) -> None:
        """One file from the disk, with the length it has now."""
        with open(path, "rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size, listed=True)

    def _add(self, name: str, file: Any, size: int, *, listed: bool) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, self.at, 0o600
        summed = _Summed(file)
        self.tar.addfile(member, summed)
        if listed:
            self.manifest.files[name] = {"bytes": size, "sha256": summed.sha256.hexdigest()}


class _Summed:
    """A file which sums what is read from it."""

    def __init__(self, file: Any) -> None:
        self.file, self.sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.file.read(size)
        self.sha256.update(data)
        return data


def _anchor_now() -> bytes:
    path = anchor.path()
    return path.read_bytes() if path.exists() else b""


def _sqlite(writer: _Writer, folder: Path) -> None:
    copy = folder / DATABASE
    source = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=30, isolation_level=None)
    kept = sqlite3.connect(copy, isolation_level=None)
    try:
        with anchor.locked():  # nothing is sealed between the look at the file and the look at the database
            source.execute("BEGIN")
            found = source.execute(
                "SELECT mac FROM clinic_trailseal ORDER BY position DESC LIMIT 1"
            ).fetchone()
            anchored = _anchor_now()
        source.backup(kept)
        kept.execute("PRAGMA journal_mode=DELETE")
        names = kept.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        for (name,) in names.fetchall():
            rows = kept.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608
            writer.manifest.counts[name] = rows[0]
    finally:
        kept.close()
        source.close()
    writer.manifest.head = found[0] if found else ""
    writer.add_file(DATABASE, copy)
    writer.add_bytes(ANCHOR, anchored)


def tables() -> list[str]:
    """Every table of this database, by name."""
    return sorted(connection.introspection.table_names())


def _postgresql(writer: _Writer, folder: Path) -> None:
    with transaction.atomic(durable=not connection.in_atomic_block), connection.cursor() as cursor:
        with anchor.locked():
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            writer.manifest.head = last_seal()[1]
            anchored = _anchor_now()
        for name in tables():
            columns = [column.name for column in connection.introspection.get_table_description(cursor, name)]
            path = folder / name
            rows = 0
            command = f"COPY {name} ({_listed(columns)}) TO STDOUT"
            with open(path, "wb") as out, cursor.copy(command) as copy:
                for data in copy:
                    rows += bytes(data).count(b"\n")
                    out.write(data)
            writer.manifest.counts[name], writer.manifest.columns[name] = rows, columns
            writer.add_file(f"{TABLES}/{name}", path)
            path.unlink()
        cursor.execute(
            "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema()"
        )
        writer.manifest.sequences = dict(cursor.fetchall())
    writer.add_bytes(ANCHOR, anchored)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def photo_files() -> Iterator[tuple[str, Path]]:
    """Every file in the photograph folder: its name in a backup, and where it lies."""
    root = Path(settings.PHOTO_DIR)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_file():
            yield f"{PHOTOS}/{path.relative_to(root).as_posix()}", path


def _photos(writer: _Writer) -> None:
    # A photograph's files are written before its row and never changed, so those of every row are here
    for name, path in photo_files():
        writer.add_file(name, path)
