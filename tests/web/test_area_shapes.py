"""Areas in the shape of the maps: every drawn area has one, and as a zone it has the size that is assumed of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from needlework.skin import anatomy, delivery, devices
from needlework.skin.tables import UnknownCodeError
from needlework.web import area_shapes, delivery_pictures
from needlework.web.delivery_pictures import Row

NEEDLED = [area.code for area in anatomy.areas() if not area.inside_orbital_rim]
SIZED = [code for code in NEEDLED if anatomy.surface_assumed([code])]


def test_every_drawn_area_has_its_outline_and_the_others_a_square() -> None:
    maps = Path(area_shapes.__file__).parent / "templates" / "maps"
    drawings = "".join(file.read_text(encoding="utf-8") for file in maps.glob("*.html"))
    for area in anatomy.areas():
        drawn = f'data-area="{area.code}"' in drawings
        assert (area_shapes.of(area.code).path != area_shapes.SQUARE) is drawn, area.code
    assert drawings.count("data-area") > 30


@pytest.mark.parametrize("area", SIZED)
def test_an_area_of_the_face_has_its_own_shape_in_its_assumed_size(area: str) -> None:
    zone, shape = area_shapes.zone_of(area), area_shapes.of(area)
    assert zone.area_cm2 == pytest.approx(anatomy.surface_assumed([area]), rel=0.01)
    assert not zone.is_rectangle
    assert zone.width_mm / zone.height_mm == pytest.approx(shape.width / shape.height, rel=0.05)


def test_an_area_of_unknown_size_is_a_plain_piece() -> None:
    for area in set(NEEDLED) - set(SIZED):
        assert area_shapes.zone_of(area) == delivery.zone_of(area)


def test_an_area_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownCodeError):
        area_shapes.zone_of("moon")


@pytest.mark.parametrize("area", NEEDLED)
@pytest.mark.parametrize("device", ["dermaroller-mf-8", "derma-stamp"])
def test_every_area_is_drawn_with_a_roller_and_with_a_stamp(area: str, device: str) -> None:
    row = Row(devices.get(device), 1.5, 4, area, lesions=[(0.05, 0.05, 3), (0.5, 0.5, 2)])
    [drawn] = delivery_pictures.draw([row], sex="x").rows
    assert drawn.punctures is not None
    assert drawn.section is not None
    assert not drawn.unknown
    assert len(drawn.punctures.svg()) < 150_000
