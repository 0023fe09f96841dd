"""The piece of skin that is needled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.skin import punctures
from needlework.skin.punctures import PuncturesError
from needlework.skin.punctures.zones import whole_cells

SQUARE = ((0.0, 0.0), (60.0, 0.0), (60.0, 60.0), (0.0, 60.0))
HOLE = ((20.0, 20.0), (40.0, 20.0), (40.0, 40.0), (20.0, 40.0))
L_SHAPE = ((0.0, 0.0), (60.0, 0.0), (60.0, 30.0), (30.0, 30.0), (30.0, 60.0), (0.0, 60.0))


def test_a_hole_is_no_part_of_the_area() -> None:
    zone = punctures.polygon(SQUARE, (HOLE,))
    assert zone.area_mm2 == 3600 - 400
    assert zone.area_cm2 == 32
    inside = zone.contains(np.array([10.0, 30.0, 70.0]), np.array([10.0, 30.0, 30.0]))
    assert inside.tolist() == [True, False, False]


def test_the_sense_of_the_corners_and_a_closing_corner_do_not_matter() -> None:
    there, back = punctures.polygon(L_SHAPE), punctures.polygon((*reversed(L_SHAPE), L_SHAPE[-1]))
    assert there.area_mm2 == back.area_mm2 == 2700


def test_only_cells_that_lie_wholly_inside_are_counted() -> None:
    cells = whole_cells(punctures.polygon(SQUARE, (HOLE,)), 10.0)
    assert cells.sum() == 36 - 4
    triangle = whole_cells(punctures.polygon(((0, 0), (60, 0), (0, 60))), 10.0)
    assert triangle.sum() == 15
    assert whole_cells(punctures.rectangle(64, 25), 10.0).shape == (2, 6)


@pytest.mark.parametrize(
    ("outline", "holes", "words"),
    [
        (((0, 0), (60, 60), (60, 0), (0, 60)), (), "crosses or touches itself"),
        (((0, 0), (60, 0), (60, 60), (60, 0), (0, 60)), (), "crosses or touches itself"),
        (((0, 0), (60, 0), (30, 0), (30, 60)), (), "crosses or touches itself"),
        (((0, 0), (60, 0)), (), "has 2 corners: it needs at least 3"),
        (((0, 0), (30, 0), (60, 0)), (), "lie on one line, which encloses no area"),
        (((0, 0), (0, 0), (60, 0), (0, 60)), (), "same corner twice"),
        (((0, 0), (float("nan"), 0), (0, 60)), (), "is not a number"),
        (SQUARE, (((70, 70), (80, 70), (80, 80)),), "Hole 1 of the zone lies outside"),
        (SQUARE, (HOLE, ((25, 25), (35, 25), (30, 30))), "lies in another hole"),
        (SQUARE, (((50, 50), (70, 50), (70, 70)),), "crosses or touches itself"),
    ],
)
def test_a_zone_that_cannot_be_is_refused_in_a_sentence(
    outline: punctures.zones.Ring, holes: tuple[punctures.zones.Ring, ...], words: str
) -> None:
    with pytest.raises(PuncturesError, match=words):
        punctures.polygon(outline, holes)


@pytest.mark.parametrize(("width", "height"), [(0, 10), (10, -1), (float("inf"), 10)])
def test_a_rectangle_without_sides_is_refused(width: float, height: float) -> None:
    with pytest.raises(PuncturesError, match="must be a number above 0"):
        punctures.rectangle(width, height)


@given(
    radii=st.lists(st.floats(15, 40), min_size=3, max_size=12),
    hole=st.floats(1, 5),
    seed=st.integers(0, 1000),
)
def test_a_star_shaped_zone_is_judged_as_by_its_angles(radii: list[float], hole: float, seed: int) -> None:
    """A plain second way to tell inside from outside, for zones seen whole from their middle."""
    n = len(radii)
    angles = 2 * np.pi * np.arange(n) / n
    outline = tuple((float(r * np.cos(a)), float(r * np.sin(a))) for r, a in zip(radii, angles, strict=True))
    small = tuple((float(hole * np.cos(a)), float(hole * np.sin(a))) for a in angles)
    zone = punctures.polygon(outline, (small,))
    x, y = np.random.default_rng(seed).uniform(-40, 40, (2, 200))
    away, sector = (
        np.hypot(x, y),
        np.floor((np.arctan2(y, x) % (2 * np.pi)) / (2 * np.pi / n)).astype(int) % n,
    )
    turn = np.arctan2(y, x) % (2 * np.pi) - angles[sector]

    def edge_at(corners: np.ndarray) -> np.ndarray:
        one, two = corners[sector], corners[(sector + 1) % n]
        gap = 2 * np.pi / n
        found: np.ndarray = one * two * np.sin(gap) / (one * np.sin(turn) + two * np.sin(gap - turn))
        return found

    expected = (away < edge_at(np.array(radii))) & (away > edge_at(np.full(n, hole)))
    assert zone.contains(x, y).tolist() == expected.tolist()
