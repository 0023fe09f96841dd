"""From packet to treatment by the tablet's camera: two taps. The camera is Chromium's own, and sees a drawn label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.factories import frames

from . import pages
from .conftest import CHROMIUM, PHONE, TABLET, People
from .serving import Served

pytestmark = pytest.mark.browser

PACKET = {"01": "09506000134352", "17": "280531", "10": "CAM217", "21": "7"}
ROLLER = "Dermaroller MF-8 (Dermaroller GmbH)"


@pytest.fixture(scope="module")
def label(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands before the camera: first the empty table, then a packet."""
    file = tmp_path_factory.mktemp("camera") / "packet.mjpeg"
    file.write_bytes(frames.jpeg(None) * 3 + frames.jpeg(PACKET) * 30)
    return file


@pytest.fixture(scope="module")
def _people(playwright: Playwright, label: Path, served: Served) -> Iterator[People]:
    """People whose tablets have a camera."""
    chromium = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={label}",
        ],
    )
    everybody = People(chromium, served)
    yield everybody
    everybody.leave()
    chromium.close()


def allowed(context: BrowserContext) -> None:
    context.grant_permissions(["camera"])


def test_a_packet_goes_by_camera_into_stock_and_in_two_taps_into_a_treatment(
    people: People, served: Served
) -> None:
    tablet = people.staff("doctor", viewport=TABLET, has_touch=True)
    allowed(tablet.context)
    tablet.goto("/stock/receive/")
    tablet.get_by_role("button", name="Use the camera").tap()
    expect(tablet.get_by_label("Lot")).to_have_value("CAM217")
    expect(tablet.get_by_label("Serial numbers")).to_have_value("7")
    tablet.get_by_label("Model").select_option(label=ROLLER)
    if tablet.get_by_label("Where it is put").input_value() == "":
        tablet.get_by_label("Where it is put").select_option(index=0)
    tablet.get_by_role("button", name="Put into stock").tap()
    expect(tablet.get_by_text("are in stock")).to_be_visible()

    ids = pages.subjects(served.folder)
    tablet.goto(f"/treatments/{ids['going_on']}/device/")
    tablet.get_by_role("button", name="Use the camera").tap()
    expect(tablet.get_by_text("Sealed, in date, unused")).to_be_visible()
    expect(tablet.get_by_role("main")).to_contain_text("CAM217")
    tablet.get_by_role("button", name="Open this packet").tap()
    expect(tablet.get_by_role("listitem").filter(has_text="CAM217")).to_contain_text(
        re.compile(r"serial 7.*read by camera", re.DOTALL)
    )


def running(page: Page) -> bool:
    return bool(page.evaluate("!!document.querySelector('video').srcObject"))


def test_the_camera_stops_when_told_and_when_the_page_hides(people: People, served: Served) -> None:
    phone = people.staff("doctor", viewport=PHONE, has_touch=True, is_mobile=True)
    allowed(phone.context)
    phone.goto("/stock/receive/")
    phone.route("**/stock/frame/", lambda route: route.fulfill(json={}))
    on, off = (phone.get_by_role("button", name=name) for name in ("Use the camera", "Stop the camera"))
    on.tap()
    expect(phone.get_by_text("Hold the code inside the frame.")).to_be_visible()
    assert running(phone)
    off.tap()
    assert not running(phone)
    expect(on).to_be_focused()
    on.tap()
    expect(off).to_be_visible()
    phone.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert not running(phone)
    expect(on).to_be_visible()


def test_a_refused_code_says_why_and_the_camera_looks_on(people: People) -> None:
    tablet = people.staff("doctor", viewport=TABLET)
    allowed(tablet.context)
    tablet.goto("/stock/receive/")
    answers = iter([{"because": "This is a shop barcode."}] * 8)
    tablet.route(
        "**/stock/frame/",
        lambda route: route.fulfill(json=answer) if (answer := next(answers, None)) else route.continue_(),
    )
    tablet.get_by_role("button", name="Use the camera").click()
    expect(tablet.get_by_text("This is a shop barcode.")).to_be_visible()
    expect(tablet.get_by_label("Lot")).to_have_value("CAM217")


def test_without_a_camera_a_photograph_is_asked_for_and_sent_at_once(people: People, tmp_path: Path) -> None:
    tablet = people.staff("doctor", viewport=TABLET)
    tablet.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    tablet.goto("/stock/receive/")
    tablet.get_by_role("button", name="Use the camera").click()
    expect(tablet.get_by_text("Photograph the code instead.").first).to_be_visible()
    photograph = tmp_path / "packet.jpg"
    photograph.write_bytes(frames.jpeg(PACKET))
    tablet.get_by_label("Or photograph the code").set_input_files(photograph)
    expect(tablet.get_by_label("Lot")).to_have_value("CAM217")
