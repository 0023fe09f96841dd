"""A label drawn: the GS1 DataMatrix and, beside it, what it says; as SVG, or on sheets as PDF.

For packets without a serial number of their own, which a clinic numbers so that single use can be enforced. Source for
sizes: GS1 General Specifications, symbol specification table 7 (regulated healthcare items): modules of 0.254 to
0.990 mm, and a quiet zone of one module on every side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final

import numpy as np
import zxingcpp

from needlework.skin import udi

MODULE_MM: Final = 0.5
QUIET_MODULES: Final = 2
LABEL_WIDTH_MM: Final = 63.5
LABEL_HEIGHT_MM: Final = 29.6
"""A label of a common sheet: 27 on A4, in 3 columns and 9 rows."""

_TEXT_MM: Final = 2.4
_PT_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """What labels are printed on: a page with labels in columns and rows around its middle, `gap_mm` between columns."""

    name: str
    page_mm: tuple[float, float]
    columns: int
    rows: int
    label_mm: tuple[float, float]
    gap_mm: float = 0.0

    @property
    def places(self) -> int:
        """How many labels a page holds."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """The upper left corner of a label, from that of the page [mm]; places count from 0, row by row."""
        row, column = divmod(place, self.columns)
        wide = self.columns * self.label_mm[0] + (self.columns - 1) * self.gap_mm
        left = (self.page_mm[0] - wide) / 2 + column * (self.label_mm[0] + self.gap_mm)
        top = (self.page_mm[1] - self.rows * self.label_mm[1]) / 2 + row * self.label_mm[1]
        return left, top


_A4: Final = (210.0, 297.0)
SHEETS: Final[Mapping[str, Sheet]] = MappingProxyType(
    {
        "a4-24": Sheet("A4, 24 labels of 63.5 × 33.9 mm", _A4, 3, 8, (63.5, 33.9), gap_mm=2.5),
        "a4-27": Sheet("A4, 27 labels of 63.5 × 29.6 mm", _A4, 3, 9, (LABEL_WIDTH_MM, LABEL_HEIGHT_MM)),
        "roll": Sheet("Roll of single labels of 57 × 32 mm", (57.0, 32.0), 1, 1, (57.0, 32.0)),
    }
)
"""What labels can be printed on, by a code."""


@dataclass(frozen=True, slots=True)
class Sticker:
    """One label of a sheet: the elements of its code, and words above them, for people."""

    elements: Mapping[str, str]
    words: tuple[str, ...] = ()


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


def pdf(stickers: Sequence[Sticker], *, sheet: Sheet = SHEETS["a4-27"], start: int = 1) -> bytes:
    """Labels on sheets, as vectors; on the first sheet those before place `start` are used up already.

    Raises `LabelRefused`, and `ValueError` for a place that the sheet does not have.
    """
    if not 1 <= start <= sheet.places:
        raise ValueError(f"A sheet has the places 1 to {sheet.places}, not {start}.")
    placed: list[Sticker | None] = [*[None] * (start - 1), *stickers]
    pages = []
    for begin in range(0, len(placed), sheet.places):
        drawn = [
            _pdf_label(sticker, sheet, sheet.corner(place))
            for place, sticker in enumerate(placed[begin : begin + sheet.places])
            if sticker is not None
        ]
        pages.append("\n".join(drawn).encode("cp1252", "replace"))
    return _pdf_file(pages, sheet.page_mm)


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


def _pdf_label(sticker: Sticker, sheet: Sheet, corner_mm: tuple[float, float]) -> str:
    """Drawing instructions for a label whose upper left corner is here [mm from the upper left of the page]."""
    elements, x_mm, down = sticker.elements, corner_mm[0], sheet.page_mm[1] - corner_mm[1]
    quiet = QUIET_MODULES * MODULE_MM
    drawn = [
        f"{(x_mm + quiet + bar.x * MODULE_MM) * _PT_PER_MM:.3f} "
        f"{(down - quiet - (bar.y + 1) * MODULE_MM) * _PT_PER_MM:.3f} "
        f"{bar.width * MODULE_MM * _PT_PER_MM:.3f} {MODULE_MM * _PT_PER_MM:.3f} re"
        for bar in _bars(symbol(elements))
    ]
    drawn.append("f")
    across = _across(elements)
    longest = int((sheet.label_mm[0] - across - 2) / (0.55 * _TEXT_MM))  # Helvetica is about that wide
    for line, text in enumerate([*sticker.words, *_lines(elements)]):
        said = text if len(text) <= longest else text[: longest - 1] + "…"
        shown = said.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        at_x, at_y = x_mm + across + 2, down - 4 - line * 1.5 * _TEXT_MM
        drawn.append(
            f"BT /F1 {_TEXT_MM * _PT_PER_MM:.2f} Tf {at_x * _PT_PER_MM:.3f} {at_y * _PT_PER_MM:.3f} Td ({shown}) Tj ET"
        )
    return "\n".join(drawn)


def _pdf_file(pages: Sequence[bytes], page_mm: tuple[float, float]) -> bytes:
    """A PDF of these pages' drawing instructions, with the font which every reader has."""
    width, height = (side * _PT_PER_MM for side in page_mm)
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
