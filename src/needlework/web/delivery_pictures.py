"""The pictures of a row of a plan or of a treatment: punctures, coverage and depth; two rows on one scale to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from needlework.skin import anatomy, delivery, depth, pictures
from needlework.skin.delivery import Delivery, Strokes
from needlework.skin.devices import Device, GeometryUnknownError, MeasureError
from needlework.skin.pictures import Picture, Scale, Series
from needlework.skin.punctures import Field, Hand, PuncturesError
from needlework.web import area_shapes


@dataclass(frozen=True, slots=True)
class Row:
    """What is meant or was done in one area, as far as it can be drawn.

    `lesions` are where a stamp is pressed: shares of the way from left and from top, and the presses.
    """

    device: Device
    needle_mm: float
    steps: int
    area: str
    strokes: Strokes = ()
    lesions: Sequence[tuple[float, float, int]] = field(default=())


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row: what it delivers, and its pictures; None where a figure is missing that nobody states."""

    delivery: Delivery
    punctures: Picture | None
    section: Picture | None
    unknown: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """The rows beside each other, and the coverage of both in one drawing."""

    rows: list[Drawn]
    coverage: Picture | None


def draw(rows: Sequence[Row], *, sex: str, hand: Hand | None = None) -> Pictures:
    """Draw one row, or two to compare. `sex` as the record has it: f, m, or x where it is not known."""
    made = [
        delivery.of_row(row.device, row.needle_mm, row.steps, strokes=row.strokes, hand=hand) for row in rows
    ]
    fields = [_field(row, hand) for row in rows]
    known = [one for one in fields if one is not None]
    reaches = [_reach(row, sex) for row in rows]
    # Pressed spots and rolled areas differ in how the density is counted, so only like is drawn to one scale.
    alike = len({row.device.kind == "stamp" for row in rows}) == 1 and len(known) > 1
    scale = Scale(
        density_per_cm2=max(pictures.density_end(one) for one in known) if alike else None,
        window_mm=min(pictures.window_mm(one) for one in known) if len(known) > 1 else None,
        depth_mm=max((pictures.deepest_mm(*one) for one in reaches if one is not None), default=None),
    )
    return Pictures(
        rows=[
            Drawn(
                delivery=each,
                punctures=None
                if drawn is None
                else pictures.punctures_of(
                    drawn,
                    name=f"{each.count} with {row.device.name}",
                    lesions_mm=[
                        delivery.spot_mm(drawn.zone, x, y) for x, y, presses in row.lesions if presses
                    ],
                    scale=scale,
                ),
                section=None
                if reach is None
                else pictures.section_of(
                    *reach, name=row.device.name, area=anatomy.in_words(row.area), scale=scale
                ),
                unknown="" if drawn is not None else each.sentence,
            )
            for row, each, drawn, reach in zip(rows, made, fields, reaches, strict=True)
        ],
        coverage=_coverage(made),
    )


def _field(row: Row, hand: Hand | None) -> Field | None:
    """The punctures in the shape of the area; in a rectangle where the shape has no room for the head or a lesion."""
    for zone in (area_shapes.zone_of(row.area), delivery.zone_of(row.area)):
        try:
            return delivery.field_of(
                row.device,
                row.needle_mm,
                row.steps,
                row.area,
                strokes=row.strokes,
                hand=hand,
                lesions=row.lesions,
                zone=zone,
            )
        except PuncturesError:
            continue
        except (GeometryUnknownError, MeasureError):
            return None
    return None


def _reach(row: Row, sex: str) -> tuple[depth.Reach, depth.Place] | None:
    place = depth.skin_of(row.area, "f" if sex == "f" else "m" if sex == "m" else None)
    try:
        return depth.reach(row.device, row.needle_mm, place.skins), place
    except MeasureError:
        return None


def _coverage(made: Sequence[Delivery]) -> Picture | None:
    series = [
        Series(each.device, each.per_step, each.steps, each.step)
        for each in made
        if each.per_step is not None
    ]
    return pictures.coverage_of(series) if series else None
