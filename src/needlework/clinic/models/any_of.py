"""A condition for rows by many keys: `filter(AnyOf(F("pk"), keys))`.

`pk__in` hands over each key by itself, which costs more than the rows when there are thousands. Here the keys travel
as one value: an array in PostgreSQL, a JSON list in SQLite. Both look every key up in the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import connection as default_connection
from django.db.models import Lookup

AT_ONCE: Final = 500  # so few that no database reads a whole table for them

if TYPE_CHECKING:
    Base = Lookup[Any]
else:
    Base = Lookup


class AnyOf(Base):
    """The column is one of these whole numbers."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """An array in one parameter."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, said(self.rhs, vendor="postgresql")]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """A JSON list in one parameter."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, said(self.rhs, vendor="sqlite")]  # noqa: S608


def said(keys: Sequence[int] | str, *, vendor: str = "") -> str:
    """The keys as the one value that travels; what is said already (for a question put together before) stays."""
    if isinstance(keys, str):
        return keys
    listed = ",".join(str(int(key)) for key in keys)
    return f"{{{listed}}}" if (vendor or default_connection.vendor) == "postgresql" else f"[{listed}]"


def slices(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys, as many at a time as are looked up one by one."""
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
