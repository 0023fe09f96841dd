"""A real server on a throwaway data folder: filled, started, killed and started again by the tests.

As a program: `python -m tests.browser.serving fill FOLDER MOMENT` and `... serve FOLDER PORT`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

from . import clock

ROOT = Path(__file__).resolve().parent.parent.parent
START_WITHIN_S = 60
FILL_WITHIN_S = 240


class Served:
    """One data folder and the server on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def now(self) -> datetime:
        """What time it is for its pages."""
        return clock.read(self.folder)

    def go_to(self, moment: datetime) -> None:
        """Time passes."""
        clock.write(self.folder, moment)

    def start(self) -> None:
        """Serve, and wait until the log-in page answers."""
        with open(self.folder / "server.log", "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.serving", "serve", str(self.folder), str(self.port)],
                cwd=ROOT,
                env=_environment(self.folder),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"The server did not start:\n{self.log()[-3000:]}")

    def _answers(self) -> bool:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asked.request("GET", "/accounts/login/")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()

    def kill(self) -> None:
        """SIGKILL, to the whole group: nothing is said goodbye to."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `needlework` on this folder."""
        return subprocess.run(
            [sys.executable, "-m", "needlework.cli", *words],
            cwd=ROOT,
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def log(self) -> str:
        """What the server complained about."""
        return (self.folder / "server.log").read_text()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEEDLEWORK_", "DATABASE_"))
    }
    return {
        **kept,
        "NEEDLEWORK_DATA": str(folder),
        "NEEDLEWORK_DEMONSTRATION": "yes",
        "DJANGO_SETTINGS_MODULE": "needlework.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }


@contextlib.contextmanager
def filled_once(folder: Path, moment: datetime) -> Iterator[Path]:
    """The folder of a demonstration clinic, filled by whichever worker comes first."""
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / clock.FILE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            subprocess.run(
                [sys.executable, "-m", "tests.browser.serving", "fill", str(folder), moment.isoformat()],
                cwd=ROOT,
                env=_environment(folder),
                check=True,
                timeout=FILL_WITHIN_S,
            )
            clock.write(folder, moment)
        yield folder


# --- The two programs ---------------------------------------------------------------------------------
def _fill(moment: datetime) -> None:
    import django
    from django.conf import settings

    database = settings.DATABASES["default"]["OPTIONS"]
    database["init_command"] = database["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    django.setup()
    from django.core.management import call_command

    from needlework.clinic import reference
    from needlework.clinic.demo import story
    from needlework.clinic.queries import operators

    call_command("migrate", verbosity=0)
    reference.load_devices(by=operators.nobody("tests"), at=moment)
    story.fill(at=moment)


def _serve(port: int) -> None:
    import django
    from django.conf import settings

    django.setup()
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from needlework.cli.serve import collect_static

    collect_static(Path(settings.STATIC_ROOT))
    connections.close_all()
    Granian(
        "tests.browser.door:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        _fill(datetime.fromisoformat(sys.argv[3]))
    else:
        _serve(int(sys.argv[3]))
