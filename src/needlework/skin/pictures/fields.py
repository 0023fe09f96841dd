"""The area with its puncture map: how dense it is everywhere, and every puncture in a window.

A face takes tens of thousands of punctures, which no screen can show one by one. So the whole area is shaded by the
density in square cells, and the punctures themselves are drawn in a square window of it, small enough to hold at most
`DOTS` of them.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from needlework.skin.pictures.drawing import Picture, element, short, words
from needlework.skin.pictures.scales import Scale, nice
from needlework.skin.punctures.fields import Field
from needlework.skin.punctures.formulas import MM2_PER_CM2
from needlework.skin.punctures.kernels import Floats
from needlework.skin.punctures.measures import grid_of, measure_grids
from needlework.skin.punctures.zones import Zone, whole_cells
from needlework.skin.units import Mm, PerCm2

CELL_MM: Final = 5
PRESSED_CELL_MM: Final = 2
DOTS: Final = 2500
DOT: Final = 1.7
"""How wide a puncture is drawn, in the drawing's units: to be seen, and not to scale."""
WINDOWS_MM: Final = (20.0, 10.0, 5.0, 2.0, 1.0)
SHADES: Final = 5
CELLS_ACROSS: Final = 100
_SIDE: Final = 160.0
_TOP: Final = 22.0
_WINDOW_X: Final = 190.0
_WIDTH: Final = 360.0


def punctures_of(
    field: Field, *, name: str, lesions_mm: Sequence[tuple[Mm, Mm]] = (), scale: Scale | None = None
) -> Picture:
    """A field as a picture. `name` says what drew it, as in “15 passes with the MF-8”."""
    scale = scale or Scale()
    zone = field.zone
    cell = _cell_mm(field)
    inside = whole_cells(zone, float(cell))
    per_cm2 = _densities(field, cell, inside.shape)
    top = scale.density_per_cm2 or density_end(field)
    side = scale.window_mm or window_mm(field)
    px = _SIDE / max(zone.width_mm, zone.height_mm)
    parts = [
        words(0, 13, "The area by its density", cls="quiet"),
        words(_WINDOW_X, 13, f"{short(side)} × {short(side)} mm of it", cls="quiet"),
        *_shaded(zone, cell, per_cm2, inside, top, px),
        element("path", cls="edge", d=_outline(zone, px)),
    ]
    parts += [
        element("circle", cls="lesion", cx=(x - zone.left) * px, cy=_down(zone, y, px), r=5)
        for x, y in lesions_mm
    ]
    middle = _middle(zone, side, lesions_mm)
    corner = (middle[0] - side / 2, middle[1] - side / 2)
    parts.append(
        element(
            "rect",
            cls="frame",
            x=(corner[0] - zone.left) * px,
            y=_down(zone, corner[1] + side, px),
            width=side * px,
            height=side * px,
        )
    )
    parts += _window(field.xy, corner, side)
    parts += _key(top)
    return Picture(
        title=f"Punctures of {name}",
        sentence=_sentence(field, name, cell, side, lesions_mm),
        width=_WIDTH,
        height=_TOP + _SIDE + 44,
        body="".join(parts),
    )


def window_mm(field: Field) -> Mm:
    """The side of the window that can show every puncture in it [mm]: the largest that holds few enough."""
    fits = [
        side
        for side in WINDOWS_MM
        if side <= field.zone.narrow_mm and field.density_per_cm2 / MM2_PER_CM2 * side**2 <= DOTS
    ]
    return fits[0] if fits else WINDOWS_MM[-1]


def density_end(field: Field) -> PerCm2:
    """Where the density scale of a field ends [1/cm²]: about what its densest places have."""
    cell = _cell_mm(field)
    inside = whole_cells(field.zone, float(cell))
    per_cm2 = _densities(field, cell, inside.shape)[inside]
    needled = per_cm2[per_cm2 > 0]
    return nice(max(float(np.percentile(needled, 95)) if needled.size else 0.0, field.density_per_cm2))


def _cell_mm(field: Field) -> int:
    """Cells of 5 mm, of 2 mm where a stamp was pressed on spots, or more where there would be too many to draw."""
    side = max(field.zone.width_mm, field.zone.height_mm)
    finest = CELL_MM if field.planned_per_cm2 is not None else PRESSED_CELL_MM
    return next(cell for cell in (finest, 5, 10, 20, 50, 100, 1000) if side <= cell * CELLS_ACROSS)


def _densities(field: Field, cell: int, shape: tuple[int, ...]) -> Floats:
    rows, columns = shape
    fine = grid_of(field)[: rows * cell, : columns * cell]
    sums = fine.reshape(rows, cell, columns, cell).sum(axis=(1, 3))
    per_cm2: Floats = sums * (MM2_PER_CM2 / cell**2)
    return per_cm2


