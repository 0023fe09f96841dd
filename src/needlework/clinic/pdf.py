"""Reports and letters as PDF (A4, tagged for screen readers: PDF/UA). Any page's facts go in as blocks of plain text.

    pdf.draw("Recall", sender="The clinic", lines=("14 May 2026",), blocks=[pdf.Facts((("Lot", "A1"),))])

No letter is lost: where no font of the server draws a script, the word is written in Latin letters, marked, and
the paper says so at its end. Fonts which an operator installs on the server are found by themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from anyascii import anyascii

TEMPLATE: Final = Path(__file__).with_name("pdf.typ")
MARK: Final = "*"
NOTE: Final = (
    "The words marked * are written in Latin letters here, because no font on this server draws their script. "
    "The record keeps them as they were given."
)
_UNDRAWN = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading under the title."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """Sentences; each line is its own paragraph. `quiet` is set smaller and grey."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values, side by side."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns under a head that comes again on each page. `widths` are shares of the width."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter on its own page: the sender is printed above, the address where a window envelope shows it."""

    to: str
    day: str
    subject: str
    body: str


Block = Heading | Text | Facts | Table | Letter


def draw(title: str, *, sender: str, lines: Iterable[str] = (), blocks: Iterable[Block]) -> bytes:
    """The whole paper. `lines` stand under the title. Papers of letters carry no title and no page numbers."""
    given = list(blocks)
    content: dict[str, Any] = {
        "title": title,
        "sender": sender,
        "lines": list(lines),
        "letters": any(isinstance(block, Letter) for block in given),
        "blocks": [{"kind": type(block).__name__.lower()} | asdict(block) for block in given],
        "note": "",
    }
    missing: set[str] = set()
    for _ in range(4):
        try:
            return _compiled(content)
        except typst.TypstError as error:
            named = {_plain(found) for found in _UNDRAWN.findall(error.diagnostic)}
            new = {letter for text in named for letter in text} - missing
            missing |= new or {letter for letter in json.dumps(content, ensure_ascii=False) if letter > "ɏ"}
            content = _in_latin(content, frozenset(missing)) | {"note": NOTE}
    return _compiled(content)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)


def _in_latin(value: Any, missing: frozenset[str]) -> Any:
    """The same with each word that holds one of these letters written in Latin ones, and marked."""
    if isinstance(value, str):
        words = re.split(r"(\s+)", value)
        return "".join(
            word if missing.isdisjoint(word) else (anyascii(word) or "?").strip() + MARK for word in words
        )
    if isinstance(value, dict):
        return {key: _in_latin(one, missing) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_in_latin(one, missing) for one in value]
    return value


@cache
def _fonts() -> typst.Fonts:
    """Those in the wheel and those of the server, looked for once."""
    return typst.Fonts()


def _compiled(content: dict[str, Any]) -> bytes:
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        pdf_standards="ua-1",
    )
    assert isinstance(made, bytes)  # one document, one file
    return made
