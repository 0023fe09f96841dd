"""A label drawn: the GS1 DataMatrix and, beside it, what it says; as SVG, or on sheets as PDF.

For packets without a serial number of their own, which a clinic numbers so that single use can be enforced. Source for
sizes: GS1 General Specifications, symbol specification table 7 (regulated healthcare items): modules of 0.254 to
0.990 mm, and a quiet zone of one module on every side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
import zxingcpp

from needlework.skin import udi

MODULE_MM: Final = 0.5
QUIET_MODULES: Final = 2
LABEL_WIDTH_MM: Final = 63.5
LABEL_HEIGHT_MM: Final = 29.6
"""A label of a common sheet: 27 on A4, in 3 columns and 9 rows."""

_COLUMNS: Final = 3
_ROWS: Final = 9
_PAGE_MM: Final = (210.0, 297.0)
_TEXT_MM: Final = 2.4
_PT_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True, slots=True)
class _Bar:
    """A dark run in one row of the symbol [modules]."""

    x: int
    y: int
    width: int


def symbol(elements: Mapping[str, str]) -> tuple[tuple[bool, ...], ...]:
    """The modules of the square GS1 DataMatrix of these elements, row by row, `True` where dark.

    Raises `LabelRefused` for elements that no label may carry together.
    """
    udi.element_string(elements)  # judges them
    said = "".join(f"[{ai}]{value}" for ai, value in elements.items())
    drawn = zxingcpp.create_barcode(said, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, forceSquare=True)
    light = np.asarray(drawn.to_image(scale=1, add_quiet_zones=False))
    return tuple(tuple(bool(level < 128) for level in row) for row in light)


def svg(elements: Mapping[str, str]) -> str:
    """One label as SVG, in millimetres. Raises `LabelRefused`."""
    bars = "".join(f"M{bar.x} {bar.y}h{bar.width}v1h-{bar.width}z" for bar in _bars(symbol(elements)))
    across = _across(elements)
    texts = "".join(
        f'<text x="{across + 2:g}" y="{4 + line * 1.5 * _TEXT_MM:g}">{escape(text)}</text>'
        for line, text in enumerate(_lines(elements))
    )
    named = escape(" ".join(_lines(elements)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL_WIDTH_MM}mm" height="{LABEL_HEIGHT_MM}mm" '
        f'viewBox="0 0 {LABEL_WIDTH_MM} {LABEL_HEIGHT_MM}" role="img"><title>{named}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<path transform="translate({QUIET_MODULES * MODULE_MM:g} {QUIET_MODULES * MODULE_MM:g}) scale({MODULE_MM})" '
        f'd="{bars}"/>'
        f'<g font-family="Helvetica, Arial, sans-serif" font-size="{_TEXT_MM}">{texts}</g></svg>\n'
    )


def pdf(labels: Sequence[Mapping[str, str]]) -> bytes:
    """Labels on sheets of A4, 27 to a sheet, as vectors. Raises `LabelRefused`."""
    per_page = _COLUMNS * _ROWS
    left = (_PAGE_MM[0] - _COLUMNS * LABEL_WIDTH_MM) / 2
    top = (_PAGE_MM[1] - _ROWS * LABEL_HEIGHT_MM) / 2
    pages = []
    for begin in range(0, len(labels), per_page):
        drawn = []
        for place, elements in enumerate(labels[begin : begin + per_page]):
            row, column = divmod(place, _COLUMNS)
            drawn.append(_pdf_label(elements, left + column * LABEL_WIDTH_MM, top + row * LABEL_HEIGHT_MM))
        pages.append("\n".join(drawn).encode("ascii"))
    return _pdf_file(pages)


def _bars(rows: Sequence[Sequence[bool]]) -> list[_Bar]:
    bars = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if row[x]:
                end = next((at for at in range(x, len(row)) if not row[at]), len(row))
                bars.append(_Bar(x, y, end - x))
                x = end
            else:
                x += 1
    return bars


def _across(elements: Mapping[str, str]) -> float:
    """How wide the symbol is with its quiet zone [mm]."""
    return (len(symbol(elements)) + 2 * QUIET_MODULES) * MODULE_MM


def _lines(elements: Mapping[str, str]) -> list[str]:
    return [f"({ai}) {value}" for ai, value in elements.items()]


def _pdf_label(elements: Mapping[str, str], x_mm: float, y_mm: float) -> str:
    """Drawing instructions for a label whose upper left corner is here [mm from the upper left of the page]."""
    down = _PAGE_MM[1] - y_mm
    quiet = QUIET_MODULES * MODULE_MM
    drawn = [
        f"{(x_mm + quiet + bar.x * MODULE_MM) * _PT_PER_MM:.3f} "
        f"{(down - quiet - (bar.y + 1) * MODULE_MM) * _PT_PER_MM:.3f} "
        f"{bar.width * MODULE_MM * _PT_PER_MM:.3f} {MODULE_MM * _PT_PER_MM:.3f} re"
        for bar in _bars(symbol(elements))
    ]
    drawn.append("f")
    across = _across(elements)
    for line, text in enumerate(_lines(elements)):
        shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        at_x, at_y = x_mm + across + 2, down - 4 - line * 1.5 * _TEXT_MM
        drawn.append(
            f"BT /F1 {_TEXT_MM * _PT_PER_MM:.2f} Tf {at_x * _PT_PER_MM:.3f} {at_y * _PT_PER_MM:.3f} Td ({shown}) Tj ET"
        )
    return "\n".join(drawn)


def _pdf_file(pages: Sequence[bytes]) -> bytes:
    """A PDF of these pages' drawing instructions, with the font which every reader has."""
    width, height = (side * _PT_PER_MM for side in _PAGE_MM)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(page)} >>\nstream\n".encode() + page + b"\nendstream")
    file = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(file))
        file += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(file)
    file += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    file += b"".join(f"{start:010} 00000 n \n".encode() for start in starts)
    file += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(file)
