"""A scar is marked by a touch on the drawing of its area."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from . import pages
from .conftest import People
from .serving import Served

pytestmark = pytest.mark.browser


def test_a_touch_on_the_drawing_names_the_square(people: People, served: Served) -> None:
    patient = pages.subjects(served.folder)["patient"]
    page = people.staff("doctor")
    page.goto(f"/patients/{patient}/scars/?area=cheek-left")
    drawing = page.locator("svg.lesion-map")
    spot = drawing.locator("[data-column=F]").bounding_box()
    height = drawing.locator("[data-row='7']").bounding_box()
    assert spot is not None
    assert height is not None
    page.mouse.click(spot["x"] + spot["width"] / 2, height["y"] + height["height"] / 2)
    expect(page.get_by_label("Column")).to_have_value("F")
    expect(page.get_by_label("Row")).to_have_value("7")
    page.get_by_label("Pock mark").check()
    page.get_by_role("button", name="Mark it").click()
    expect(page.get_by_text("Pock mark, F7")).to_be_visible()
