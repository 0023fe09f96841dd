"""The pictures of the README, taken from the real pages.

Written to docs/images with NEEDLEWORK_TEST_PICTURES=yes, so that an ordinary run changes no file.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from . import pages
from .conftest import PHONE, TABLET, People
from .serving import ROOT, Served
from .way import Way

pytestmark = pytest.mark.browser

KEPT = ROOT / "docs" / "images"
LARGEST = 300_000  # bytes


def keep(page: Page, name: str, tmp_path: Path) -> None:
    """Take the window as it is; small enough to lie beside the code."""
    page.evaluate("document.activeElement.blur()")
    folder = KEPT if os.environ.get("NEEDLEWORK_TEST_PICTURES") == "yes" else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / f"{name}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size < LARGEST


def test_the_pictures_of_the_readme_show_the_pages_as_they_are(
    people: People, served: Served, tmp_path: Path
) -> None:
    ids = pages.subjects(served.folder)
    lead = people.staff("lead", viewport={"width": 1280, "height": 800})
    lead.goto(f"/check-ins/{ids['checkin']}/")  # once it is seen, it leaves the top of the day
    lead.get_by_role("button", name="Mark as seen").click()
    lead.goto("/today/")
    expect(lead.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")
    keep(lead, "today", tmp_path)

    tablet = people.staff("lead", viewport=TABLET)
    tablet.goto(f"/treatments/{ids['going_on']}/numb/")
    expect(tablet.locator("[data-timer]")).to_be_visible()
    keep(tablet, "treatment", tmp_path)

    lead.goto(f"/patients/{ids['fresh']}/")
    lead.get_by_label("What the link is for").select_option(label="Health questions")
    phone = people.phone(color_scheme="dark", device_scale_factor=1)
    Way(people, tmp_path).open_link(
        phone, Way(people, tmp_path).link(lead, "Make a link"), born=("9", "3", "1994")
    )
    expect(phone.get_by_text("Question 1 of")).to_be_visible()
    keep(phone, "phone", tmp_path)
    assert phone.viewport_size == PHONE
