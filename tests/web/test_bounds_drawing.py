"""The bounds of a needle length, drawn."""

from __future__ import annotations

import pytest

from needlework.skin import bounds
from needlework.web.bounds_drawing import LEFT, LONGEST_MM, WIDTH, draw


def x(mm: float) -> float:
    return round(LEFT + mm / LONGEST_MM * WIDTH, 1)


def test_the_drawing_and_its_sentence_say_the_same() -> None:
    drawing = draw(bounds.of_plan("cheek-left", "dermaroller-mf-8", "atrophic-acne-scars"), 1.5)
    assert drawing.protocol is not None
    assert (drawing.protocol.x, drawing.protocol.x + drawing.protocol.width) == (
        x(0.5),
        pytest.approx(x(1.5)),
    )
    assert (drawing.care_x, drawing.refuse_x, drawing.planned_x) == (x(1.5), x(3), x(1.5))
    assert drawing.sentence == (
        "Planned 1.5 mm. The protocol describes 0.5 to 1.5 mm. The device is made for 1.5 mm. "
        "Above 1.5 mm a reason is wanted. Above 3 mm it is refused."
    )


def test_what_no_source_says_is_not_drawn() -> None:
    drawing = draw(bounds.of_plan("abdomen", "derma-stamp", "cellulite"), 1.0)
    assert drawing.protocol is None
    assert drawing.label is None
    assert drawing.care_x is None
    assert "protocol" not in drawing.sentence


def test_a_length_beyond_the_scale_stands_at_its_end() -> None:
    drawing = draw(bounds.of_plan("abdomen", "dermaroller-mf-8", "striae"), 9.0)
    assert drawing.planned_x == LEFT + WIDTH


def test_a_dark_place_in_the_catalogue_is_an_error_with_the_nearest_codes() -> None:
    with pytest.raises(ValueError, match="dermaroller-mf-8"):
        bounds.of_plan("cheek-left", "dermaroller-mf8", "atrophic-acne-scars")
