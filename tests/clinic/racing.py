"""Workers that reach for packets, each a process of its own; one is killed while it holds a transaction open.

As a program: `python -m tests.clinic.racing` takes the race as JSON on its standard input and prints how it went.
It forks its workers itself, as it has neither threads nor an open connection then.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
HELD_FOR_S = 0.5  # time enough for the others to queue up behind the transaction of the one that is killed


@dataclass(frozen=True)
class Race:
    """Who reaches for what: rows of the test's database by their keys."""

    database: str
    staff: list[int]
    treatments: list[int]
    units: list[int]
    workers: int
    attempts: int  # of all workers together
    kill_one: bool
    at: str

    def run(self) -> dict[str, int]:
        """Run it in a program of its own, on the database which this process is configured for."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.clinic.racing"],
            input=json.dumps(asdict(self)),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        answers: dict[str, int] = json.loads(done.stdout)
        return answers


def _use(race: Race, *, worker: int, units: list[int]) -> list[str]:
    from needlework.clinic import errors
    from needlework.clinic.actions import treatments as actions
    from needlework.clinic.models import DeviceUnit, Staff, Treatment
    from needlework.clinic.queries.staff import actor

    own = worker % len(race.treatments)
    treatment = Treatment.objects.get(pk=race.treatments[own])
    by = actor(Staff.objects.get(pk=race.staff[own]))
    at = datetime.fromisoformat(race.at)
    answers = []
    for unit in units:
        try:
            actions.use_device(treatment=treatment, unit=DeviceUnit.objects.get(pk=unit), by=by, at=at)
        except errors.DeviceAlreadyUsed as refused:
            answers.append(refused.code)
        else:
            answers.append("opened")
    return answers


def _attempts(race: Race, worker: int) -> list[int]:
    """The packets this worker reaches for: over all workers each packet as often as any other."""
    each = [race.units[number % len(race.units)] for number in range(race.attempts)]
    random.Random(7).shuffle(each)
    return each[worker :: race.workers]


def _work(race: Race, worker: int, gate: Barrier, tell: Connection) -> None:
    gate.wait(60)
    tell.send(_use(race, worker=worker, units=_attempts(race, worker)))


def _hold(race: Race, worker: int, gate: Barrier, holds: Event) -> None:
    """Open a packet, and stay in the transaction until the kill comes."""
    from django.db import transaction

    with transaction.atomic():
        answers = _use(race, worker=worker, units=race.units[:1])
        if answers != ["opened"]:
            raise RuntimeError(answers)
        holds.set()
        gate.wait(60)
        time.sleep(600)


def _go(race: Race) -> dict[str, int]:
    fork: Any = multiprocessing.get_context("fork")
    gate = fork.Barrier(race.workers + 1 + race.kill_one)
    holder, holds = None, fork.Event()
    if race.kill_one:
        holder = fork.Process(target=_hold, args=(race, race.workers, gate, holds))
        holder.start()
        if not holds.wait(60):
            raise RuntimeError("nobody held a transaction")
    hears, processes = [], []
    for worker in range(race.workers):
        hear, tell = fork.Pipe(duplex=False)
        process = fork.Process(target=_work, args=(race, worker, gate, tell))
        process.start()
        tell.close()
        hears.append(hear)
        processes.append(process)
    gate.wait(60)
    answers: Counter[str] = Counter()
    if holder is not None:
        time.sleep(HELD_FOR_S)
        early = sum(hear.poll() for hear in hears)
        os.kill(holder.pid, signal.SIGKILL)
        holder.join()
        answers["killed"] = int(holder.exitcode == -signal.SIGKILL)
        answers["finished-before-the-kill"] = early
    for hear in hears:
        answers.update(hear.recv())  # EOFError if the worker failed: its traceback stands on stderr
    for process in processes:
        process.join()
    return dict(answers)


def _main() -> None:
    race = Race(**json.load(sys.stdin))
    os.environ["DJANGO_SETTINGS_MODULE"] = "needlework.config.settings"
    import django
    from django.conf import settings

    database = settings.DATABASES["default"]
    database["NAME"] = race.database
    if "init_command" in database["OPTIONS"]:  # the test's database need not survive a power cut
        command = database["OPTIONS"]["init_command"]
        database["OPTIONS"]["init_command"] = command.replace("synchronous=FULL", "synchronous=OFF")
    django.setup()
    _load()
    json.dump(_go(race), sys.stdout)


def _load() -> None:
    """Import once what every worker needs: fifty of them would do it fifty times."""
    for name in ("needlework.clinic.actions.treatments", "needlework.clinic.queries.staff"):
        importlib.import_module(name)


if __name__ == "__main__":
    _main()
