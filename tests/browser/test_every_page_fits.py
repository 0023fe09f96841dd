"""Every page: nothing for axe to find, nothing wider than its screen, nothing in the console."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from . import pages
from .conftest import People
from .serving import Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_is_for_everybody_and_fits(people: People, served: Served, half: int) -> None:
    ids = pages.subjects(served.folder)
    page = people.staff("lead", viewport=tall(360), reduced_motion="reduce")
    found: dict[str, list[object]] = {}
    for where in pages.PAGES[half::2]:
        page.goto(where.address.format(**ids))
        wrong = violations(page)
        for width, scheme in ((820, "light"), (1280, "light"), (360, "dark")):
            page.set_viewport_size(tall(width))
            page.emulate_media(color_scheme=scheme)
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{wide} px wide on {width}"] if wide > width else []
        wrong += violations(page, "color-contrast")
        page.emulate_media(color_scheme="light")
        if wrong:
            found[where.name] = wrong
    assert found == {}


def tall(width: int) -> ViewportSize:
    """A window as tall as any page: what a fixed bar hides while scrolling is not hidden for good."""
    return {"width": width, "height": 9_000}


def violations(page: Page, *only: str) -> list[object]:
    """What axe finds on a page as it stands."""
    options = {"preload": False, **({"runOnly": list(only)} if only else {})}
    return [
        (rule["id"], [node["html"][:160] for node in rule["nodes"]][:3])
        for rule in Axe().run(page, options=options).response["violations"]
    ]
