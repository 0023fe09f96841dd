"""Without JavaScript: log in, register, answer, sign and treat, by plain forms. And by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from . import pages
from .conftest import PHONE, TABLET, People, log_in
from .serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ids(served: Served) -> dict[str, str]:
    """The public ids that the addresses name."""
    return pages.subjects(served.folder)


@pytest.fixture
def plain(people: People) -> Page:
    """The medical lead, whose browser runs no script."""
    page = people.browser(java_script_enabled=False, viewport=TABLET).new_page()
    log_in(page, "lead")
    return page


def test_a_patient_is_registered_and_answers_by_plain_forms(people: People, plain: Page) -> None:
    plain.goto("/patients/new/")
    plain.get_by_label("Given name").fill("Noor")
    plain.get_by_label("Family name").fill("al-Amin")
    for part, value in (("Day", "3"), ("Month", "February"), ("Year", "1990")):
        plain.get_by_role("textbox", name=part).fill(value)
    plain.get_by_label("E-mail").fill("noor@mail.example")
    plain.get_by_role("button", name="Register").click()
    plain.get_by_label("What the link is for").select_option(label="Health questions")
    plain.get_by_role("button", name="Make a link").click()
    phone = people.browser(java_script_enabled=False, viewport=PHONE).new_page()
    phone.goto(plain.get_by_label("Or send this address").input_value())
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "1990")):
        phone.get_by_role("textbox", name=part).fill(value)
    phone.get_by_role("button", name="Go on").click()
    for number in (1, 2, 3):
        expect(phone.get_by_text(f"Question {number} of")).to_be_visible()
        phone.get_by_role("radio").last.check()
        phone.get_by_role("button", name="Next").click()


def test_a_consent_is_signed_by_a_typed_name(people: People, ids: dict[str, str], plain: Page) -> None:
    plain.goto(f"/plans/{ids['unsigned_plan']}/consent/")
    assert plain.locator(".needs-script:visible").count() == 0
    for statement in plain.get_by_role("checkbox").all():
        statement.check()
    plain.get_by_label("Or type your full name").fill("Fatima al-Zahra")
    plain.get_by_role("button", name="Sign for this plan").click()
    expect(plain.get_by_text("Signed. The reflection period runs from now.")).to_be_visible()


def test_a_treatment_goes_on_by_plain_forms(people: People, ids: dict[str, str], plain: Page) -> None:
    room = f"/treatments/{ids['going_on']}"
    plain.goto(f"{room}/numb/")
    plain.get_by_role("button", name="All of it is wiped off").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Device")
    plain.get_by_label("Scan the packet").fill("C077K2")
    plain.get_by_role("button", name="Read").click()
    plain.get_by_role("button", name="Open this packet").click()
    plain.get_by_label("Yes, seen").check()
    plain.get_by_label("Initials of the patient").fill("ΜΠ")
    plain.get_by_role("button", name="Keep", exact=True).click()
    plain.get_by_role("link", name="Next: treat").click()
    plain.get_by_role("button", name="Start", exact=True).click()
    plain.get_by_label("Even redness", exact=True).check()
    plain.get_by_role("button", name=re.compile("^Chart")).first.click()
    expect(
        plain.get_by_text("6 passes (2 along, 2 across, 1 on one diagonal, 1 on the other)").first
    ).to_be_visible()
    plain.get_by_text("Stop treatment", exact=True).click()
    plain.get_by_label(re.compile("withdraws")).check()
    plain.get_by_role("button", name="Stop now").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Soothe")


MAIN_PAGES = (
    "today",
    "patients",
    "patient",
    "consultation-new",
    "plan-new",
    "stock-receive",
    "treatment-check",
)

# how many controls the page shows; of radio buttons of one name, one is reached by Tab
CONTROLS = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !one.closest("[inert]");
  const radios = new Set();
  return [...document.querySelectorAll(wanted)].filter((one) => {
    if (!shown(one) || one.tabIndex < 0) return false;
    if (one.type === "radio") {
      if (radios.has(one.name)) return false;
      radios.add(one.name);
    }
    return true;
  }).length;
}"""


# the ring (or, on a map, the line) by which one sees where the keyboard is
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return "end";
  if (window.reached.has(one)) return "seen";  // the parts of a date: its first stop was judged
  window.reached.add(one);
  const ringed = [one, one.closest("label, .choices > div > div")].some((each) =>
    each && getComputedStyle(each).outlineStyle !== "none");
  const lined = one.matches(".area") && parseFloat(getComputedStyle(one).strokeWidth) >= 3;
  return ringed || lined ? "seen" : one.outerHTML.slice(0, 120);
}"""


@pytest.mark.parametrize("name", MAIN_PAGES)
def test_the_tab_key_reaches_everything_and_the_focus_is_seen(
    people: People, ids: dict[str, str], name: str
) -> None:
    page = people.staff("lead")
    page.goto(next(where.address for where in pages.PAGES if where.name == name).format(**ids))
    wanted = page.evaluate(CONTROLS)
    page.evaluate("() => { document.activeElement.blur(); window.reached = new Set(); }")
    for _ in range(3 * wanted):  # a date has a stop for each of its parts
        page.keyboard.press("Tab")
        state = page.evaluate(FOCUSED)
        assert state in ("seen", "end"), f"the focus is not seen on {state}"
        if state == "end":
            break
    assert page.evaluate("window.reached.size") >= wanted
