"""From segments to points or counts, on whole arrays with NumPy or by the compiled loops."""

from typing import Final

import numpy as np

from needlework.skin.punctures import kernels
from needlework.skin.punctures.kernels import Counts, Engine, Floats
from needlework.skin.punctures.strokes import Segments

BLOCK: Final = 1 << 16
"""Points per block: what is worked on fits the cache, so a point costs the same in ten thousand and in a hundred million."""


def write_points(segments: Segments, x: Floats, y: Floats, engine: Engine) -> None:
    """Write the points of all segments, in order, into two arrays of the right length [mm]."""
    if engine == "compiled":
        kernels.compiled("write")(
            segments.x, segments.y, segments.dx, segments.dy, segments.counts, ramp_for(segments), x, y
        )
        return
    ends = np.cumsum(segments.counts)
    begin, done = 0, 0
    while begin < ends.size:
        end = max(begin + 1, int(np.searchsorted(ends, done + BLOCK, side="right")))
        part = slice(begin, end)
        counts = segments.counts[part]
        n = int(ends[end - 1]) - done
        # j = 0, 1, 2, ... anew in each segment.
        j = np.arange(n, dtype=np.float64)
        j -= np.repeat((ends[part] - counts - done).astype(np.float64), counts)
        for first, step, out in ((segments.x, segments.dx, x), (segments.y, segments.dy, y)):
            target = out[done : done + n]
            np.multiply(np.repeat(step[part], counts), j, out=target)
            target += np.repeat(first[part], counts)
        begin, done = end, done + n


def ramp_for(segments: Segments) -> Floats:
    """0, 1, 2, ... as far as the longest segment needs."""
    return np.arange(int(segments.counts.max(initial=0)), dtype=np.float64)


def tally(segments: Segments, left: float, bottom: float, grid: Counts, engine: Engine) -> None:
    """Add the punctures of all segments to counts per mm² (rows from the bottom, then columns), keeping no points.

    The grid has one row and one column more than the zone, which take what rounding puts on its far sides.
    """
    if engine == "compiled":
        ramp = ramp_for(segments)
        place = np.empty(ramp.size, dtype=np.int32)
        first, step, counts = (segments.x, segments.y), (segments.dx, segments.dy), segments.counts
        kernels.compiled("tally")(
            *first, *step, counts, ramp, left, bottom, grid.shape[1], place, grid.reshape(-1)
        )
        return
    x, y = np.empty((2, segments.total))
    write_points(segments, x, y, engine)
    count_points(x, y, left, bottom, grid)


def count_points(x: Floats, y: Floats, left: float, bottom: float, grid: Counts) -> None:
    """Add points to counts per mm², as `tally` does."""
    flat = grid.reshape(-1)
    # Many cells ask for larger blocks, as each block walks over all of them.
    block = max(BLOCK, flat.size)
    for begin in range(0, x.size, block):
        part = slice(begin, begin + block)
        cell = (y[part] - bottom).astype(np.int32).astype(np.int64)
        cell *= grid.shape[1]
        cell += (x[part] - left).astype(np.int32)
        flat += np.bincount(cell, minlength=flat.size).astype(np.int32)
