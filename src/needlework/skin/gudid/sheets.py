"""Tables of device records, as the registers give them out and as spreadsheets save them again."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from needlework.skin.gudid.names import RecordsNotReadable, in_our_order, named

Row = tuple[int, dict[str, str] | str]
"""The line on which a record begins, and its facts by our names; or why there are none."""


def rows(text: str) -> Iterator[Row]:
    """The records of a table. Raises `RecordsNotReadable`."""
    text = text.strip("\r\n")
    said = re.match(r"sep=(.)\r?\n", text)  # a spreadsheet's own first line
    first = 1
    if said:
        text, first = text[said.end() :], 2
    head = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    mark = said[1] if said else max(",;\t|", key=head.count)
    columns: list[str] = []
    wanted: list[tuple[int, str]] = []
    for number, cells in _lines(text, mark):
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = cells
            _check_head(columns)
            wanted = in_our_order(columns)
        elif len(cells) != len(columns):
            yield number + first - 1, f"The line has {len(cells)} cells, and the head has {len(columns)}."
        else:
            held: dict[str, str] = {}
            for place, ours in wanted:
                if not held.get(ours):
                    held[ours] = _bare(cells[place])
            yield number + first - 1, held


def _check_head(columns: list[str]) -> None:
    """Raises `RecordsNotReadable`."""
    ours = {named(column)[0] for column in columns}
    if "di" not in ours:
        raise RecordsNotReadable(
            "There is no column with the device identifier: name it deviceId, PrimaryDI or DI."
        )
    if not ours & {"name", "description"}:
        raise RecordsNotReadable(
            "The table lists identifiers and no names, as identifiers.txt of the register does. "
            "Give the table of the devices (device.txt), or add a column brandName."
        )


def _lines(text: str, mark: str) -> Iterable[tuple[int, list[str]]]:
    """The cells of each line. In tables with bars or tabs a quotation mark may be an inch and stand alone: what does not
    fit together as quoted cells is taken as it stands, so that no line is swallowed by the one before it.
    """
    if mark not in "|\t":
        return _quoted(text, mark)
    plain = [
        (number, [_unquoted(cell) for cell in line.split(mark)])
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)
    ]
    if _even(plain):
        return plain
    try:
        quoted = list(_quoted(text, mark))
    except RecordsNotReadable:
        return plain
    return quoted if _even(quoted) else plain


def _even(lines: Iterable[tuple[int, list[str]]]) -> bool:
    """Whether all lines that say something have as many cells."""
    return len({len(cells) for _, cells in lines if any(cells)}) == 1


def _quoted(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Cells which may stand in quotation marks and then hold anything, line breaks too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as wrong:
        raise RecordsNotReadable(
            f"The table cannot be read from line {begins} on: {wrong}. Nothing was taken."
        ) from wrong


def _unquoted(cell: str) -> str:
    whole = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if whole else cell


def _bare(cell: str) -> str:
    """Without what keeps a spreadsheet from reading a number: ="00841365101229" or '00841365101229."""
    cell = cell.strip()
    kept = re.fullmatch(r'="([^"]*)"|\'(\d+)', cell)
    return cell if kept is None else kept[1] or kept[2] or ""
