"""Every page: who gets in, nothing for axe to find, nothing wider than its screen, nothing in the console."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from . import pages
from .conftest import People
from .serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]


@pytest.fixture(scope="module")
def ids(served: Served) -> dict[str, str]:
    """The public ids that the addresses name."""
    return pages.subjects(served.folder)


@pytest.mark.parametrize("letter", list(pages.LETTERS))
def test_each_role_gets_into_its_own_pages_and_no_others(
    people: People, ids: dict[str, str], letter: str
) -> None:
    asked = people.staff(pages.LETTERS[letter]).context.request
    answers = {
        where.name: asked.get(where.address.format(**ids), max_redirects=0).status for where in pages.PAGES
    }
    assert answers == {
        where.name: 200 if letter in where.may else 302 if letter in where.elsewhere else 403
        for where in pages.PAGES
    }


def test_nobody_gets_in_without_logging_in(people: People, ids: dict[str, str]) -> None:
    asked = people.browser().request
    for where in pages.PAGES:
        answer = asked.get(where.address.format(**ids), max_redirects=0)
        assert (answer.status, answer.headers["location"][:16]) == (302, "/accounts/login/"), where.name


def test_an_unknown_page_and_an_unknown_patient_are_answered_alike(people: People) -> None:
    asked = people.staff("lead").context.request
    for address in ("/patients/00000000-0000-4000-8000-000000000000/", "/no/such/page/"):
        assert asked.get(address).status == 404


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_is_for_everybody_and_fits(people: People, ids: dict[str, str], half: int) -> None:
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
