"""Kill the server again and again while treatments are saved: `make torture`, or `python bench/torture.py --kills 100`.

Two savers record treatments through the actions (charted, given aftercare, signed), and two clients register patients
over HTTP with a real server, whose worker seals the trail. Whatever was acknowledged is noted. At a random moment the
server and the savers get SIGKILL, all at once. In the end every acknowledged save must be there, whole, and the trail
must verify. `--postgres` does the same on a PostgreSQL server of its own, with fsync on.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

SAVERS, CLIENTS = 2, 2
CSRF = "t" * 32


# --- The saver: a process which records treatments, and says so after each commit -----------------------
def save_treatments(number: int) -> None:
    """Record, care for and sign treatments until killed; print one line for everything that was committed."""
    import django

    django.setup()
    from datetime import timedelta

    from django.utils import timezone

    from needlework.clinic.actions import devices, late_entries, treatments
    from needlework.clinic.models import DeviceModel, DeviceUnit, Plan, Site, Staff
    from needlework.clinic.queries.staff import actor

    lead = Staff.objects.get(email="lead@demo.example")
    by = actor(lead)
    plan = list(Plan.objects.order_by("course_id", "-version").select_related("course"))[number]
    row = plan.areas.get(pk=plan.areas.order_by("pk").values_list("pk", flat=True)[0])
    site = Site.objects.filter(clinic=lead.clinic).order_by("pk")[0]
    model = DeviceModel.objects.get(pk=row.device_model_id)
    lot = f"TORTURE{number}"
    while True:
        now = timezone.now()
        free = DeviceUnit.objects.filter(lot=lot, opened_at=None, discarded_at=None).order_by("pk")
        units = list(free[:50])
        if not units:
            devices.receive(
                site=site, model=model, lot=lot, expires_on=now.date() + timedelta(days=300), quantity=50,
                by=by, at=now,
            )  # fmt: skip
            continue
        for unit in units:
            now = timezone.now()
            area = late_entries.LateArea(
                area=row.area,
                indication=row.indication,
                needle_mm=row.needle_mm,
                passes=row.passes,
                unit=unit,
            )
            done = late_entries.record_late(
                course=plan.course, practitioner=lead, site=site, happened_at=now - timedelta(minutes=3),
                ended_at=now - timedelta(minutes=2), areas=[area], because="Written up by the torture bench.",
                pain=3, redness="mild", sharps_container="T-1", by=by, at=now,
            )  # fmt: skip
            print(f"saved {done.public_id} {unit.pk}", flush=True)
            done = treatments.give_aftercare(treatment=done, by=by, at=timezone.now())
            treatments.sign(treatment=done, by=by, at=timezone.now(), identified=True)
            print(f"signed {done.public_id}", flush=True)


# --- What was acknowledged ------------------------------------------------------------------------------
class Noted:
    """Everything that was acknowledged, by kind."""

    def __init__(self) -> None:
        self.saved: dict[str, int] = {}
        self.signed: set[str] = set()
        self.patients: set[str] = set()
        self.lock = threading.Lock()

    def listen(self, pipe: IO[str]) -> None:
        """Read a saver's lines until its pipe ends. A last line without its end was not acknowledged."""
        for line in pipe:
            if not line.endswith("\n"):
                continue
            word, *facts = line.split()
            with self.lock:
                if word == "saved":
                    self.saved[facts[0]] = int(facts[1])
                elif word == "signed":
                    self.signed.add(facts[0])


def register_patients(port: int, session: str, noted: Noted, stop: threading.Event, seed: int) -> None:
    """Register one patient after the other over HTTP; note each whose answer arrived."""
    dice = random.Random(seed)
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    while not stop.is_set():
        name = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(14)).capitalize()
        born = {
            "born_on_day": dice.randint(1, 28),
            "born_on_month": dice.randint(1, 12),
            "born_on_year": dice.randint(1940, 2000),
        }
        form = {
            "csrfmiddlewaretoken": CSRF,
            "given_name": "Ada",
            "family_name": name,
            "sex": "x",
            "email": f"{name.lower()}@patient.example",
            **born,
        }
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", "/patients/new/", urlencode(form), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status in {302, 303}:
                with noted.lock:
                    noted.patients.add(name)
            elif answer.status != 500:
                raise SystemExit(f"the server answered {answer.status} to a new patient")
            connection.close()
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)


