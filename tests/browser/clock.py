"""The moment it is for the pages under test: written by the test, read by the server."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

FILE = "CLOCK"


def write(folder: Path, moment: datetime) -> None:
    """From now on it is `moment` for the pages served from this folder, and goes on from there."""
    fresh = folder / f"{FILE}.new"
    fresh.write_text(f"{moment.isoformat()} {time.time()}")
    fresh.replace(folder / FILE)


def read(folder: Path) -> datetime:
    """What time it is for these pages."""
    moment, since = (folder / FILE).read_text().split()
    return datetime.fromisoformat(moment) + timedelta(seconds=time.time() - float(since))
