"""How fast the pages are: the real server on a filled database, each page beside an empty one in the same run.

The empty page goes through the same middleware, session, log-in and base template, and writes one trail line. The
ratio to it says what the page itself costs, whatever the machine is and does.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from needlework.clinic.models import Staff

from .fill import Filled
from .load import ask
from .processes import cpu_s, descendants

WORKERS = 2
CONCURRENT = (1, 16)
MOST_QUERIES = 25
GOAL_P95_MS = 60.0
# of the empty page's throughput; the treatment page is held to what the patient's page is held to
GOAL_RATIO = {"today": 1 / 5, "search": 1 / 5, "patient": 1 / 8, "treatment": 1 / 8}


@dataclass(frozen=True, slots=True)
class Page:
    """A page with the addresses it is asked for at."""

    name: str
    paths: list[str]


def pages(filled: Filled) -> list[Page]:
    """The empty page first, then those that are compared with it."""
    found = reverse("patients")
    return [
        Page("empty", [reverse("bench-empty")]),
        Page("today", [reverse("today")]),
        Page("search", [f"{found}?{urllib.parse.urlencode({'q': text})}" for text in filled.searches]),
        Page("patient", [reverse("patient", args=[one]) for one in filled.pages["patient"]]),
        Page("treatment", [reverse("treatment", args=[one]) for one in filled.pages["treatment"]]),
    ]


def log_in(email: str) -> str:
    """The cookie of one who is logged in."""
    person = Staff.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """`needlework serve` on a free port of this machine. Hands back its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connections.close_all()
    server = subprocess.Popen(
        [sys.executable, "-m", "needlework.cli", "serve", "--port", str(port), "--workers", str(WORKERS)],
        stdout=subprocess.DEVNULL,
    )
    address = f"127.0.0.1:{port}"
    try:
        _wait(address, server)
        yield address, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait(address: str, server: subprocess.Popen[bytes], *, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit("the server ended before it answered")
        try:
            with urllib.request.urlopen(f"http://{address}/accounts/login/", timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the server did not answer within {seconds} s")


def count_queries(every: list[Page], cookie: str) -> dict[str, int]:
    """The most queries which one page of each kind makes."""
    client = Client(HTTP_COOKIE=cookie, HTTP_HOST="127.0.0.1")
    most = {}
    for page in every:
        counts = []
        for path in [
            page.paths[0],
            *page.paths[:30],
        ]:  # the first once more: it may be the first of this process
            with CaptureQueriesContext(connection) as caught:
                answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}, not a page")
            counts.append(len(caught))
        most[page.name] = max(counts[1:])
    return most


def measure(filled: Filled, *, seconds: float, rounds: int, folder: Path) -> dict[str, Any]:
    """Each page at 1 and at 16 at once, in rounds in which the pages take turns; the median of the rounds."""
    every = pages(filled)
    cookie = log_in("nurse@demo.example")
    seen: dict[tuple[str, int], list[dict[str, float]]] = {}
    client = ""
    with served() as (address, pid):
        queries = count_queries(every, cookie)  # now that the server has gathered styles and scripts
        files = {}
        for page in every:
            files[page.name] = folder / f"{page.name}.txt"
            files[page.name].write_text("\n".join(page.paths) + "\n", encoding="utf-8")
            ask(address, files[page.name], cookie=cookie, connections=4, seconds=1)  # warm
        for _ in range(rounds):
            for at_once in CONCURRENT:
                for page in every:
                    pids = descendants(pid, but="needlework.cli work")
                    before = _quiet(pids)
                    got = ask(address, files[page.name], cookie=cookie, connections=at_once, seconds=seconds)
                    if not got.requests:  # the machine was busy with something else: once more, for longer
                        got = ask(
                            address, files[page.name], cookie=cookie, connections=at_once, seconds=5 * seconds
                        )
                    used = cpu_s(pids) - before
                    if got.wrong or not got.requests:
                        raise SystemExit(f"{got.wrong} of {got.requests} answers of {page.name} were no page")
                    client = got.client
                    seen.setdefault((page.name, at_once), []).append(
                        {
                            "per_s": got.per_s,
                            "p50_ms": got.p50_ms,
                            "p95_ms": got.p95_ms,
                            "cpu_ms": 1000 * used / got.requests,
                        }
                    )
    result: dict[str, Any] = {"client": client, "server_workers": WORKERS, "pages": {}}
    for page in every:
        shown: dict[str, Any] = {"queries": queries[page.name]}
        for at_once in CONCURRENT:
            mine, empty = seen[page.name, at_once], seen["empty", at_once]
            shown[f"at_{at_once}"] = {
                **{what: round(statistics.median(one[what] for one in mine), 2) for what in mine[0]},
                "of_empty": round(
                    statistics.median(
                        one["per_s"] / base["per_s"] for one, base in zip(mine, empty, strict=True)
                    ),
                    3,
                ),
                "cpu_of_empty": round(
                    statistics.median(
                        base["cpu_ms"] / one["cpu_ms"] for one, base in zip(mine, empty, strict=True)
                    ),
                    3,
                ),
            }
        result["pages"][page.name] = shown
    return result


def _quiet(pids: list[int], *, seconds: float = 60) -> float:
    """Wait until what the last go left in the queue is answered. Returns the processor time used so far [s]."""
    used, until = cpu_s(pids), time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.3)
        before, used = used, cpu_s(pids)
        if used - before < 0.02:
            break
    return used


def judged(result: dict[str, Any]) -> dict[str, dict[str, bool]]:
    """Which goals each page meets."""
    verdict = {}
    for name, goal in GOAL_RATIO.items():
        page = result["pages"][name]
        verdict[name] = {
            "queries": page["queries"] <= MOST_QUERIES,
            "p95": page["at_16"]["p95_ms"] <= GOAL_P95_MS,
            "of_empty": page["at_16"]["of_empty"] >= goal,
        }
    return verdict


def load_average() -> float:
    """What else this machine was doing: the processes that wanted to run in the last minute."""
    return round(os.getloadavg()[0], 1)
