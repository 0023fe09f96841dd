"""The two keys, copied under a passphrase: without such a copy, a lost key is a lost record."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from needlework.clinic import audit, vault
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput
from needlework.clinic.queries import anchor
from needlework.clinic.who import Actor

FORMAT = "needlework keys, version 1"
SHORTEST = 12  # letters of a passphrase
COST = {"n": 2**16, "r": 8, "p": 1}  # 64 MB and about a fifth of a second for each guess


def fingerprints() -> dict[str, str]:
    """A short name of each key, which tells nothing about it. Raises KeyMissing, TrailKeyMissing."""
    return {"master": vault.fingerprint(vault.master_key()), "trail": vault.fingerprint(anchor.trail_key())}


def export(*, passphrase: str, by: Sequence[Actor], at: datetime) -> str:
    """Both keys, sealed under a passphrase, as the text of a file. Raises BadInput for a short passphrase."""
    if len(passphrase) < SHORTEST:
        raise BadInput(because=f"A passphrase needs at least {SHORTEST} letters. Take several words.")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    keys = json.dumps(
        {
            "master": base64.b64encode(vault.master_key()).decode(),
            "trail": base64.b64encode(anchor.trail_key()).decode(),
        }
    )
    sealed = AESGCM(_derive(passphrase, salt)).encrypt(nonce, keys.encode(), FORMAT.encode())
    names = fingerprints()
    for actor in by:
        audit.record(Event.KEY_EXPORTED, by=actor, at=at, detail=names)
    return json.dumps(
        {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "fingerprints": names,
            "scrypt": COST,
            "salt": base64.b64encode(salt).decode(),
            "nonce": base64.b64encode(nonce).decode(),
            "sealed": base64.b64encode(sealed).decode(),
        },
        indent=1,
    )


def put_back(*, text: str, passphrase: str) -> list[Path]:
    """Write the keys of such a file to the places the settings name. Returns the files that were made.

    A key that is there already is never overwritten: the same one is left, another is refused. Raises BadInput.
    """
    keys = _opened(text, passphrase)
    places = {"master": Path(settings.MASTER_KEY_FILE), "trail": Path(settings.TRAIL_KEY_FILE)}
    for name, path in places.items():
        if path.exists() and base64.b64decode(path.read_text()) != keys[name]:
            raise BadInput(
                because=f"There is another key at {path}. Move it away if you are sure that nothing needs it."
            )
    made = []
    for name, path in places.items():
        if not path.exists():
            vault.write_key_file(path, keys[name])
            made.append(path)
    return made


def _opened(text: str, passphrase: str) -> dict[str, bytes]:
    try:
        facts = json.loads(text)
        if facts["format"] != FORMAT:
            raise ValueError
        salt, nonce, sealed = (base64.b64decode(facts[name]) for name in ("salt", "nonce", "sealed"))
    except (ValueError, KeyError, TypeError, binascii.Error) as wrong:
        raise BadInput(because="This is not a file made by `needlework key export`.") from wrong
    try:
        opened = AESGCM(_derive(passphrase, salt)).decrypt(nonce, sealed, FORMAT.encode())
    except InvalidTag as wrong:
        raise BadInput(because="The passphrase does not open this file, or the file was changed.") from wrong
    return {name: base64.b64decode(value) for name, value in json.loads(opened).items()}


def _derive(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode())
