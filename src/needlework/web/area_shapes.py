"""The shapes of areas, taken from the maps of face and body: to mark on, and to draw punctures in.

A shape is a drawing and no measurement. As a zone it is scaled to the size that is assumed of the area.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from needlework.skin import anatomy, delivery, punctures
from needlework.skin.punctures import Zone

#: an area that stands in several of them is taken from the first
DRAWINGS = ("face_front", "body_front", "body_back", "scalp_top", "face_left", "face_right")
#: shown where no map has the area
SQUARE = "M0 0L100 0L100 100L0 100Z"
#: straight pieces that a curve is made of
PIECES = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """A path of a map, and the box around it in the map's units."""

    path: str
    left: float
    top: float
    width: float
    height: float


@lru_cache(maxsize=128)
def of(area: str) -> Shape:
    """The shape of an area, a square where no map shows it."""
    path = _paths().get(area, SQUARE)
    figures = [float(figure) for figure in re.findall(r"-?\d+(?:\.\d+)?", path)]
    xs, ys = figures[::2], figures[1::2]
    return Shape(path, min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@lru_cache(maxsize=128)
def zone_of(area: str) -> Zone:
    """The zone of an area in its shape, scaled to the size that is assumed of it.

    A plain rectangle where the size or the shape is not known. Raises `tables.UnknownCodeError`.
    """
    cm2 = anatomy.surface_assumed([area])
    path = _paths().get(area)
    if cm2 is None or path is None:
        return delivery.zone_of(area)
    shape = of(area)
    corners = [(x - shape.left, shape.top + shape.height - y) for x, y in _corners(path)]
    mm = (100 * cm2 / punctures.polygon(_ring(corners, 1.0)).area_mm2) ** 0.5
    return punctures.polygon(_ring(corners, mm))


def _corners(path: str) -> list[tuple[float, float]]:
    """The corners of a path of lines and cubic curves; each curve in a few straight pieces."""
    found: list[tuple[float, float]] = []
    for kind, text in re.findall(r"([MLC])([^MLCZ]*)", path):
        figures = [float(figure) for figure in re.findall(r"-?\d+(?:\.\d+)?", text)]
        pairs = list(zip(figures[::2], figures[1::2], strict=True))
        if kind != "C":
            found += pairs
            continue
        for one, two, end in zip(pairs[::3], pairs[1::3], pairs[2::3], strict=True):
            start = found[-1]
            for piece in range(1, PIECES + 1):
                t = piece / PIECES
                shares = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
                points = (start, one, two, end)
                x, y = (
                    sum(share * point[way] for share, point in zip(shares, points, strict=True))
                    for way in (0, 1)
                )
                found.append((x, y))
    return found


def _ring(corners: list[tuple[float, float]], scale: float) -> tuple[tuple[float, float], ...]:
    """The corners scaled and rounded, none of them twice running."""
    ring: list[tuple[float, float]] = []
    for x, y in corners:
        corner = (round(x * scale, 2), round(y * scale, 2))
        if not ring or corner != ring[-1]:
            ring.append(corner)
    return tuple(ring[:-1] if ring[0] == ring[-1] else ring)


@lru_cache(maxsize=1)
def _paths() -> dict[str, str]:
    """Each area's path, from the first of the drawings that shows it."""
    found: dict[str, str] = {}
    for name in DRAWINGS:
        text = (Path(__file__).parent / "templates" / "maps" / f"{name}.html").read_text(encoding="utf-8")
        for area, path in re.findall(r'data-area="([\w-]+)" d="([MCLZ0-9 .-]+)"', text):
            found.setdefault(area, path)
    return found
