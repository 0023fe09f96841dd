"""A photographed sheet, laid flat: from a file and a mark of its scale to a picture with so many millimetres a pixel.

The mark is one of three: how many millimetres a pixel covers; two points whose distance is known (two ticks of a
printed scale or of a ruler); or the four corners of a rectangle of known size, which also undoes the slant of the
camera. Points are those of the upright picture, in pixels from its upper left corner.
"""

import io
import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from needlework.skin.hands.refusals import RollNotReadable
from needlework.skin.photos import develop
from needlework.skin.units import Mm

Point: TypeAlias = tuple[float, float]

FINEST: Final[Mm] = 0.06
"""A picture finer than that is made smaller first [mm a pixel]: a dot is still several pixels wide."""
COARSEST: Final[Mm] = 0.2
SMALLEST: Final[Mm] = 25.0
LARGEST: Final[Mm] = 500.0
MARK_PX: Final = 3.0
MARK_SHARE: Final = 0.003
"""How far from its place a mark is set: three pixels, or this share of the picture on a small screen."""


@dataclass(frozen=True, slots=True)
class PerPixel:
    """The scale itself [mm a pixel]."""

    mm: Mm


@dataclass(frozen=True, slots=True)
class TwoPoints:
    """Two marked points [px] and the distance between them [mm]."""

    one: Point
    other: Point
    mm: Mm


@dataclass(frozen=True, slots=True)
class Corners:
    """The corners of a rectangle of known size, in order around it from the upper left [px]; [mm]."""

    corners: tuple[Point, Point, Point, Point]
    width_mm: Mm
    height_mm: Mm


Scale: TypeAlias = PerPixel | TwoPoints | Corners


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet seen from straight above, in shades of grey from 0 to 1.

    `scale_error` is the share by which the scale may be off, as marks are set by hand.
    """

    grey: NDArray[np.float32]
    mm_per_px: Mm
    scale_error: float


def lay_flat(picture: bytes, scale: Scale) -> Sheet:
    """The sheet of a photograph (JPEG, PNG, WebP, HEIC). Raises `RollNotReadable`."""
    try:
        developed = develop.develop(picture)
    except develop.PhotoRefused as refused:
        raise RollNotReadable(str(refused)) from refused
    return from_image(Image.open(io.BytesIO(developed.pictures["full"])), scale)


def from_image(image: Image.Image, scale: Scale) -> Sheet:
    """The sheet of an upright picture. Raises `RollNotReadable`."""
    grey = image.convert("L")
    if isinstance(scale, Corners):
        flat, mm_per_px, apart = _squared(grey, scale)
    else:
        flat, (mm_per_px, apart) = grey, _mm_per_px(grey, scale)
    if mm_per_px > COARSEST:
        raise RollNotReadable(
            f"One pixel covers {mm_per_px:.2g} mm: a dot would be no larger than that. Photograph the sheet from "
            f"nearer, with at most {COARSEST:g} mm a pixel, or check the scale."
        )
    width, height = flat.width * mm_per_px, flat.height * mm_per_px
    if min(width, height) < SMALLEST or max(width, height) > LARGEST:
        raise RollNotReadable(
            f"By this scale the picture shows {width:.0f} × {height:.0f} mm. It should show 25 to 500 mm each way: "
            "check the marked points and their distance."
        )
    if mm_per_px < FINEST:
        size = (round(width / FINEST), round(height / FINEST))
        flat = flat.resize(size, Image.Resampling.BOX)
        mm_per_px = width / size[0]
    light: NDArray[np.float32] = np.asarray(flat, dtype=np.float32) / np.float32(255)
    return Sheet(light, mm_per_px, max(MARK_PX, MARK_SHARE * max(grey.size)) / apart)


def _mm_per_px(grey: Image.Image, scale: PerPixel | TwoPoints) -> tuple[Mm, float]:
    """The scale, and how many pixels the marks lie apart that gave it; the whole picture where it was given."""
    if isinstance(scale, PerPixel):
        return _above_0(scale.mm, "scale"), float(max(grey.size))
    _above_0(scale.mm, "distance of the two points")
    _check_inside(grey, (scale.one, scale.other))
    apart = math.dist(scale.one, scale.other)
    if apart < 50:
        raise RollNotReadable(
            f"The two marked points are {apart:.0f} pixels apart: mark two that are at least 50 pixels apart, so that "
            "the scale is exact."
        )
    return scale.mm / apart, apart


def _squared(grey: Image.Image, scale: Corners) -> tuple[Image.Image, Mm, float]:
    """The rectangle between four corners, seen from straight above; and how many pixels its sides are long."""
    width, height = _above_0(scale.width_mm, "width"), _above_0(scale.height_mm, "height")
    _check_inside(grey, scale.corners)
    a, b, c, d = (np.array(corner, dtype=np.float64) for corner in scale.corners)
    turns = [
        float(np.cross([*(q - p), 0], [*(r - q), 0])[2])
        for p, q, r in ((a, b, c), (b, c, d), (c, d, a), (d, a, b))
    ]
    if not all(turn > 0 for turn in turns):
        raise RollNotReadable(
            "The four corners are not those of a sheet: give them in order around it, beginning at the upper left and "
            "going to the right."
        )
    sides = (
        math.dist(a, b) / width,
        math.dist(d, c) / width,
        math.dist(a, d) / height,
        math.dist(b, c) / height,
    )
    px_per_mm = min(max(sides), 1 / FINEST)
    if (times := int(max(sides) / px_per_mm)) > 1:
        grey = grey.reduce(times)
    size = (max(1, round(width * px_per_mm)), max(1, round(height * px_per_mm)))
    to = ((0, 0), (size[0], 0), (size[0], size[1]), (0, size[1]))
    rows, right = [], []
    for (x, y), (across, down) in zip(to, scale.corners, strict=True):
        u, v = across / max(times, 1), down / max(times, 1)
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    way = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(right))
    flat = grey.transform(size, Image.Transform.PERSPECTIVE, tuple(way), Image.Resampling.BICUBIC)
    return flat, width / size[0], min(math.dist(a, b), math.dist(b, c))


def _above_0(value: float, said: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise RollNotReadable(f"The {said} is {value:g} mm: it must be a number above 0.")
    return value


def _check_inside(grey: Image.Image, points: tuple[Point, ...]) -> None:
    for x, y in points:
        if not (0 <= x <= grey.width and 0 <= y <= grey.height):
            raise RollNotReadable(
                f"The point ({x:g}, {y:g}) lies outside the picture, which has {grey.width} × {grey.height} pixels."
            )
