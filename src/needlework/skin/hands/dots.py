"""The dots of a dye roll: where needles pricked the paper, from a photograph in shades of grey.

Uneven light is divided out by the brightness of the paper between the dots; what stands out of the grain of the paper
and has the size and the darkness of the others is a dot. Dots that run into one another are counted by what is seen
just outside that distance.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from needlework.skin.hands.refusals import RollNotReadable
from needlework.skin.units import Mm

Image = NDArray[np.float32]
Points = NDArray[np.float64]

SIZES_MM: Final = (0.08, 0.11, 0.15, 0.21, 0.29, 0.4)
"""Radii of dots which are looked for: the spread of a round blot [mm]."""
FEWEST: Final = 60
LEAST: Final = 0.33
"""A spot is a dot from this share of the usual dot's darkness on."""
FAINTEST: Final = 0.02
NOT_CLEAR: Final = (
    "No clear dots were found. Photograph the sheet sharply, from straight above, in even light, with dark dots on "
    "white paper, and mark the scale exactly."
)
TOO_FEW: Final = "Only {count} dots were found; at least 60 are needed. Roll a larger piece of the sheet, or photograph more of it."
NO_ROLL: Final = (
    "This does not look like a dye roll: its dark spots differ too much in size and darkness. Photograph the "
    "rolled sheet alone, without shadows, writing or folds."
)


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Dots of one sheet: `points` [mm] from the lower left, shape (n, 2).

    `blot_mm` is how large a dot is (the spread of its darkness), `doubtful` how many could as well be none or were
    left out as such, `merged` how many more there are likely to be that ran into others.
    """

    points: Points
    blot_mm: Mm
    doubtful: int
    merged: float


def find(grey: Image, mm_per_px: Mm) -> Dots:
    """The dots of a sheet seen from straight above; `grey` from 0 (black) to 1. Raises `RollNotReadable`."""
    dark = _darkness(grey, mm_per_px)
    blot = _blot(dark, mm_per_px)
    sharp = max(0.9 * blot / mm_per_px, 0.9)
    response = _response(dark, sharp)
    grain = 1.4826 * float(np.median(np.abs(response - np.median(response)))) + 1e-6
    rows, columns = _tops(response, 4 * grain, apart=blot / mm_per_px)
    height = response[rows, columns]
    if height.size < FEWEST:
        raise RollNotReadable(NOT_CLEAR)
    usual = float(np.median(height[height > 0.5 * np.quantile(height, 0.95)]))
    if usual < max(7 * grain, FAINTEST):
        raise RollNotReadable(NOT_CLEAR)
    least = max(LEAST * usual, 4.5 * grain)
    kept = height > least
    doubtful = int(np.count_nonzero((height > 0.65 * least) & (height < 1.35 * least)))
    count = int(np.count_nonzero(kept))
    if count < FEWEST:
        raise RollNotReadable(TOO_FEW.format(count=count))
    spread = float(np.std(height[kept]) / usual)
    if doubtful > 0.35 * count or spread > 0.45:
        raise RollNotReadable(NO_ROLL)
    points = _centres(response, rows[kept], columns[kept]) * mm_per_px
    points[:, 1] = grey.shape[0] * mm_per_px - points[:, 1]
    return Dots(points=points, blot_mm=blot, doubtful=doubtful, merged=_merged(points, blot))


def _darkness(grey: Image, mm_per_px: Mm) -> Image:
    """How much darker each spot is than the paper about it: 0 for paper, 1 for black."""
    step = max(1, round(0.25 / mm_per_px))
    small = grey[: grey.shape[0] // step * step, : grey.shape[1] // step * step]
    small = small.reshape(small.shape[0] // step, step, -1, step).mean(axis=(1, 3))
    near = 4.0 / (step * mm_per_px)
    paper = ndimage.gaussian_filter(small, near, mode="nearest")
    for _ in range(2):
        bright = (small > paper * 0.97).astype(np.float32)
        weight = ndimage.gaussian_filter(bright, near, mode="nearest") + 1e-6
        paper = ndimage.gaussian_filter(small * bright, near, mode="nearest") / weight
    y = np.clip((np.arange(grey.shape[0]) + 0.5) / step - 0.5, 0, paper.shape[0] - 1)
    x = np.clip((np.arange(grey.shape[1]) + 0.5) / step - 0.5, 0, paper.shape[1] - 1)
    whole = _stretched(paper, y, x)
    dark: Image = (1 - grey / np.maximum(whole, 0.02)).astype(np.float32)
    return dark


def _stretched(paper: Image, y: Points, x: Points) -> Image:
    """A small picture at the places of a large one, by straight lines: rows first, then columns."""
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, paper.shape[0] - 1), np.minimum(x0 + 1, paper.shape[1] - 1)
    fy, fx = (y - y0).astype(np.float32)[:, None], (x - x0).astype(np.float32)
    rows = paper[y0] * (1 - fy) + paper[y1] * fy
    found: Image = rows[:, x0] * (1 - fx) + rows[:, x1] * fx
    return found


def _response(dark: Image, sigma: float) -> Image:
    """How much each spot looks like a round blot of this size [px]; flat paper gives 0."""
    found: Image = -(sigma**2) * ndimage.gaussian_laplace(dark, sigma, mode="nearest")
    return found


def _blot(dark: Image, mm_per_px: Mm) -> Mm:
    """The size at which the strongest spots answer most [mm]: looked for in the middle of the sheet."""
    rows, columns = dark.shape
    side = int(50 / mm_per_px)
    top, left = max(0, (rows - side) // 2), max(0, (columns - side) // 2)
    middle = dark[top : top + side, left : left + side]
    wanted = max(20, int(4 * middle.size * mm_per_px**2 / 100))
    answers = []
    for size in SIZES_MM:
        response = _response(middle, max(size / mm_per_px, 0.7))
        found = _tops(response, 0.0)
        height = np.sort(response[found])[-wanted:]
        answers.append(float(np.median(height)) if height.size else 0.0)
    return SIZES_MM[int(np.argmax(answers))]


def _tops(response: Image, above: float, apart: float = 1.0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Spots higher than all about them [px]."""
    size = 2 * max(1, round(apart)) + 1
    high = (response > above) & (response == ndimage.maximum_filter(response, size, mode="nearest"))
    high[[0, -1]] = False
    high[:, [0, -1]] = False
    rows, columns = np.nonzero(high)
    return rows, columns


def _centres(response: Image, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Points:
    """The tops between the pixels, by a parabola each way; (x, y) [px]."""
    found = []
    for before, after, at in (
        (response[rows, columns - 1], response[rows, columns + 1], columns),
        (response[rows - 1, columns], response[rows + 1, columns], rows),
    ):
        bend = 2 * response[rows, columns] - before - after
        found.append(at + 0.5 + np.clip((after - before) / (2 * np.maximum(bend, 1e-9)), -0.5, 0.5))
    return np.stack(found, axis=1).astype(np.float64)


def _merged(points: Points, blot: Mm) -> float:
    """Dots that ran into others: as many pairs per area as are seen at a distance where two dots are told apart."""
    near = 2.2 * blot
    tree = cKDTree(points)
    inner, outer = tree.count_neighbors(tree, [near, 1.8 * near]) - len(points)
    ring = (outer - inner) / 2 / (1.8**2 - 1)
    return max(0.0, float(ring - inner / 2))
