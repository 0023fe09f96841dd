"""A pack as plain values, to be kept beside an approval and compared with a later pack."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any

from needlework.skin.packs import FILES, Pack

Snapshot = dict[str, list[dict[str, Any]]]
"""Every table by its name, each row by its columns; nothing but what JSON can hold."""


def snapshot(pack: Pack) -> Snapshot:
    """The rows of a pack as they are, without what a clinic made of them."""
    return {
        name: [{column: _plain(value) for column, value in asdict(row).items()} for row in rows(pack, name)]
        for name in FILES
    }


def tables(kept: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The rows of a snapshot, by table and code, in today's columns: one which it did not have is empty."""
    return {
        name: MappingProxyType({row["code"]: _row(kind, row) for row in kept.get(name, ())})
        for name, (_file, kind) in FILES.items()
    }


def rows(pack: Pack, table: str) -> list[Any]:
    """The rows of one table, in the order of its file."""
    held: Mapping[str, Any] = getattr(pack, table)
    return list(held.values())


def row_hash(row: Any) -> str:
    """A hash of what a row says: another wording is another row to whoever signs it."""
    return hashlib.sha256(json.dumps(asdict(row), sort_keys=True).encode()).hexdigest()


def _row(kind: type[Any], row: Mapping[str, Any]) -> Any:
    values = {column.name: row.get(column.name) for column in fields(kind)}
    return kind(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
