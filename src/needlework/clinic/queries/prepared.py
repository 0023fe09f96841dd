"""A question put together once and asked many times.

Django puts the SQL of a queryset together anew each time it is asked. For a union of ten tables that costs more than
the database needs to answer. A `Prepared` keeps the SQL of a queryset that depends on one number, and on a text if it wants one, and
puts them in. What comes back is converted as the queryset itself would: plain values by `rows`, instances by `instances`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import get_related_populators

_PLACE: Final = -987_654_321  # stands where the number will be; no row has it
_TEXT: Final = "\ufdd0 text"  # stands where the text will be; no character


class Prepared:
    """The rows of `make(number)`, or of `make(number, text)` where `by_text` says so."""

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *, by_text: bool = False) -> None:
        self._make = make
        self._places = (_PLACE, _TEXT) if by_text else (_PLACE,)
        self._compiled: tuple[str, str, tuple[Any, ...], Any, dict[Any, Any]] | None = None

    def rows(self, number: int, text: str = "") -> Iterable[tuple[Any, ...]]:
        """Ask with this number, and this text, for a queryset of plain values."""
        vendor, sql, parameters, compiler, converters = self._ready()
        if vendor != connection.vendor:  # another database than the one it was put together for
            self._compiled = None
            return self.rows(number, text)
        given = [number if each == _PLACE else text if each == _TEXT else each for each in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            found = cursor.fetchall()
        return compiler.apply_converters(found, converters) if converters else found  # type: ignore[no-any-return]

    def instances(self, number: int, text: str = "") -> list[Any]:
        """Ask with these, for a queryset of whole rows: with what it joins and annotates, as it would give them."""
        found = self.rows(number, text)
        compiler = self._ready()[3]
        info, select = compiler.klass_info, compiler.select
        columns = info["select_fields"]
        names = [select[place][0].target.attname for place in columns]
        start, end = columns[0], columns[-1] + 1
        joined = get_related_populators(info, select, connection.alias)  # type: ignore[call-arg] # stubs of a later Django
        made = []
        for row in found:
            instance = info["model"].from_db(connection.alias, names, row[start:end])
            for populator in joined:
                populator.populate(row, instance)
            for name, place in compiler.annotation_col_map.items():
                setattr(instance, name, row[place])
            made.append(instance)
        return made

    def _ready(self) -> tuple[str, str, tuple[Any, ...], Any, dict[Any, Any]]:
        if self._compiled is None:
            compiler = self._make(*self._places).query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            for place, what in zip(self._places, ("number", "text"), strict=False):
                if place not in parameters:
                    raise ValueError(f"the queryset does not depend on the {what}")
            columns = [column[0] for column in compiler.select[: compiler.col_count]]
            converters = compiler.get_converters(columns)
            self._compiled = (connection.vendor, sql, tuple(parameters), compiler, converters)
        return self._compiled