def _shaded(
    zone: Zone,
    cell: int,
    per_cm2: Floats,
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    top: float,
    px: float,
) -> list[str]:
    """The cells, one path to a shade."""
    shade = np.clip((per_cm2 / top * SHADES).astype(int), 0, SHADES - 1)
    size = short(cell * px)
    drawn = []
    for step in range(SHADES):
        rows, columns = np.nonzero(inside & (shade == step) & (per_cm2 > 0))
        cells = "".join(
            f"M{short(column * cell * px)} {short(_TOP + (zone.height_mm - (row + 1) * cell) * px)}h{size}v{size}h-{size}z"
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        )
        if cells:
            drawn.append(element("path", cls="density", fill_opacity=_opacity(step), d=cells))
    return drawn


def _opacity(step: int) -> float:
    return 0.12 + 0.18 * step


def _down(zone: Zone, y: Mm, px: float) -> float:
    """From the bottom of the zone up into the drawing's way down."""
    return _TOP + (zone.top - y) * px


def _outline(zone: Zone, px: float) -> str:
    return "".join(
        "M" + "L".join(f"{short((x - zone.left) * px)} {short(_down(zone, y, px))}" for x, y in ring) + "z"
        for ring in zone.rings
    )


def _middle(zone: Zone, side: Mm, lesions_mm: Sequence[tuple[Mm, Mm]]) -> tuple[Mm, Mm]:
    """Where the window lies: about the first lesion, or in the middle; always within the box around the zone."""
    x, y = lesions_mm[0] if lesions_mm else (zone.left + zone.width_mm / 2, zone.bottom + zone.height_mm / 2)
    return (
        min(max(x, zone.left + side / 2), zone.right - side / 2),
        min(max(y, zone.bottom + side / 2), zone.top - side / 2),
    )


def _window(xy: Floats, corner: tuple[Mm, Mm], side: Mm) -> list[str]:
    x, y = xy[0] - corner[0], xy[1] - corner[1]
    there = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    px = _SIDE / side
    across = np.round(_WINDOW_X + x[there] * px, 1).tolist()
    down = np.round(_TOP + (side - y[there]) * px, 1).tolist()
    dots = "".join(f"M{left:g} {top:g}h0" for left, top in zip(across, down, strict=True))
    drawn = [element("path", cls="dots", stroke_width=DOT, d=dots)] if dots else []
    # The frame comes last, so that dots on its edge do not thin it.
    return [*drawn, element("rect", cls="frame", x=_WINDOW_X, y=_TOP, width=_SIDE, height=_SIDE)]


def _key(top: float) -> list[str]:
    """The density scale, with its figures below the shades."""
    y, wide = _TOP + _SIDE + 10, _SIDE / SHADES
    drawn = [
        element("rect", cls="density", fill_opacity=_opacity(step), x=step * wide, y=y, width=wide, height=9)
        for step in range(SHADES)
    ]
    drawn.append(words(0, y + 23, "0", cls="quiet"))
    drawn.append(words(_SIDE / 2, y + 23, short(top / 2), cls="quiet", anchor="middle"))
    drawn.append(words(_SIDE, y + 23, f"{short(top)} or more", cls="quiet", anchor="middle"))
    drawn.append(words(_WINDOW_X + _SIDE, y + 23, "punctures per cm²", cls="quiet", anchor="end"))
    return drawn


def _sentence(field: Field, name: str, cell: int, side: Mm, lesions_mm: Sequence[tuple[Mm, Mm]]) -> str:
    zone = field.zone
    mean = "" if field.planned_per_cm2 is None else f", {field.density_per_cm2:.0f} per cm² on average"
    said = [
        f"{name[:1].upper()}{name[1:]} on {round(zone.area_cm2, 1):g} cm², {round(zone.width_mm / 10, 1):g} × "
        f"{round(zone.height_mm / 10, 1):g} cm: {field.n:,} punctures{mean}."
    ]
    if field.planned_per_cm2 is not None:
        grid = measure_grids(
            grid_of(field),
            zone,
            expected_per_cm2=field.expected_per_cm2 or field.planned_per_cm2,
            target_per_cm2=field.planned_per_cm2,
            cells_mm=(cell,),
        ).get(cell)
        if grid is not None:
            each = MM2_PER_CM2 / cell**2
            said.append(
                f"In nine of ten squares of {cell} mm it is {grid.p5 * each:.0f} to {grid.p95 * each:.0f} per cm²; "
                f"{_share(grid.below_80_share)} of the squares hold less than four fifths of what even rolling would give."
            )
    if lesions_mm:
        said.append(f"{len(lesions_mm)} {'lesion is' if len(lesions_mm) == 1 else 'lesions are'} ringed.")
    said.append(
        f"The window shows each puncture in {short(side)} × {short(side)} mm. Drawn by chance: the next time "
        "the punctures lie elsewhere."
    )
    return " ".join(said)


def _share(share: float) -> str:
    return "none" if share == 0 else "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"
