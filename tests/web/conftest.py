"""What the tests of the pages lean on: a frozen clock and plain static files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from needlework.clinic.models import Staff
from needlework.web import visit
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages think it is NOW."""
    monkeypatch.setattr(visit, "read_clock", lambda: NOW)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    """Pages link static files without a collected manifest."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def log_in(client: Client) -> Callable[[Staff], Client]:
    """A browser in which this person is logged in."""

    def enter(person: Staff) -> Client:
        client.force_login(person)
        return client

    return enter
