"""Photographs at rest: each file under its own key, each key wrapped by the master key.

AES-256-GCM. The photograph's id and the kind of file are the associated data, so that files cannot be
exchanged for one another unnoticed. Layout of a sealed file: 12 bytes nonce, ciphertext with its tag.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyMissing(RuntimeError):
    """The master key is not where it should be, or not as it should be; the text says what to do."""


class Unreadable(RuntimeError):
    """A sealed file was changed, exchanged, or sealed under another master key."""


def master_key() -> bytes:
    """The master key, from NEEDLEWORK_MASTER_KEY or the file NEEDLEWORK_MASTER_KEY_FILE names.

    In demonstration mode the file is made on first run. Raises KeyMissing.
    """
    if settings.MASTER_KEY:
        return _decoded(settings.MASTER_KEY, "NEEDLEWORK_MASTER_KEY")
    path = Path(settings.MASTER_KEY_FILE)
    if not path.exists():
        if not settings.DEMONSTRATION:
            raise KeyMissing(
                f"There is no master key at {path}. Make one with `needlework key new FILE`, keep it outside the "
                "data folder, and name it in NEEDLEWORK_MASTER_KEY_FILE."
            )
        write_key_file(path, secrets.token_bytes(KEY_BYTES))
    found = path.stat()
    return _from_file(str(path), found.st_mode & 0o777, found.st_mtime_ns)


def write_key_file(path: Path, key: bytes) -> None:
    """Write a new key file of mode 600. Raises FileExistsError: a key is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(key).decode() + "\n")


@lru_cache(maxsize=4)
def _from_file(path: str, mode: int, _changed_ns: int) -> bytes:
    if mode & 0o077:
        raise KeyMissing(f"The key file {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}")
    return _decoded(Path(path).read_text(), path)


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise KeyMissing(f"The master key in {where} is not base64. Restore it from your copy.") from wrong
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"The master key in {where} has {len(key)} bytes; it must have {KEY_BYTES}.")
    return key


def fingerprint(key: bytes) -> str:
    """A short name of a key which tells nothing about it."""
    return hashlib.sha256(b"needlework master key" + key).hexdigest()[:16]


def new_key(photo: UUID) -> tuple[bytes, bytes]:
    """A fresh key for one photograph, and the same wrapped by the master key for the database."""
    key = secrets.token_bytes(KEY_BYTES)
    return key, _seal(master_key(), key, photo.bytes + b"key")


def unwrap(wrapped: bytes, photo: UUID) -> bytes:
    """The photograph's key. Raises Unreadable under another master key."""
    return _open(master_key(), bytes(wrapped), photo.bytes + b"key")


def seal(key: bytes, data: bytes, photo: UUID, kind: str) -> bytes:
    """One file of a photograph, sealed."""
    return _seal(key, data, photo.bytes + kind.encode())


def unseal(key: bytes, sealed: bytes, photo: UUID, kind: str) -> bytes:
    """The file again. Raises Unreadable when it was changed or belongs elsewhere."""
    return _open(key, sealed, photo.bytes + kind.encode())


def path_of(photo: UUID, kind: str) -> Path:
    """Where a sealed file lies."""
    name = photo.hex
    return Path(settings.PHOTO_DIR) / name[:2] / f"{name}.{kind}"


def _seal(key: bytes, data: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as wrong:
        raise Unreadable(
            "This file cannot be opened: it was changed, or it was kept under another master key."
        ) from wrong
