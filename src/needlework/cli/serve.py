"""`needlework serve`: the pages by granian, and beside them the worker which seals the trail and sends mail."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from . import record
from .main import REFUSED

app = typer.Typer()
log = logging.getLogger("needlework.worker")

SEAL_EVERY_S = 2.0
SEND_EVERY_S = 10.0
TIDY_EVERY_S = 3600.0


@app.command()
def serve(
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer pages. Default: one per core.")] = None,
) -> None:  # fmt: skip
    """Serve the clinic's pages, and keep the trail sealed. Refuses to start while something is not in order."""
    at = record.begin()
    from needlework.clinic.actions import reading

    _refuse_if_not_in_order()
    for by in record.actors(None, None):
        reading.note(event="command-run", by=by, at=at, detail={"command": "serve", "port": port})
    print(f"Needlework is served on http://{address}:{port}. Stop it with Ctrl+C.", flush=True)
    run_server(address=address, port=port, workers=workers)


def _refuse_if_not_in_order() -> None:
    from django.core import checks

    found = [
        one for one in checks.run_checks(tags=["startup"], include_deployment_checks=True) if one.is_serious()
    ]
    if found:
        for message in found:
            print(message.msg, file=sys.stderr)
        raise typer.Exit(REFUSED)


def run_server(*, address: str, port: int, workers: int | None) -> None:
    """Serve until told to stop. The worker process is started again should it ever end."""
    from django.conf import settings
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    _refuse_if_not_in_order()
    collect_static(Path(settings.STATIC_ROOT))
    with serving_lock(Path(settings.DATA_DIR)):
        connections.close_all()
        stop = threading.Event()
        keeper = threading.Thread(target=_keep_worker, args=(stop,), daemon=True)
        keeper.start()
        server = Granian(
            "needlework.config.wsgi:application",
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers or os.cpu_count() or 1,
            blocking_threads=1,
            respawn_failed_workers=True,
            workers_kill_timeout=10,
            log_level=LogLevels.warning,
        )
        try:
            server.serve()
        finally:
            stop.set()
            keeper.join(timeout=10)


@contextlib.contextmanager
def serving_lock(folder: Path) -> Iterator[None]:
    """Only one server on one data folder; `restore` asks for the same lock."""
    with open(folder / "serving.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"A server is running on the data folder {folder}. Stop it first.", file=sys.stderr)
            raise typer.Exit(REFUSED) from None
        yield


def _keep_worker(stop: threading.Event) -> None:
    while not stop.is_set():
        worker = subprocess.Popen(
            [sys.executable, "-m", "needlework.cli", "work", "--parent", str(os.getpid())]
        )
        while worker.poll() is None and not stop.wait(0.2):
            pass
        if worker.poll() is None:
            worker.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(timeout=8)
            worker.kill()
            worker.wait()
        elif stop.wait(2.0):  # do not spin when it cannot start
            return


def collect_static(target: Path) -> bool:
    """Gather styles, scripts and pictures where they are served from. Quick when nothing changed."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    state = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            state.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = target / ".collected"
    if stamp.exists() and stamp.read_text() == state.hexdigest():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state.hexdigest())
    return True


@app.command()
def work(
    parent: Annotated[int | None, typer.Option(help="End when this process is no longer there.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do everything once, and end.")] = False,
) -> None:
    """Seal the trail every two seconds, send what waits, and clear old sessions, until told to stop."""
    record.begin()
    stop = threading.Event()
    for number in () if once else (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    from django.db import close_old_connections

    from needlework.clinic.actions.trail import Sealer

    sealer: Sealer | None = None
    due = {"send": 0.0, "tidy": 0.0, "complain": 0.0}
    while True:
        now = time.monotonic()
        close_old_connections()
        try:
            sealer = sealer or Sealer()
            sealer.seal(at=record.now())
            if now >= due["send"]:
                due["send"] = now + SEND_EVERY_S
                _send()
            if now >= due["tidy"]:
                due["tidy"] = now + TIDY_EVERY_S
                _tidy()
        except Exception as wrong:
            sealer = None
            if now >= due["complain"]:
                due["complain"] = now + 60
                log.error("%s", wrong, exc_info=not hasattr(wrong, "code"))
        gone = parent is not None and os.getppid() != parent
        if once or gone or stop.wait(SEAL_EVERY_S):
            return


def _send() -> None:
    from needlework.clinic.actions import messages

    messages.send_waiting(at=record.now())


def _tidy() -> None:
    from django.core.management import call_command

    call_command("clearsessions", verbosity=0)
