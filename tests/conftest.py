"""What every test may lean on: a fixed moment, a closed network, shared test data, and the two databases.

The tests run on SQLite. With NEEDLEWORK_TEST_DATABASE=postgres they run on a PostgreSQL server which the
run starts for itself, in a temporary folder, and stops at its end.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from . import postgres

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_folder = tempfile.mkdtemp(prefix=f"needlework-tests-{_worker}-")
for _name in [name for name in os.environ if name.startswith("NEEDLEWORK_") and "TEST" not in name]:
    del os.environ[_name]
os.environ["NEEDLEWORK_DATA"] = _folder
os.environ["NEEDLEWORK_DEMONSTRATION"] = "yes"
os.environ["DJANGO_SETTINGS_MODULE"] = "needlework.config.settings"

_on_postgres = os.environ.get("NEEDLEWORK_TEST_DATABASE", "") == "postgres"
_server: postgres.Server | None = None
if not _on_postgres:
    os.environ.pop("DATABASE_URL", None)
elif _worker == "main":  # the workers of xdist inherit the address
    try:
        _server = postgres.Server()
    except postgres.NotInstalled as missing:
        pytest.exit(f"Skipped: {missing}", returncode=0)
    _server.start()
    os.environ["DATABASE_URL"] = _server.url

import django  # noqa: E402  the settings read the environment once

django.setup()

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday morning
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What only PostgreSQL can show is left to the run on PostgreSQL."""
    if not _on_postgres:
        left = [item for item in items if item.get_closest_marker("postgres")]
        items[:] = [item for item in items if not item.get_closest_marker("postgres")]
        config.hook.pytest_deselected(items=left)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if _server is not None:
        _server.stop()
    shutil.rmtree(_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as in a clinic: threads of one test share it, which they cannot in memory."""
    from django.conf import settings

    if not _on_postgres:
        database = settings.DATABASES["default"]
        database.setdefault("TEST", {})["NAME"] = str(Path(_folder) / "test.sqlite3")
        options = database["OPTIONS"]  # nothing here outlives the run, so nothing need reach the disk
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def _the_flush_of_a_transactional_test_may_delete() -> Iterator[None]:
    """A transactional test is cleaned up by deleting all rows, which the triggers rightly refuse."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from needlework.clinic.models import triggers

    flush = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(self: Any, statements: list[str]) -> None:
        with triggers.lifted(self.connection):
            flush(self, statements)

    BaseDatabaseOperations.execute_sql_flush = without_triggers  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be talked to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data which lies beside a checkout."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the test data is missing")
    return SHARED
