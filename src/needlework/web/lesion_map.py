"""The drawing on which single scars are marked: one area of the face or body map, with a grid that names places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from needlework.web import area_shapes

if TYPE_CHECKING:
    from needlework.clinic.models import Lesion

COLUMNS = "ABCDEFGHIJ"
ROWS = tuple(range(1, 11))
SIDE, EDGE = 300.0, 22.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One lesion on the drawing."""

    number: int
    x: float
    y: float
    gone: bool


@dataclass(frozen=True, slots=True)
class LesionMap:
    """Everything the template draws."""

    width: float
    height: float
    path: str
    transform: str
    columns: list[tuple[float, str]]
    rows: list[tuple[float, str]]
    marks: list[Mark]


def draw(area: str, lesions: Sequence[Lesion]) -> LesionMap:
    """The area with its lesions, numbered in the order given."""
    shape = area_shapes.of(area)
    scale = SIDE / max(shape.width, shape.height)
    across, down = shape.width * scale, shape.height * scale
    return LesionMap(
        width=round(across + EDGE + 6, 1),
        height=round(down + EDGE + 6, 1),
        path=shape.path,
        transform=f"translate({EDGE - shape.left * scale:.2f} {EDGE - shape.top * scale:.2f}) scale({scale:.4f})",
        columns=[(round(EDGE + across * (n + 0.5) / 10, 1), name) for n, name in enumerate(COLUMNS)],
        rows=[(round(EDGE + down * (n + 0.5) / 10, 1), str(name)) for n, name in enumerate(ROWS)],
        marks=[
            Mark(
                number,
                round(EDGE + across * float(lesion.x), 1),
                round(EDGE + down * float(lesion.y), 1),
                lesion.gone_at is not None,
            )
            for number, lesion in enumerate(lesions, start=1)
        ],
    )


def place(x: Decimal, y: Decimal) -> str:
    """The square of the grid in which a place lies: "C4".

    >>> place(Decimal("0.25"), Decimal("0.35")), place(Decimal(1), Decimal(0))
    ('C4', 'J1')
    """
    column, row = (min(int(share * 10), 9) for share in (x, y))
    return f"{COLUMNS[column]}{row + 1}"


def middle(column: str, row: int) -> tuple[Decimal, Decimal]:
    """The middle of a square of the grid, as shares of the way from left and from top.

    >>> middle("C", 4)
    (Decimal('0.25'), Decimal('0.35'))
    """
    return (Decimal(COLUMNS.index(column)) + Decimal("0.5")) / 10, (Decimal(row) - Decimal("0.5")) / 10
