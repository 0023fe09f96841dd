"""What the journeys lean on: a served demonstration clinic, Chromium, and people who are logged in."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.conftest import NOW

from .serving import Served, filled_once

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD, PIN = "demonstration clinic", "481516"
PHONE = {"width": 360, "height": 780}
TABLET = {"width": 820, "height": 1180}
DESK = {"width": 1280, "height": 900}
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed, so no browser test can run.")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration clinic on Tuesday 24 November 2026, 10:00: to be copied, never served."""
    if ready := os.environ.get("NEEDLEWORK_TEST_FILLED"):  # while writing tests: a folder filled before
        return Path(ready)
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if re.match(r"popen-", base.name) else base
    with filled_once(shared / "demonstration", NOW) as folder:
        return folder


@pytest.fixture(scope="module")
def served(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own for each file of tests."""
    folder = tmp_path_factory.mktemp("served", numbered=True) / "data"
    shutil.copytree(filled, folder)
    server = Served(folder)
    server.go_to(NOW)
    server.start()
    yield server
    server.kill()


@dataclass
class People:
    """Opens browsers for people. A page that complains in its console fails the test."""

    chromium: Browser
    served: Served
    complaints: list[str] = field(default_factory=list)
    _open: list[BrowserContext] = field(default_factory=list)
    _states: dict[str, Any] = field(default_factory=dict)

    def browser(self, *, state: Any = None, **options: Any) -> BrowserContext:
        """A browser profile of its own."""
        context = self.chromium.new_context(
            **{
                "viewport": DESK,
                "base_url": self.served.address,
                "locale": "en-GB",
                "timezone_id": "Europe/London",
                "storage_state": state,
                **options,
            }
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda wrong: self.complaints.append(str(wrong.error)))
        context.on("console", self._heard)
        self._open.append(context)
        return context

    def _heard(self, message: Any) -> None:
        expected = re.search(r"status of (403|404|409|410|422)", message.text)  # a refused form is no fault
        if message.type == "error" and not expected:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def staff(self, key: str, **options: Any) -> Page:
        """Someone of the clinic, logged in on a device; the log-in itself is done once for each person."""
        if key not in self._states:
            context = self.browser()
            log_in(context.new_page(), key)
            self._states[key] = context.storage_state()
            context.close()
        return self.browser(state=self._states[key], **options).new_page()

    def phone(self, **options: Any) -> Page:
        """A patient's own phone."""
        return self.browser(viewport=PHONE, has_touch=True, is_mobile=True, **options).new_page()

    def forget_sessions(self) -> None:
        """Log in anew from now on: whoever unlocked a screen got a new session."""
        self._states.clear()

    def leave(self) -> None:
        """Close every browser that is open."""
        for context in self._open:
            context.close()
        self._open.clear()


def log_in(page: Page, key: str) -> None:
    """By the form, as people do."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(f"{key}@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda address: "/accounts/" not in address)


@pytest.fixture(scope="module")
def _people(chromium: Browser, served: Served) -> Iterator[People]:
    everybody = People(chromium, served)
    yield everybody
    everybody.leave()


@pytest.fixture
def people(_people: People) -> Iterator[People]:
    """Browsers for staff and patients of the served clinic."""
    _people.complaints.clear()
    yield _people
    _people.leave()
    assert _people.complaints == []
