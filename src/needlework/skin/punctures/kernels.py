"""The plain loops: one puncture after the other, as one would write them down.

They are the measure of what is right, and what numba compiles where it is installed. The whole-array versions in
`strokes` and `engines` do the same arithmetic in the same order, so all give the same numbers to the last bit on one
machine; nothing here may be fused or reordered.
"""

import importlib
import importlib.util
import math
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from needlework.skin.punctures.formulas import PuncturesError

Engine: TypeAlias = Literal["numpy", "compiled"]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int32]

FAR: Final = 1e9
"""Further than any skin reaches [mm]: stands for infinity, which has no whole number."""


def check_engine(engine: str) -> None:
    """Raises `PuncturesError` for an engine that is none, or that is not installed."""
    if engine not in ("numpy", "compiled"):
        raise PuncturesError("engine", f"There is no engine called “{engine}”: choose numpy or compiled.")
    if engine == "compiled" and importlib.util.find_spec("numba") is None:
        raise PuncturesError(
            "engine",
            "The compiled engine needs numba, which is not installed: install needlework[fast], or choose numpy.",
        )


def cut(
    c: Floats,
    s: Floats,
    middle: Floats,
    phase: Floats,
    lateral: Floats,
    along: Floats,
    step: float,
    half_w: float,
    half_h: float,
    at_x: float,
    at_y: float,
    x: Floats,
    y: Floats,
    dx: Floats,
    dy: Floats,
    counts: Ints,
) -> None:
    """Cut each line of each stroke to a rectangle: its first point, its step, and how many points there are.

    `c` and `s` hold the cosine and sine of a stroke's direction, `middle` its distance from the middle of the
    rectangle, which lies at (`at_x`, `at_y`).
    """
    k = 0
    for i in range(c.size):
        ci, si = c[i], s[i]
        for m in range(lateral.size):
            across = middle[i] + lateral[m]
            start = phase[i] + along[m]
            if ci == 0.0:
                off_x = FAR if abs(across) < half_w else -FAR
                low_x, high_x = 0.0 - off_x, 0.0 + off_x
            else:
                mid_x, off_x = across * (si / ci), half_w / abs(ci)
                low_x, high_x = mid_x - off_x, mid_x + off_x
            if si == 0.0:
                off_y = FAR if abs(across) < half_h else -FAR
                low_y, high_y = 0.0 - off_y, 0.0 + off_y
            else:
                mid_y, off_y = across * (-ci / si), half_h / abs(si)
                low_y, high_y = mid_y - off_y, mid_y + off_y
            low, high = max(low_x, low_y), min(high_x, high_y)
            first = math.ceil((low - start) / step) * 1.0
            counts[k] = max(int(math.ceil((high - start) / step) - first), 0)
            u = start + first * step
            x[k] = at_x + (ci * u - si * across)
            y[k] = at_y + (si * u + ci * across)
            dx[k] = ci * step
            dy[k] = si * step
            k += 1


def write(
    first_x: Floats, first_y: Floats, dx: Floats, dy: Floats, counts: Ints, ramp: Floats, x: Floats, y: Floats
) -> None:
    """Write the points of all segments one after the other.

    `ramp` holds 0, 1, 2, ...: read from there, a run of points is computed several at a time.
    """
    k = 0
    for i in range(counts.size):
        n = counts[i]
        xi, yi, dxi, dyi = first_x[i], first_y[i], dx[i], dy[i]
        xs, ys, js = x[k : k + n], y[k : k + n], ramp[:n]
        for j in range(n):
            xs[j] = xi + js[j] * dxi
        for j in range(n):
            ys[j] = yi + js[j] * dyi
        k += n


def tally(
    first_x: Floats,
    first_y: Floats,
    dx: Floats,
    dy: Floats,
    counts: Ints,
    ramp: Floats,
    left: float,
    bottom: float,
    columns: int,
    place: Counts,
    cells: Counts,
) -> None:
    """Count the points of all segments in cells of 1 mm without keeping them.

    `cells` holds the grid row by row, each of so many `columns`; `place` is room for the cells of one segment.
    """
    for i in range(counts.size):
        n = counts[i]
        xi, yi, dxi, dyi = first_x[i], first_y[i], dx[i], dy[i]
        js, at = ramp[:n], place[:n]
        for j in range(n):
            at[j] = np.int32((yi + js[j] * dyi) - bottom) * columns + np.int32((xi + js[j] * dxi) - left)
        for j in range(n):
            cells[at[j]] += 1


@lru_cache(maxsize=3)
def compiled(name: Literal["cut", "write", "tally"]) -> Any:
    """One of the loops as numba compiles it; kept on disk, so that only the first process pays."""
    njit: Any = importlib.import_module("numba").njit
    loop = {"cut": cut, "write": write, "tally": tally}[name]
    try:
        return njit(cache=True)(loop)
    except RuntimeError:
        # No folder to keep it in: it is compiled anew in each process.
        return njit(loop)
