"""The components in a real browser: what they do with script, without it, by keyboard, and to a screen reader."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.web import gallery

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed, so no browser test can run."),
]


# A keyboard-wedge scanner: keys in one go, Ctrl+] for the group separator, Enter at the end.
SCANNER = """([first, second]) => {
  const press = (key, ctrlKey = false) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }));
  [...first].forEach((key) => press(key));
  press("Control", true);
  press("]", true);
  [...second].forEach((key) => press(key));
  press("Enter");
}"""


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The gallery, served by a thread of this test; no database is involved."""
    storages = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(ROOT_URLCONF="tests.web.gallery", STORAGES=storages, ALLOWED_HOSTS=["127.0.0.1"]):
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        site = StaticFilesHandler(WSGIHandler())
        server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent, ipv6=False)
        server.set_app(site)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def open_gallery(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the gallery in a fresh browser profile; complaints of the page fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(*, complain: bool = True, **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        if complain:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(address)
        return page

    gallery.DRAFTS.clear()
    gallery.SENT.clear()
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (820, "dark"), (1280, "light"), (360, "dark")])
def test_axe_finds_nothing(open_gallery: Callable[..., Page], width: int, scheme: str) -> None:
    # The window is as tall as the page: what a fixed bar hides while scrolling is not hidden for good.
    page = open_gallery(viewport={"width": width, "height": 18_000}, color_scheme=scheme)
    found = Axe().run(page, options={"preload": False})
    assert [
        (rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]
    ] == []


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_no_page_is_wider_than_its_screen(open_gallery: Callable[..., Page], width: int) -> None:
    page = open_gallery(viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_is_typed_reaches_the_server_within_three_seconds(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.fill("#new_name", "Amélie")
    page.check("#new_wants_0")
    expect(page.locator("form [data-saved-words]")).to_have_text("Saved 14:02", timeout=3_000)
    expect(page.locator("[data-draft-url]")).to_have_attribute("data-draft-revision", "1")
    sent = gallery.DRAFTS[-1]
    assert sent["name"][0] == "Amélie"
    assert sent["wants"] == ["scars"]
    assert sent["revision"] == ["0"]
    assert "csrfmiddlewaretoken" not in sent


def test_steady_typing_does_not_put_saving_off(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.focus("#new_words")
    for _ in range(8):  # 4 s without ever a pause of 1.2 s
        page.keyboard.type("word ")
        page.wait_for_timeout(500)
    assert len(gallery.DRAFTS) >= 1


def test_a_dead_network_is_said_and_tried_again(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery(complain=False)
    page.route("**/draft/", lambda route: route.abort())
    page.fill("#new_name", "Amélie")
    words = page.locator("form [data-saved-words]")
    expect(words).to_have_text("Not saved, trying again", timeout=4_000)
    page.unroute("**/draft/")
    expect(words).to_have_text("Saved 14:02", timeout=6_000)
    assert gallery.DRAFTS[-1]["name"][0] == "Amélie"


def test_words_typed_on_a_dead_network_outlive_the_closed_tab(
    open_gallery: Callable[..., Page], address: str
) -> None:
    page = open_gallery(complain=False)
    page.route("**/draft/", lambda route: route.abort())
    page.fill("#new_name", "Amélie")
    expect(page.locator("form [data-saved-words]")).to_have_text("Not saved, trying again", timeout=4_000)
    page.close()
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("#new_name")).to_have_value("Amélie")
    expect(again.locator("form [data-saved-words]")).to_have_text("Saved 14:02", timeout=4_000)
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.includes('unsent'))") == []


def _kept(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def test_words_that_wait_on_a_shared_tablet_are_noise_to_everybody_else(
    open_gallery: Callable[..., Page], address: str
) -> None:
    page = open_gallery(complain=False)
    page.route("**/draft/", lambda route: route.abort())
    page.fill("#new_name", "Amelie Ostergard")
    expect(page.locator("form [data-saved-words]")).to_have_text("Not saved, trying again", timeout=4_000)
    page.wait_for_function("JSON.stringify(localStorage).includes('sealed')")
    assert "Amelie" not in _kept(page)
    page.close()
    other = page.context.new_page()
    other.goto(f"{address}?person=b")
    expect(other.locator("[data-draft-url]")).to_have_attribute("data-draft-revision", "0")
    other.wait_for_function("!JSON.stringify(localStorage).includes('sealed')")
    expect(other.locator("#new_name")).to_have_value("")


def test_words_that_waited_for_a_day_are_gone_from_any_page(
    open_gallery: Callable[..., Page], address: str
) -> None:
    page = open_gallery()
    page.evaluate(
        """() => {
          const day = 24 * 3600 * 1000;
          const keep = (name, age) => localStorage.setItem(
            `needlework-unsent:${name}`, JSON.stringify({ at: Date.now() - age, sealed: "AAAA" }));
          keep("somebody:old", day + 1);
          keep("somebody:young", day - 60000);
          localStorage.setItem("needlework-unsent:somebody:odd", "not JSON");
        }"""
    )
    page.goto(f"{address}?again")
    page.wait_for_function("!JSON.stringify(localStorage).includes('somebody:old')")
    assert "somebody:young" in _kept(page)
    assert "somebody:odd" not in _kept(page)


def test_a_drawn_signature_waits_nowhere(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    pads = page.locator("[data-signature] [data-path]")
    assert pads.count() > 0
    assert pads.evaluate_all("all => all.every((field) => 'noDraft' in field.dataset)")


def test_a_form_waits_until_its_last_words_are_kept(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.fill("#new_name", "Amélie")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    assert gallery.DRAFTS[-1]["name"][0] == "Amélie"
    assert gallery.SENT[-1]["name"][0] == "Amélie"


def test_a_form_does_not_leave_for_a_dead_network(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery(complain=False)
    page.context.set_offline(True)
    page.fill("#new_name", "Amélie")
    save = page.get_by_role("button", name="Save", exact=True)
    save.click()
    expect(page.locator("form [data-saved-words]")).to_have_text("Not saved, trying again")
    expect(page.locator("#new_name")).to_have_value("Amélie")
    page.context.set_offline(False)
    with page.expect_navigation():
        save.click()
    assert gallery.SENT[-1]["name"][0] == "Amélie"


def test_a_change_made_elsewhere_is_said_and_not_overwritten(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery(complain=False)
    sentence = "Dr Weiss changed this at 10:41. Reload the page to see it."
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"sentence": sentence}))
    page.fill("#new_name", "Amélie")
    expect(page.locator("form [data-saved-words]")).to_have_text(sentence, timeout=4_000)
    page.fill("#new_name", "Amélie Ø")
    page.wait_for_timeout(1_500)
    assert gallery.DRAFTS == []


def test_a_form_which_was_open_during_a_new_log_in_can_still_be_sent(
    open_gallery: Callable[..., Page],
) -> None:
    page = open_gallery()
    page.fill("#signature_typed", "Amélie Østergård")
    # What logging in again does: the cookie changes, the token in the open form does not.
    page.context.add_cookies([{"name": "csrftoken", "value": "n" * 32, "url": page.url}])
    with page.expect_navigation() as sent:
        page.locator("form:has(#signature_typed)").evaluate("form => form.requestSubmit()")
    assert sent.value.status == 200
    assert gallery.SENT[-1]["signature_typed"] == ["Amélie Østergård"]


def test_the_timer_counts_by_the_servers_clock_and_names_its_phase(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    phases = page.locator("[data-timer]").evaluate_all("all => all.map((timer) => timer.dataset.phase)")
    assert phases[:3] == ["running", "ready", "over"]
    expect(page.locator("[data-timer] [data-clock]").first).to_have_text("12:02", timeout=4_000)
    expect(page.locator("[data-timer] [data-phase-word]").nth(2)).to_have_text("Wipe off now")


def test_plus_and_minus_stop_at_their_limits(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    minus = page.get_by_role("button", name="One less: Passes, left cheek")
    for _ in range(3):
        minus.click()
    expect(page.locator("#passes")).to_have_value("0")
    expect(minus).to_be_disabled()
    page.get_by_role("button", name="One more: Passes, left cheek").click()
    expect(page.locator("#passes")).to_have_value("1")


def test_a_scanner_is_heard_wherever_the_focus_is(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.focus("#new_name")
    with page.expect_navigation():
        page.evaluate(SCANNER, ["010401234567890117270503", "10A213B1"])
    sent = next(one for one in gallery.SENT if one.get("scan"))
    assert sent["scan"] == ["010401234567890117270503\x1d10A213B1"]
    assert sent["scan_by"] == ["wedge"]


def test_what_fingers_type_is_marked_as_typed(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.focus("#scan")
    page.keyboard.type("A213B1X", delay=80)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert gallery.SENT[-1]["scan"] == ["A213B1X"]
    assert gallery.SENT[-1]["scan_by"] == ["typed"]


def test_a_signature_becomes_a_path_and_can_be_cleared(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    canvas = page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=6)
    page.mouse.up()
    path = page.locator("[data-signature] [data-path]")
    assert path.input_value().startswith("M")
    assert path.input_value().count("L") >= 3
    page.get_by_role("button", name="Clear and sign again").click()
    assert path.input_value() == ""


def test_the_map_and_its_list_are_one(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    box = page.locator("input[name=face][value=cheek-right]")
    shape = page.get_by_label("Face from the front").first.locator("[data-area=cheek-right]")
    shape.click()
    expect(box).to_be_checked()
    expect(shape).to_have_attribute("data-state", "chosen")
    expect(shape).to_have_attribute("aria-checked", "true")
    box.uncheck()
    expect(shape).not_to_have_attribute("data-state", "chosen")


def test_the_map_is_walked_with_arrow_keys(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    front = page.get_by_label("Face from the front").first
    assert front.locator("[tabindex='0']").count() == 1
    front.locator("[data-area=nose]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("input[name=face][value=cheek-left]")).not_to_be_checked()  # it was chosen before
    page.keyboard.press("ArrowLeft")
    expect(front.locator(".area:focus")).to_have_count(1)


def test_what_is_never_needled_cannot_be_chosen(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    shape = page.get_by_label("Face from the front").first.locator("[data-area=periorbital-left]")
    shape.click(force=True)
    expect(page.locator("input[name=face][value=periorbital-left]")).not_to_be_checked()
    expect(shape).not_to_have_attribute("role", "checkbox")


def test_two_photographs_are_compared_with_one_slider(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    slider = page.locator("[data-compare] .slider")
    slider.focus()
    page.keyboard.press("Home")
    frames = page.locator("[data-compare] .frames")
    assert frames.evaluate("frames => frames.style.getPropertyValue('--at')") == "0%"
    expect(slider).to_have_attribute("aria-valuetext", "0 per cent 3 October, the rest 5 January")


def test_a_slash_goes_to_the_search_and_escape_closes_a_menu(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.locator("main h1").focus()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    menu = page.locator(".who details")
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_a_dialog_takes_the_focus_and_gives_it_back(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    opener = page.get_by_role("button", name="Open a dialog")
    opener.click()
    expect(page.get_by_role("dialog", name="Void this entry?")).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    expect(opener).to_be_focused()


def test_a_refused_form_leads_to_what_is_wrong(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    expect(page.locator("#form-errors")).to_be_focused()
    page.locator("#form-errors").get_by_role("link", name="Needle length").click()
    expect(page.locator("#wrong_needle")).to_be_focused()


def test_a_screen_left_alone_locks_and_keeps_its_page(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(address + "?q=1")
    page.clock.run_for(59 * 60_000)
    assert page.title().startswith("Gallery")
    page.clock.run_for(2 * 60_000)
    page.wait_for_url("**/locked/")
    expect(page.locator("body")).to_contain_text("then back to /?q=1")
    context.close()


def test_without_script_everything_still_works(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery(java_script_enabled=False)
    assert page.locator(".needs-script:visible").count() == 0
    page.locator("input[name=face][value=chin]").check()
    page.locator("#signature_typed").fill("Amélie Østergård")
    page.locator("#passes").fill("4")
    boxes = [page.locator("[data-compare] figure").nth(index).bounding_box() for index in (0, 1)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    expect(page.locator("[data-timer] [data-phase-word]").first).to_contain_text("Wipe off between")


def test_paper_carries_no_furniture(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.emulate_media(media="print")
    for furniture in (".rail", ".top", ".button:visible"):
        assert page.locator(furniture).locator("visible=true").count() == 0
    expect(page.locator(".patient")).to_be_visible()
