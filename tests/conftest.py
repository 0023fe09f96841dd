"""What every test may lean on: a fixed moment, a closed network, shared test data, and the two databases."""

from __future__ import annotations

import os
import socket
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["NEEDLEWORK_DATA"] = tempfile.mkdtemp(prefix=f"needlework-tests-{_worker}-")
os.environ["NEEDLEWORK_DEMONSTRATION"] = "yes"
os.environ.pop("NEEDLEWORK_SECRET_KEY", None)

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday morning
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


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


@pytest.fixture
def shared() -> Path:
    """The folder of test data which lies beside a checkout."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the test data is missing")
    return SHARED
