"""`needlework hand`: how a practitioner rolls, from a photographed dye roll or carbon-paper roll."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from needlework.cli.needle_answers import short
from needlework.cli.needle_inputs import numbers, refusing
from needlework.skin import devices, hands
from needlework.skin.hands import Estimate, Roll, Scale

app = typer.Typer(no_args_is_help=True)


@app.command("hand")
def read(
    file: Annotated[Path, typer.Argument(help="Photograph of the sheet: JPEG, PNG, WebP or HEIC.")],
    scale_mm_per_px: Annotated[
        float | None, typer.Option(help="Millimetres that a pixel covers, if known.")
    ] = None,
    points: Annotated[
        str | None, typer.Option(help="Two points of known distance [px], as in 120,80,1840,95.")
    ] = None,
    mm: Annotated[float | None, typer.Option("--mm", help="The distance of the two points [mm].")] = None,
    corners: Annotated[
        str | None,
        typer.Option(
            help="Four corners of a rectangle of known size [px], around it from the upper left: undoes a slant."
        ),
    ] = None,
    size_mm: Annotated[
        str | None, typer.Option(help="Width and height of that rectangle [mm], as in 150x100.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Code of the roller; the standard drum if not given.")
    ] = None,
    needle_mm: Annotated[float | None, typer.Option(help="Length of its needles [mm].")] = None,
    pitch_mm: Annotated[
        float | None,
        typer.Option(help="How far apart strokes were meant to be [mm]; edge to edge if not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count the dots of a rolled sheet, say how even they are, and how far the hand strays.

    Give the scale in one of three ways: --scale-mm-per-px, or --points with --mm, or --corners with --size-mm. Pixels
    count from the upper left corner of the upright picture.
    """
    with refusing():
        scale = _scale(scale_mm_per_px, points, mm, corners, size_mm)
        used = None if device is None else devices.get(device)
        roll = hands.read(file.read_bytes(), scale, device=used, needle_mm=needle_mm, pitch_mm=pitch_mm)
    if as_json:
        print(json.dumps(_object(roll), ensure_ascii=False))
    else:
        print("\n".join(_lines(roll)))


def _scale(
    per_pixel: float | None, points: str | None, mm: float | None, corners: str | None, size: str | None
) -> Scale:
    """The one mark of the scale that was given. Raises `RollNotReadable`, `PuncturesError`."""
    given = [one is not None for one in (per_pixel, points, corners)]
    if sum(given) != 1 or (points is None) != (mm is None) or (corners is None) != (size is None):
        raise hands.RollNotReadable(
            "Give the scale in one way: --scale-mm-per-px X; or --points x1,y1,x2,y2 with --mm D; or "
            "--corners x1,y1,x2,y2,x3,y3,x4,y4 with --size-mm WxH."
        )
    if per_pixel is not None:
        return hands.PerPixel(per_pixel)
    if points is not None and mm is not None:
        one, other = _pairs("points", points, 2)
        return hands.TwoPoints(one, other, mm)
    a, b, c, d = _pairs("corners", corners or "", 4)
    sides = numbers("size-mm", (size or "").lower().replace("×", "x").replace("x", ","))
    if len(sides) != 2:
        raise hands.RollNotReadable(f"“{size}” is no size: give width by height in mm, as in 150x100.")
    return hands.Corners((a, b, c, d), *sides)


def _pairs(field: str, text: str, count: int) -> list[tuple[float, float]]:
    found = numbers(field, text)
    if len(found) != 2 * count:
        raise hands.RollNotReadable(
            f"--{field} has {len(found)} numbers: it needs {2 * count}, an x and a y for each of {count} points."
        )
    return list(zip(found[::2], found[1::2], strict=True))


def _figures(roll: Roll) -> dict[str, Estimate | None]:
    found: dict[str, Estimate | None] = {"count_per_cm2": roll.count_per_cm2}
    found |= {f"cv_{size}mm": roll.cv.get(size) for size in (1, 5, 10, 20)}
    return found | {
        "angle_sd_deg": roll.angle.estimate if roll.angle else None,
        "lateral_sd_mm": roll.lateral.estimate if roll.lateral else None,
    }


def _object(roll: Roll) -> dict[str, Any]:
    figures = _figures(roll)
    return {
        "device": roll.device,
        "device_assumed": roll.device_assumed,
        "dots": roll.dots,
        "area_cm2": short(roll.area_cm2),
        **{name: one and short(one.value) for name, one in figures.items()},
        "interval_95": {
            name: one and {"low": short(one.low), "high": short(one.high)} for name, one in figures.items()
        },
        "strokes": [
            {
                "direction_deg": short(one.direction_deg),
                "middle_mm": short(one.middle_mm),
                "dots": one.dots,
                "whole": one.whole,
            }
            for one in roll.strokes
        ],
        "directions_deg": list(roll.directions_deg),
        "not_enough": list(roll.not_enough),
        "notes": list(roll.notes),
    }


_SAID = {
    "count_per_cm2": ("Dots per cm²", 1, ""),
    "cv_1mm": ("Unevenness at 1 mm", 3, ""),
    "cv_5mm": ("Unevenness at 5 mm", 3, ""),
    "cv_10mm": ("Unevenness at 10 mm", 3, ""),
    "cv_20mm": ("Unevenness at 20 mm", 3, ""),
    "angle_sd_deg": ("The angle of a stroke strays by", 1, "°"),
    "lateral_sd_mm": ("A stroke strays sideways by", 1, " mm"),
}


def _lines(roll: Roll) -> list[str]:
    lines = [f"{roll.dots} dots on {roll.area_cm2:.0f} cm², {len(roll.strokes)} strokes told apart."]
    for name, one in _figures(roll).items():
        said, digits, unit = _SAID[name]
        if one is not None:
            span = f"{one.low:.{digits}f} to {one.high:.{digits}f}"
            lines.append(f"{said + ':':<36}{one.value:.{digits}f}{unit} ({span})")
    return [
        *lines,
        "In brackets: between what the true figure lies, 95 % certain.",
        *roll.not_enough,
        *roll.notes,
    ]
