"""The anchor file beside the database, and the key of the trail.

Every batch of seals is written here first, so that a database cut short, or put back to an older state, no
longer fits it. The file is only ever appended to; `locked()` lets one process at a time do so.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from needlework.clinic.errors import TrailBroken, TrailKeyMissing
from needlework.clinic.rules.trail import BEFORE_THE_FIRST, Anchor
from needlework.clinic.vault import write_key_file

KEY_BYTES = 32
TAIL_BYTES = 1_000_000


def trail_key() -> bytes:
    """The key which seals the trail: from NEEDLEWORK_TRAIL_KEY, or its file. Raises TrailKeyMissing.

    In demonstration mode the file is made on first use.
    """
    if settings.TRAIL_KEY:
        return _decoded(settings.TRAIL_KEY, "NEEDLEWORK_TRAIL_KEY")
    path = Path(settings.TRAIL_KEY_FILE)
    if not path.exists():
        if not settings.DEMONSTRATION:
            raise TrailKeyMissing(
                because=f"The key of the trail is missing ({path}). Put it back from your copy, or name its place "
                "in NEEDLEWORK_TRAIL_KEY_FILE."
            )
        with suppress(FileExistsError):  # another process was quicker
            write_key_file(path, secrets.token_bytes(KEY_BYTES))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise TrailKeyMissing(
            because=f"The key of the trail can be read by others ({path} has mode {mode:o}). Run `chmod 600 {path}`."
        )
    return _decoded(path.read_text(), str(path))


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise TrailKeyMissing(
            because=f"What is in {where} is not a key of {KEY_BYTES} bytes in base64. Put it back from your copy."
        )
    return key


def path() -> Path:
    """Where the anchor file lies."""
    return Path(settings.TRAIL_ANCHOR_FILE)


@contextmanager
def locked() -> Iterator[None]:
    """One process at a time may seal, take a backup's first look, or put a backup back."""
    beside = path().with_suffix(".lock")
    beside.parent.mkdir(parents=True, exist_ok=True)
    with open(beside, "a") as file:
        os.chmod(beside, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file lets go


def size() -> int:
    """How long the file is now [bytes]."""
    return path().stat().st_size if path().exists() else 0


def texts(until: int) -> Iterator[str]:
    """The lines of the file up to a length, with their line ends."""
    if not path().exists():
        return
    with open(path(), "rb") as file:
        left = until
        for line in file:
            left -= len(line)
            if left < 0:
                return
            yield line.decode(errors="replace")


def recent(key: bytes) -> list[Anchor]:
    """The last lines of the file, oldest first, checked against one another. To be asked under the lock.

    A last line without a line end was torn by a crash before its batch reached the database: it is cut off.
    Raises TrailBroken.
    """
    length = size()
    if length == 0:
        return []
    with open(path(), "rb") as file:
        file.seek(max(0, length - TAIL_BYTES))
        data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        os.truncate(path(), length - (len(data) - len(whole)))
    lines = whole.decode(errors="replace").splitlines()
    if length > TAIL_BYTES:
        lines = lines[1:]  # the first one may be cut
    found: list[Anchor] = []
    for text in lines:
        try:
            line = Anchor.from_text(text)
        except ValueError as wrong:
            raise TrailBroken(because="a line of the anchor file cannot be read.") from wrong
        if found:
            if line.batch != found[-1].batch + 1 or line.mac != line.signature(key, found[-1].mac):
                raise TrailBroken(because=f"batch {line.batch} of the anchor file was changed.")
        elif length <= TAIL_BYTES and (line.batch != 1 or line.mac != line.signature(key, BEFORE_THE_FIRST)):
            raise TrailBroken(because="the anchor file does not begin where it began.")
        found.append(line)
    return found


def append(line: Anchor) -> None:
    """Write one line so that it survives a power cut. To be called under the lock."""
    new = not path().exists()
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        data = line.as_text().encode()
        if os.write(descriptor, data) != len(data):
            raise OSError("the anchor file could not be written in full: is the disk full?")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        folder = os.open(path().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
