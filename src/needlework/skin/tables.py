"""A packaged CSV as frozen rows.

A table is described by a frozen dataclass: one field per column, in the order of the header. The type of the field
says what a cell may hold:

========================  =============================================================================
`str`                     a text that is there
`str | None` and so on    the same, or an empty cell: "not known" or "does not apply"
`int`, `float`            a number; the name of a `float` column must carry its unit (`depth_mm_max`)
`bool`                    `yes` or `no`
`date`                    `2026-01-31`
`Literal["a", "b"]`       one of these words
`tuple[str, ...]`         any number of texts, separated by semicolons; an empty cell has none
`Annotated[float, Range]` a number between two bounds, the bounds included
`Annotated[str, CODE]`    lower-case words joined by hyphens
========================  =============================================================================

A column called `source` holds ids of `sources.csv`, at least one. A cell never holds a line break, so that a row is
a line and an error can name it.
"""

import csv
import difflib
import re
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from needlework.skin import units

Authority: TypeAlias = Literal["label", "guideline", "study", "clinic leaflet", "lay"]
"""Who says so, strongest first: a licence text or device labelling, a professional body, a trial, a leaflet, a lay chart."""

DATA: Final[Path] = Path(str(resources.files("needlework.skin"))) / "data"
"""The folder of the tables that ship with Needlework."""


class TableError(ValueError):
    """A table cannot be used. Names file, line (the header is line 1) and column, and says what is wrong."""

    def __init__(self, file: str, line: int, column: str, wrong: str) -> None:
        super().__init__(f"{file}, line {line}, column {column}: {wrong}")
        self.file = file
        self.line = line
        self.column = column
        self.wrong = wrong


