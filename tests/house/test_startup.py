"""The server does not start while something is not in order, and says what and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from needlework.clinic.models import triggers
from needlework.config import startup

KEY = "A" * 43 + "=\n"


@pytest.fixture
def places(settings: Any, tmp_path: Path) -> Path:
    """A real installation: keys outside the data folder, readable by their owner only."""
    settings.DEMONSTRATION = False
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.MASTER_KEY = settings.TRAIL_KEY = ""
    settings.MASTER_KEY_FILE, settings.TRAIL_KEY_FILE = tmp_path / "master.key", tmp_path / "trail.key"
    for path in (settings.MASTER_KEY_FILE, settings.TRAIL_KEY_FILE):
        path.write_text(KEY)
        path.chmod(0o600)
    return tmp_path


def keys() -> list[str]:
    return [message.id or "" for message in startup.check_keys()]


def test_keys_in_their_places_are_accepted(places: Path) -> None:
    assert keys() == []


def test_a_key_in_the_data_folder_is_refused_outside_demonstration(places: Path, settings: Any) -> None:
    inside = settings.DATA_DIR / "keys" / "master.key"
    settings.MASTER_KEY_FILE = inside
    assert keys() == ["startup.master-key-place"]
    link = places / "link.key"
    inside.parent.mkdir()
    inside.write_text(KEY)
    link.symlink_to(inside)
    settings.MASTER_KEY_FILE = link
    assert keys() == ["startup.master-key-place"]
    settings.DEMONSTRATION = True
    inside.chmod(0o600)
    assert keys() == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_which_others_can_read_is_refused_always(places: Path, settings: Any, mode: int) -> None:
    settings.TRAIL_KEY_FILE.chmod(mode)
    assert keys() == ["startup.trail-key-mode"]
    settings.DEMONSTRATION = True
    assert keys() == ["startup.trail-key-mode"]


def test_a_missing_key_is_made_in_demonstration_only(places: Path, settings: Any) -> None:
    settings.TRAIL_KEY_FILE.unlink()
    assert keys() == ["startup.trail-key-missing"]
    settings.TRAIL_KEY = KEY
    assert keys() == []
    settings.TRAIL_KEY, settings.DEMONSTRATION = "", True
    assert keys() == []


@pytest.mark.django_db
def test_a_missing_trigger_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup.MigrationExecutor, "migration_plan", lambda *_: [])
    assert startup.check_database() == []
    on = "" if connection.vendor == "sqlite" else " ON clinic_consent"
    connection.cursor().execute(f"DROP TRIGGER guard_consent_update_always{on}")
    (message,) = startup.check_database()
    assert "guard_consent_update_always" in message.msg
    assert "needlework migrate" in message.msg
    triggers.install(connection)
    assert startup.check_database() == []


@pytest.mark.django_db
def test_a_database_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup.MigrationExecutor, "migration_plan", lambda *_: ["one step"])
    (message,) = startup.check_database()
    assert message.id == "startup.migrations"