# --- Killing --------------------------------------------------------------------------------------------
def answers(port: int) -> bool:
    """Whether the server serves a page."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/accounts/login/")
        found = connection.getresponse().status == 200
        connection.close()
    except (OSError, http.client.HTTPException):
        return False
    return found


def one_life(port: int, session: str, noted: Noted, dice: random.Random, environment: dict[str, str]) -> None:
    """Start server and savers, let them work for a random moment, and kill them all.

    The savers begin when the server answers: they would only hold up its start.
    """
    stop, before = threading.Event(), len(noted.saved)
    running: list[subprocess.Popen[str]] = []
    threads: list[threading.Thread] = []
    with open(Path(environment["NEEDLEWORK_DATA"]) / "server.log", "ab") as log:

        def start(*command: str) -> subprocess.Popen[str]:
            out = subprocess.PIPE if "--saver" in command else log
            running.append(
                subprocess.Popen(
                    [sys.executable, *command], env=environment, stdout=out, stderr=log, text=True,
                    start_new_session=True,
                )
            )  # fmt: skip
            return running[-1]

        try:
            start("-m", "needlework.cli", "serve", "--port", str(port), "--workers", "1")
            _wait_until(lambda: answers(port), running, environment)
            for number in range(SAVERS):
                saver = start(__file__, "--saver", str(number))
                threads.append(threading.Thread(target=noted.listen, args=(saver.stdout,)))
            for _ in range(CLIENTS):
                given = (port, session, noted, stop, dice.getrandbits(60))
                threads.append(threading.Thread(target=register_patients, args=given))
            for thread in threads:
                thread.start()
            _wait_until(lambda: len(noted.saved) > before, running, environment)
            time.sleep(dice.uniform(0.0, 2.0))
        finally:
            for process in running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            stop.set()
            for thread in threads:
                thread.join()


def _wait_until(
    done: Callable[[], bool], running: list[subprocess.Popen[str]], environment: dict[str, str]
) -> None:
    """Wait, two minutes at most; whoever ends by itself ends it all."""
    until = time.monotonic() + 120
    while not done():
        if time.monotonic() > until or any(process.poll() is not None for process in running):
            raise SystemExit(
                "something ended by itself, or hung; see server.log:\n" + _end_of_log(environment)
            )
        time.sleep(0.05)


def _end_of_log(environment: dict[str, str]) -> str:
    return (Path(environment["NEEDLEWORK_DATA"]) / "server.log").read_text(errors="replace")[-3000:]


# --- What is there --------------------------------------------------------------------------------------
def count_losses(noted: Noted) -> dict[str, int]:
    """What was acknowledged and is not there, or not whole."""
    from django.db import connection

    from needlework.clinic.models import AuditEvent, DeviceUse, Patient, Treatment

    connection.close()
    treatments = {
        str(one.public_id): one for one in Treatment.objects.prefetch_related("areas", "device_uses")
    }
    families = set(Patient.objects.values_list("family_name", flat=True))
    lines = {
        (str(about), event)
        for about, event in AuditEvent.objects.filter(about="Treatment").values_list("about_id", "event")
    }
    lost = {
        "treatments": 0,
        "not whole": 0,
        "signatures": 0,
        "patients": 0,
        "trail lines": 0,
        "units used twice": 0,
    }
    for public_id, unit in noted.saved.items():
        one = treatments.get(public_id)
        if one is None:
            lost["treatments"] += 1
            continue
        if not one.areas.all() or [use.unit_id for use in one.device_uses.all()] != [unit]:
            lost["not whole"] += 1
        lost["trail lines"] += (public_id, "treatment-recorded-late") not in lines
    for public_id in noted.signed:
        one = treatments.get(public_id)
        lost["signatures"] += one is None or one.signed_at is None
        lost["trail lines"] += (public_id, "treatment-signed") not in lines
    lost["patients"] = len(noted.patients - families)
    used = list(DeviceUse.objects.filter(returned_at=None).values_list("unit_id", flat=True))
    lost["units used twice"] = len(used) - len(set(used))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            lost["damaged pages"] = int(cursor.fetchone()[0] != "ok")
    return lost


def verify(environment: dict[str, str]) -> dict[str, object]:
    """The trail's own word."""
    done = subprocess.run(
        [sys.executable, "-m", "needlework.cli", "trail", "verify", "--json"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


def log_in() -> str:
    """A session of the front desk, as after a log-in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from needlework.clinic.models import Staff

    desk = Staff.objects.get(email="desk@demo.example")
    session = SessionStore()
    session[SESSION_KEY] = str(desk.pk)
    session[BACKEND_SESSION_KEY] = "needlework.web.staff_accounts.StaffBackend"
    session[HASH_SESSION_KEY] = desk.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def main() -> None:
    """Run it, print the counts, and end with 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--saver", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.saver is not None:
        save_treatments(asked.saver)
        return
    folder = tempfile.mkdtemp(prefix="needlework-torture-")
    cluster = None
    os.environ.update(
        NEEDLEWORK_DATA=folder,
        NEEDLEWORK_DEMONSTRATION="yes",
        NEEDLEWORK_EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        DJANGO_SETTINGS_MODULE="needlework.config.settings",
    )
    os.environ.pop("DATABASE_URL", None)
    try:
        if asked.postgres:
            from tests.postgres import Server

            cluster = Server()
            cluster.start(durable=True)
            os.environ["DATABASE_URL"] = cluster.url
        sys.exit(torture(asked.kills, asked.seed))
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def torture(kills: int, seed: int) -> int:
    """All the kills, with a look at the trail after every ten."""
    environment = dict(os.environ)
    subprocess.run(
        [sys.executable, "-m", "needlework.cli", "demo"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    import django

    django.setup()
    from django.db import connection

    session, dice, noted, broken, completed = log_in(), random.Random(seed), Noted(), 0, 0
    connection.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.monotonic()
    for kill in range(1, kills + 1):
        one_life(port, session, noted, dice, environment)
        if kill % 10 == 0 or kill == kills:
            found = verify(environment)
            broken += not found["holds"]
            completed += int(str(found["completed"]) != "0")
            print(
                f"{kill:4} kills, {time.monotonic() - begun:5.0f} s: acknowledged {len(noted.saved)} treatments, "
                f"{len(noted.signed)} signatures, {len(noted.patients)} patients; the trail "
                f"{'holds' if found['holds'] else 'DOES NOT HOLD'} ({found['lines']} sealed lines, "
                f"{found['unsealed']} were waiting).",
                flush=True,
            )
    lost = count_losses(noted)
    print(
        f"Database: {connection.vendor}. Killed {kills} times. Lost: {json.dumps(lost)}. Trail broken: {broken} times."
    )
    print("Batches found in the anchor file only, and completed by verify:", completed)
    good = not any(lost.values()) and not broken and len(noted.saved) > kills and bool(noted.patients)
    print(
        "Nothing acknowledged was lost." if good else "SOMETHING WAS LOST, or too little was saved to tell."
    )
    return 0 if good else 1


if __name__ == "__main__":
    main()
