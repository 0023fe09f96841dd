"""What was typed outlives a closed page, a killed server, a locked screen and a change of user."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from . import pages
from .conftest import PIN, TABLET, People, log_in
from .serving import Served
from .way import settled

pytestmark = pytest.mark.browser

WITHIN_MS = 3_000  # from the last key to the server's "Saved"


@pytest.fixture(scope="module")
def ids(served: Served) -> dict[str, str]:
    """The public ids that the addresses name."""
    return pages.subjects(served.folder)


def saved(page: Page) -> None:
    """The page says that the server has it."""
    expect(page.locator("main form [data-saved][data-state=saved]")).to_be_visible(timeout=WITHIN_MS)


def test_a_history_comes_back_after_the_page_is_closed(people: People, ids: dict[str, str]) -> None:
    address = f"/patients/{ids['fresh']}/history/new/"
    page = people.staff("assistant")
    page.goto(address)
    page.get_by_role("group", name=re.compile("^Diabetes")).get_by_label("No", exact=True).check()
    page.get_by_role("group", name=re.compile("^Breastfeeding")).get_by_label("Yes", exact=True).check()
    saved(page)
    page.close()
    again = people.staff("assistant")
    again.goto(address)
    expect(
        again.get_by_role("group", name=re.compile("^Diabetes")).get_by_label("No", exact=True)
    ).to_be_checked()
    expect(
        again.get_by_role("group", name=re.compile("^Breastfeeding")).get_by_label("Yes", exact=True)
    ).to_be_checked()


def test_a_consultation_comes_back_after_the_server_is_killed(
    people: People, served: Served, ids: dict[str, str]
) -> None:
    address = f"/patients/{ids['fresh']}/consultation/"
    page = people.staff("doctor")
    page.goto(address)
    areas = page.get_by_role("group", name="Areas to be treated")
    areas.get_by_label("Chin", exact=True).check()
    settled(page)
    page.get_by_role("group", name="Chin").get_by_label("Fine lines").check()
    settled(page)
    page.get_by_label("Why does the patient want this?").fill(
        "Lines since the summer; says: «schöner, не старше»"
    )
    saved(page)
    served.kill()
    page.close()
    served.start()
    elsewhere = people.browser().new_page()  # another device
    log_in(elsewhere, "doctor")
    elsewhere.goto(address)
    expect(elsewhere.get_by_label("Why does the patient want this?")).to_have_value(
        "Lines since the summer; says: «schöner, не старше»"
    )
    areas = elsewhere.get_by_role("group", name="Areas to be treated")
    expect(areas.get_by_label("Chin", exact=True)).to_be_checked()
    expect(elsewhere.get_by_role("group", name="Chin").get_by_label("Fine lines")).to_be_checked()


def test_a_treatment_form_comes_back_after_the_log_in_is_lost(people: People, ids: dict[str, str]) -> None:
    address = f"/treatments/{ids['going_on']}/numb/"
    page = people.staff("nurse", viewport=TABLET)
    page.goto(address)
    page.get_by_text("Another batch, typed by hand").click()
    page.get_by_label("Batch", exact=True).fill("BX-9911")
    page.get_by_label("Amount").fill("2.5")
    saved(page)
    page.context.clear_cookies()
    page.goto(address)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    log_in(page, "nurse")
    page.goto(address)
    expect(page.get_by_label("Batch", exact=True)).to_have_value("BX-9911")
    expect(page.get_by_label("Amount")).to_have_value("2.5")


def test_a_locked_screen_keeps_its_page(people: People, ids: dict[str, str]) -> None:
    address = f"/treatments/{ids['going_on']}/soothe/"
    page = people.staff("nurse", viewport=TABLET)
    page.goto(address)
    page.get_by_role("button", name="Lock this screen").click()
    expect(page.get_by_role("heading", name="This screen is locked")).to_be_visible()
    page.goto("/patients/")
    assert "/lock/" in page.url
    page.go_back()
    page.get_by_label("Your PIN").fill("000000")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("PIN")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Go on", exact=True).click()
    page.wait_for_url(f"**{address}")


def test_two_people_share_a_tablet_by_pin(people: People) -> None:
    page = people.browser(viewport=TABLET).new_page()
    log_in(page, "nurse")
    page.get_by_role("button", name="Lock this screen").click()
    page.get_by_role("button", name=re.compile("^Log out")).click()
    log_in(page, "doctor")
    page.goto("/stock/")
    page.locator("summary", has_text=", your menu").click()
    page.get_by_role("link", name="Switch user").click()
    page.get_by_role("link", name="Eleri Prosser").click()
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.locator("summary", has_text=", your menu")).to_contain_text("Eleri Prosser")


def test_a_slow_network_takes_nobodys_words(people: People, ids: dict[str, str]) -> None:
    page = people.staff("lead")
    page.goto(f"/patients/{ids['told']}/consultation/")
    page.get_by_role("group", name="Areas to be treated").get_by_label("Chin", exact=True).check()
    settled(page)
    held: list[Route] = []
    page.route("**/consultation/parts/", lambda route: held.append(route), times=1)
    chin = page.get_by_role("group", name="Chin")
    chin.get_by_label("Fine lines").check()  # asked; the answer is on its way
    page.get_by_label("Note (optional)").fill("Typed while waiting")
    page.locator("#parts").get_by_label("No", exact=True).first.check()
    held[0].continue_()
    settled(page)
    expect(page.get_by_label("Note (optional)")).to_have_value("Typed while waiting")
    expect(page.locator("#parts").get_by_label("No", exact=True).first).to_be_checked()
    expect(chin.get_by_label("Fine lines")).to_be_checked()
