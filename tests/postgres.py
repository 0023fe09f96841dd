"""A PostgreSQL server of the test run's own: made in a temporary folder, gone when the run ends."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


class NotInstalled(Exception):
    """There is no PostgreSQL on this machine."""


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    raise NotInstalled(
        f"PostgreSQL is not installed ({name} was not found), so nothing was run on it. "
        "Install the package postgresql and run the tests again."
    )


class Server:
    """One server, reached by a socket in its own folder."""

    def __init__(self) -> None:
        self._initdb, self._postgres = _program("initdb"), _program("postgres")
        self.folder = Path(tempfile.mkdtemp(prefix="needlework-pg-", dir="/tmp"))
        self._as: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError as error:
                raise NotInstalled(
                    "PostgreSQL does not run as root, and this machine has no user `postgres`."
                ) from error
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as = ["runuser", "-u", "postgres", "--"]

    @property
    def url(self) -> str:
        """What DATABASE_URL has to say."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self, *, durable: bool = False) -> None:
        """Make the cluster and wait until it answers. `durable` keeps fsync on, as a clinic would."""
        data = str(self.folder / "data")
        subprocess.run(
            [*self._as, self._initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "fsync": "on" if durable else "off",
            "synchronous_commit": "on" if durable else "off",
            "full_page_writes": "on" if durable else "off",
            "timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                [*self._as, self._postgres, "-D", data, *options], stdout=log, stderr=log, cwd="/"
            )
        for _ in range(200):
            if (self.folder / ".s.PGSQL.5432").exists() and self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it at once and remove its folder."""
        pid = self.folder / "data" / "postmaster.pid"
        if self._process is not None and self._process.poll() is None:
            if pid.exists():  # SIGQUIT: nothing in it is wanted any more
                os.kill(int(pid.read_text().split()[0]), 3)
            else:
                self._process.terminate()
            self._process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
