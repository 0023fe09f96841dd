"""Where a benchmark's database lies, and how Django is led to it: SQLite in a file, or a durable PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"


@contextmanager
def place(database: str, patients: int, *, keep: bool = False) -> Iterator[Path]:
    """A data folder, and the environment that points there. `database` is `sqlite` or `postgres`.

    It is fresh and gone afterwards; with `keep` a SQLite folder stays, and one that is filled is used again.
    """
    keep = keep and database == "sqlite"
    folder = BUILD / f"{database}-{patients}"
    if not (keep and (folder / "filled.json").exists()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("NEEDLEWORK_")]:
        del os.environ[name]
    os.environ |= {
        "NEEDLEWORK_DATA": str(folder),
        "NEEDLEWORK_DEMONSTRATION": "yes",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    }
    os.environ.pop("DATABASE_URL", None)
    server = None
    if database == "postgres":
        from tests import postgres

        server = postgres.Server()
        server.start(durable=True)
        os.environ["DATABASE_URL"] = server.url
    try:
        yield folder
    finally:
        if server is not None:
            server.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def begin() -> None:
    """Make the record of the place usable in this process."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    import django

    django.setup()