class UnknownCodeError(ValueError):
    """A code that no table has. Carries the nearest known ones."""

    def __init__(self, kind: str, code: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.code = code
        self.nearest = nearest(code, known)
        hint = f" Did you mean {_or(self.nearest)}?" if self.nearest else ""
        super().__init__(f"There is no {kind} called “{code[:80]}”.{hint}")


def nearest(code: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known codes that look like this one, the nearest first; else those which hold one of its words.

    >>> nearest("cheak-left", ["cheek-left", "cheek-right", "nose"])
    ('cheek-left', 'cheek-right')
    >>> nearest("acne", ["atrophic-acne-scars", "striae"])
    ('atrophic-acne-scars',)
    """
    tidy, codes = re.sub(r"[\s_]+", "-", code.strip().lower())[:80], sorted(known)
    words = {word for word in tidy.split("-") if len(word) > 2}
    holding = [each for each in codes if not words.isdisjoint(each.split("-"))]
    return tuple((difflib.get_close_matches(tidy, codes, n=3, cutoff=0.5) or holding)[:3])


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


@dataclass(frozen=True, slots=True)
class Range:
    """A number from `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A text that matches `pattern` as a whole; `like` says in words what is expected."""

    pattern: str
    like: str


CODE: Final = Shape(r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by hyphens")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from. `link` is an address of the publisher or authority itself, or not known."""

    id: Annotated[str, CODE]
    citation: str
    link: str | None
    licence: str
    read_on: date


class _IsRow(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Row = TypeVar("Row", bound=_IsRow)


def read(file: str, row: type[Row], *, key: str | tuple[str, ...], folder: Path = DATA) -> tuple[Row, ...]:
    """All rows of a table, checked.

    `key` names the column, or the columns, that no two rows share. Raises `TableError`.
    """
    columns = _columns(row)
    known_sources = frozenset(sources(folder)) if "source" in columns and row is not Source else None
    keys = (key,) if isinstance(key, str) else key
    rows: list[Row] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, cells in _lines(folder, file, tuple(columns)):
        values: dict[str, Any] = {}
        for (name, parse), cell in zip(columns.items(), cells, strict=True):
            try:
                values[name] = parse(cell)
            except ValueError as wrong:
                raise TableError(file, line, name, str(wrong)) from None
        if known_sources is not None:
            _check_sources(file, line, values["source"], known_sources)
        identity = tuple(values[name] for name in keys)
        if identity in seen:
            said = " + ".join(str(part) for part in identity)
            raise TableError(file, line, keys[0], f"“{said}” is already on line {seen[identity]}.")
        seen[identity] = line
        rows.append(row(**values))
    return tuple(rows)


def check_known(file: str, rows: Sequence[object], column: str, known: Collection[str], *, kind: str) -> None:
    """Every code in a column (one per cell, or a tuple) is known elsewhere; an empty cell passes. Raises `TableError`.

    `kind` names what the code should be, as in "body area".
    """
    for line, row in enumerate(rows, start=2):
        held = getattr(row, column)
        for code in (held,) if isinstance(held, str) else held or ():
            if code not in known:
                raise TableError(file, line, column, str(UnknownCodeError(kind, code, known)))


@lru_cache(maxsize=8)
def sources(folder: Path = DATA) -> Mapping[str, Source]:
    """Every source by its id."""
    return types.MappingProxyType(
        {row.id: row for row in read("sources.csv", Source, key="id", folder=folder)}
    )


def _lines(folder: Path, file: str, header: tuple[str, ...]) -> Iterable[tuple[int, list[str]]]:
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TableError(file, 1, header[0], f"there is no such file in {folder.name}.") from None
    except UnicodeDecodeError as wrong:
        raise TableError(file, 1, header[0], f"is not UTF-8 text (byte {wrong.start}).") from None
    reader = csv.reader(text.split("\n") if text else [""], strict=True)
    for line, cells in enumerate(reader, start=1):
        if reader.line_num != line:
            raise TableError(file, line, header[0], "a cell with a line break begins here.")
        if line == 1:
            _check_header(file, tuple(cells), header)
        elif not cells and line > text.count("\n"):
            return
        elif len(cells) != len(header):
            last = header[min(len(cells), len(header) - 1)]
            raise TableError(file, line, last, f"has {len(cells)} cells where the header has {len(header)}.")
        else:
            for name, cell in zip(header, cells, strict=True):
                if cell != cell.strip():
                    raise TableError(file, line, name, "begins or ends with a blank.")
            yield line, cells


def _check_header(file: str, found: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    for name in wanted:
        if name not in found:
            raise TableError(file, 1, name, "is missing in the header.")
    for name in found:
        if name not in wanted:
            raise TableError(file, 1, name, "is not a column of this table.")
    if found != wanted:
        raise TableError(file, 1, found[0], f"the columns come in this order: {', '.join(wanted)}.")


def _check_sources(file: str, line: int, given: str | tuple[str, ...], known: Collection[str]) -> None:
    ids = (given,) if isinstance(given, str) else given
    if not ids:
        raise TableError(file, line, "source", "is empty; every row names where it comes from.")
    for source in ids:
        if source not in known:
            raise TableError(file, line, "source", str(UnknownCodeError("source", source, known)))


def _columns(row: type[_IsRow]) -> dict[str, Callable[[str], Any]]:
    hints = get_type_hints(row, include_extras=True)
    columns: dict[str, Callable[[str], Any]] = {}
    for field in fields(row):
        if not field.init:
            continue
        if _holds_float(hints[field.name]) and units.of_column(field.name) is None:
            raise TypeError(f"{row.__name__}.{field.name} is a measure, so its name must carry the unit.")
        columns[field.name] = _parser(hints[field.name])
    return columns


def _holds_float(hint: Any) -> bool:
    return hint is float or any(_holds_float(part) for part in get_args(hint) if part is not hint)


def _parser(hint: Any) -> Callable[[str], Any]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _parser(next(part for part in parts if part is not type(None)))
        return lambda cell: None if cell == "" else inner(cell)
    if origin is Annotated:
        return _bounded(_parser(parts[0]), parts[1])
    if origin is tuple:
        item = _parser(parts[0])
        return lambda cell: tuple(item(part.strip()) for part in cell.split(";")) if cell else ()
    if origin is Literal:
        return lambda cell: _one_of(cell, parts)
    try:
        return _PLAIN[hint]
    except KeyError:
        raise TypeError(f"A table cannot hold {hint}.") from None


def _bounded(parse: Callable[[str], Any], bound: Range | Shape) -> Callable[[str], Any]:
    def within(cell: str) -> Any:
        value = parse(cell)
        if isinstance(bound, Range) and not bound.low <= value <= bound.high:
            raise ValueError(f"{cell} is outside {bound.low:g} to {bound.high:g}.")
        if isinstance(bound, Shape) and not re.fullmatch(bound.pattern, value):
            raise ValueError(f"“{cell}” should be {bound.like}.")
        return value

    return within


def _one_of(cell: str, words: tuple[str, ...]) -> str:
    if cell not in words:
        raise ValueError(f"“{cell}” is not one of {', '.join(words)}.")
    return cell


def _text(cell: str) -> str:
    if cell == "":
        raise ValueError("is empty.")
    return cell


def _number(cell: str) -> float:
    if not re.fullmatch(r"-?\d+(\.\d+)?", cell):
        raise ValueError(f"“{cell}” is not a number (digits and a full stop).")
    return float(cell)


def _whole(cell: str) -> int:
    if not re.fullmatch(r"-?\d+", cell):
        raise ValueError(f"“{cell}” is not a whole number.")
    return int(cell)


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"“{cell}” is not a date like 2026-01-31.") from None


_PLAIN: Final[dict[Any, Callable[[str], Any]]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: lambda cell: _one_of(cell, ("yes", "no")) == "yes",
    date: _day,
}
