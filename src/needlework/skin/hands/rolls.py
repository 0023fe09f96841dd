"""A dye roll read as a whole: how many dots a square centimetre, how even, and the hand that made them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from needlework.skin import devices
from needlework.skin.devices import Device
from needlework.skin.hands import dots, sheets, spread, tracks
from needlework.skin.hands.refusals import RollNotReadable
from needlework.skin.hands.sheets import Scale, Sheet
from needlework.skin.hands.spread import Estimate, Spread
from needlework.skin.hands.tracks import Stroke
from needlework.skin.punctures import heads, measures, rectangle
from needlework.skin.units import Cm2, Degrees, Mm

STANDARD: Final = "dermaroller-mf-8"
"""The drum that is looked for where no device is named: the standard medical roller."""
CELL_MM: Final[Mm] = 2.0
SLACK: Final = 0.06
EXPLAINED_MIN: Final = 0.75
SCALE_OFF: Final = 0.015
COUNT_OFF: Final = 0.015
"""Share of the dots that may be missed beside those which are known to have merged, as drawn rolls showed."""


@dataclass(frozen=True, slots=True)
class Roll:
    """What one sheet says. A spread is None where the sheet is not enough, and `not_enough` says why.

    `dots` were seen in the evenly rolled rectangle of `area_cm2`, which `count_per_cm2` and `cv` (by size of the cell
    [mm]) are of; cells that the rectangle has no room for are left out.
    """

    device: str
    device_assumed: bool
    dots: int
    area_cm2: Cm2
    count_per_cm2: Estimate
    cv: Mapping[int, Estimate]
    strokes: tuple[Stroke, ...]
    directions_deg: tuple[Degrees, ...]
    angle: Spread | None
    lateral: Spread | None
    not_enough: tuple[str, ...]
    notes: tuple[str, ...]


def read(
    picture: bytes,
    scale: Scale,
    *,
    device: Device | None = None,
    needle_mm: Mm | None = None,
    pitch_mm: Mm | None = None,
) -> Roll:
    """Read a photographed dye roll or carbon-paper roll.

    `device` is the roller that was used (the standard one if None), `pitch_mm` how far apart neighbouring strokes were
    meant to be (edge to edge if None). Raises `RollNotReadable`, `devices.MeasureError`, `PuncturesError`.
    """
    return read_sheet(sheets.lay_flat(picture, scale), device=device, needle_mm=needle_mm, pitch_mm=pitch_mm)


def read_sheet(
    sheet: Sheet, *, device: Device | None = None, needle_mm: Mm | None = None, pitch_mm: Mm | None = None
) -> Roll:
    """The same for a sheet that is laid flat already."""
    used = device or devices.get(STANDARD)
    if needle_mm is not None:
        used.check_length(needle_mm)
    if pitch_mm is not None and not (math.isfinite(pitch_mm) and 1 <= pitch_mm <= 100):
        raise RollNotReadable(f"The distance of the strokes is {pitch_mm:g} mm: it must be 1 to 100 mm.")
    found = dots.find(sheet.grey, sheet.mm_per_px)
    left, bottom, width, height = _rolled(found.points, sheet)
    inside = _within(found.points, left, bottom, width, height)
    points = found.points[inside]
    if len(points) < dots.FEWEST:
        raise RollNotReadable(dots.TOO_FEW.format(count=len(points)))
    share = len(points) / len(found.points)
    merged, doubtful = found.merged * share, found.doubtful * share
    area = width * height / 100
    density = (len(points) + merged) / area
    off = (0.8 * merged + 0.5 * doubtful + 1.96 * math.sqrt(merged + doubtful)) / area + (
        2 * sheet.scale_error + COUNT_OFF
    ) * density
    hand, strokes, notes = _hand(points - (left + width / 2, bottom + height / 2), used, needle_mm, pitch_mm)
    if device is None and strokes:
        notes = (f"No device was named: the rows are those of a {used.name}.", *notes)
    return Roll(
        device=used.code,
        device_assumed=device is None,
        dots=len(points),
        area_cm2=area,
        count_per_cm2=Estimate(density, max(0.0, density - off), density + off),
        cv=_evenness(points - (left, bottom), width, height),
        strokes=strokes,
        directions_deg=hand.directions_deg,
        angle=hand.angle,
        lateral=hand.lateral,
        not_enough=hand.not_enough,
        notes=notes,
    )


def _hand(
    points: dots.Points, device: Device, needle_mm: Mm | None, pitch_mm: Mm | None
) -> tuple[spread.Found, tuple[Stroke, ...], tuple[str, ...]]:
    def none(why: str) -> tuple[spread.Found, tuple[Stroke, ...], tuple[str, ...]]:
        return spread.Found(None, None, (), (why,)), (), ()

    if device.kind != "roller":
        return none(
            f"A {device.kind} leaves no rows of dots, so a sheet of it says nothing of the hand's angle and sideways "
            "spread. Roll a sheet with a roller."
        )
    head = heads.of_device(device)
    length = needle_mm or device.needle_mm_max or 0.0
    pricked = head.step_mm * (1 + 2 * length / device.known("drum_diameter_mm"))
    found = tracks.find(points, head, (head.step_mm * (1 - SLACK), pricked * (1 + SLACK)))
    if found is None:
        return none(
            f"Not enough for the hand: no strokes of a {device.name} stand out among the dots. Roll a fresh sheet once "
            "in each of at most two directions, and name the device that was used."
        )
    notes = []
    drum = head.lateral_mm[1] - head.lateral_mm[0]
    if abs(found.row_gap_mm / drum - 1) > SCALE_OFF:
        notes.append(
            f"The rows lie {found.row_gap_mm:.2f} mm apart in the picture, and {drum:.2f} mm on the drum: check the "
            "marked scale and the device."
        )
    if found.explained < EXPLAINED_MIN:
        why = (
            f"Not enough for the hand: only {100 * found.explained:.0f} % of the dots belong to strokes that can be told "
            "apart. Roll a fresh sheet once in each of at most two directions."
        )
        return spread.Found(None, None, (), (why,)), found.strokes, tuple(notes)
    return spread.of_strokes(found.strokes, pitch_mm or head.width_mm), found.strokes, tuple(notes)


def _within(points: dots.Points, left: Mm, bottom: Mm, width: Mm, height: Mm) -> NDArray[np.bool_]:
    x, y = points.T
    found: NDArray[np.bool_] = (x >= left) & (x < left + width) & (y >= bottom) & (y < bottom + height)
    return found


def _rolled(points: dots.Points, sheet: Sheet) -> tuple[Mm, Mm, Mm, Mm]:
    """The largest upright rectangle that was rolled: left, bottom, width, height [mm]."""
    high, wide = (n * sheet.mm_per_px for n in sheet.grey.shape)
    rows, columns = int(high / CELL_MM), int(wide / CELL_MM)
    counts, _, _ = np.histogram2d(
        points[:, 1], points[:, 0], (rows, columns), ((0, rows * CELL_MM), (0, columns * CELL_MM))
    )
    # At a straight edge, half of what surrounds a spot is rolled.
    near = ndimage.gaussian_filter(counts, 4.0 / CELL_MM, mode="reflect")
    rolled = near > 0.5 * np.median(near[near > 0.25 * near.max()])
    reach = round(7.0 / CELL_MM)
    padded = np.pad(rolled, reach, mode="edge")
    closed = ndimage.binary_closing(
        padded, ndimage.iterate_structure(ndimage.generate_binary_structure(2, 1), reach)
    )
    left, bottom, width, height = _largest_rectangle(
        ndimage.binary_fill_holes(closed)[reach:-reach, reach:-reach]
    )
    # Where it ends with the picture it ends with the picture's last pixel.
    right = wide if left + width == columns else (left + width) * CELL_MM
    top = high if bottom + height == rows else (bottom + height) * CELL_MM
    if min(right - left * CELL_MM, top - bottom * CELL_MM) < sheets.SMALLEST:
        raise RollNotReadable(
            "The rolled part of the sheet is less than 25 mm across. Roll a larger piece, at least 5 × 5 cm."
        )
    return left * CELL_MM, bottom * CELL_MM, right - left * CELL_MM, top - bottom * CELL_MM


def _largest_rectangle(cells: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The largest rectangle of true cells: first column, first row, columns, rows.

    >>> _largest_rectangle(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=bool))
    (0, 0, 2, 2)
    """
    best, found = 0, (0, 0, 0, 0)
    heights = np.zeros(cells.shape[1] + 1, dtype=int)
    for row in range(cells.shape[0]):
        heights[:-1] = np.where(cells[row], heights[:-1] + 1, 0)
        open_at: list[int] = []
        for column, height in enumerate(heights):
            while open_at and heights[open_at[-1]] >= height:
                tall = int(heights[open_at.pop()])
                first = open_at[-1] + 1 if open_at else 0
                if tall * (column - first) > best:
                    best, found = tall * (column - first), (first, row - tall + 1, column - first, tall)
            open_at.append(column)
    return found


def _evenness(points: dots.Points, width: Mm, height: Mm) -> Mapping[int, Estimate]:
    """Deviation over mean in square cells. The interval takes cells as independent, so it is a little narrow."""
    zone = rectangle(width, height)
    rows, columns = math.ceil(height), math.ceil(width)
    counts = np.histogram2d(points[:, 1], points[:, 0], (rows, columns), ((0, rows), (0, columns)))[0]
    mean = 100 * len(points) / (width * height)
    grids = measures.measure_grids(counts.astype(np.int32), zone, expected_per_cm2=mean, target_per_cm2=mean)
    found: dict[int, Estimate] = {}
    for size, grid in grids.items():
        if grid.cells >= 4:
            off = 1.96 * grid.cv / math.sqrt(2 * (grid.cells - 1))
            found[size] = Estimate(grid.cv, max(0.0, grid.cv - off), grid.cv + off)
    return MappingProxyType(found)
