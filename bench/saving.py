"""How many treatments are saved in a second, each of them durable before the next.

A save is what the page of the needling sends: a packet opened, three to five areas charted with it, and their trail
lines, in one transaction through `actions.treatments.treat_areas`. Clients are processes that call the action.

    python -m bench.saving TREATMENTS-FILE SECONDS     one client; prints one JSON object
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fill import Filled

CLIENTS = 16
UNITS = 6000
GOAL_PER_S, GOAL_P50_MS = 250.0, 8.0


def measure(filled: Filled, *, seconds: float) -> dict[str, dict[str, float]]:
    """One client alone, then sixteen."""
    from django.conf import settings
    from django.db import connections

    _stock()
    shares = _shares(filled)
    connections.close_all()
    folder = Path(settings.DATA_DIR)
    alone = _together(shares[:1], folder, seconds)
    return {"save alone": alone, "save": _together(shares[1:], folder, seconds)}


def judged(saved: dict[str, Any]) -> dict[str, bool]:
    """Which goals are met."""
    return {
        "per_s": saved["save"]["per_s"] >= GOAL_PER_S,
        "p50 alone": saved["save alone"]["p50_ms"] <= GOAL_P50_MS,
    }


def _stock() -> None:
    """Packets enough for every save."""
    from django.utils import timezone

    from needlework.clinic.models import DeviceUnit

    lived = DeviceUnit.objects.filter(opened_at__isnull=False).select_related("model").order_by("pk").first()
    assert lived is not None
    DeviceUnit.objects.bulk_create(
        (
            DeviceUnit(
                clinic_id=lived.clinic_id, site_id=lived.site_id, model=lived.model, lot="BENCH1",
                expires_on=lived.expires_on, received_at=timezone.now() - timedelta(days=1),
            )
            for _ in range(UNITS)
        ),
        batch_size=500,
    )  # fmt: skip


def _shares(filled: Filled) -> list[list[tuple[str, int]]]:
    """Treatments and packets dealt out to the clients, so that none waits for another's."""
    from needlework.clinic.models import DeviceUnit

    units = list(
        DeviceUnit.objects.filter(lot="BENCH1", opened_at=None).order_by("pk").values_list("pk", flat=True)
    )
    pairs = list(zip(cycle(filled.pages["sitting"]), units, strict=False))
    alone, rest = pairs[: UNITS // 6], pairs[UNITS // 6 :]
    treatments = sorted({treatment for treatment, _ in rest})
    of_client = {treatment: number % CLIENTS for number, treatment in enumerate(treatments)}
    shares: list[list[tuple[str, int]]] = [alone, *([] for _ in range(CLIENTS))]
    for treatment, unit in rest:
        shares[1 + of_client[treatment]].append((treatment, unit))
    return shares


def _together(shares: list[list[tuple[str, int]]], folder: Path, seconds: float) -> dict[str, float]:
    """Run one process for each share, all beginning at the same moment."""
    clients = []
    for number, share in enumerate(shares):
        file = folder / f"save-{number}.json"
        file.write_text(json.dumps(share), encoding="utf-8")
        clients.append(
            subprocess.Popen(
                [sys.executable, "-m", "bench.saving", str(file), str(seconds)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
    for client in clients:
        assert client.stdout is not None
        client.stdout.readline()  # each says when it is ready
    for client in clients:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    found = [json.loads(client.communicate()[0]) for client in clients]
    took = sorted(each for one in found for each in one["took_ms"])
    rates = [len(one["took_ms"]) / one["seconds"] for one in found]
    return {
        "at_once": len(shares),
        "n": len(took),
        "per_s": round(sum(rates), 1),
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(took[int(len(took) * 0.95)], 2),
        "cpu_ms": round(1000 * sum(one["cpu_s"] for one in found) / len(took), 2),
        "queries": found[0]["queries"],
    }


def _client(file: Path, seconds: float) -> None:
    """Save until the time is over, and print how long each took."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from needlework.clinic.actions import treatments as actions
    from needlework.clinic.actions.treatments import AreaDone
    from needlework.clinic.models import DeviceUnit, Treatment
    from needlework.clinic.queries.staff import actor

    share = json.loads(file.read_text(encoding="utf-8"))
    rows = {
        str(row.public_id): row
        for row in Treatment.objects.filter(public_id__in={one for one, _ in share}).select_related(
            "practitioner"
        )
    }
    units = DeviceUnit.objects.in_bulk([pk for _, pk in share])
    first = rows[share[0][0]]
    by = actor(first.practitioner)
    planned = list(first.plan.areas.order_by("pk"))

    def save(number: int) -> None:
        treatment, unit = share[number]
        actions.treat_areas(
            treatment=rows[treatment],
            unit=units[unit],
            areas=[
                AreaDone(row.area, row.indication, Decimal("0.5"), 6, 4, "even-redness")
                for row in planned[: 3 + number % 3]
            ],
            by=by,
            at=timezone.now(),
        )

    with CaptureQueriesContext(connection) as caught:
        save(0)
    save(1)
    print("ready", flush=True)
    sys.stdin.readline()
    took: list[float] = []
    begun, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds and len(took) + 2 < len(share):
        start = time.perf_counter()
        save(len(took) + 2)
        took.append(1000 * (time.perf_counter() - start))
    facts = {"took_ms": took, "seconds": time.perf_counter() - begun, "queries": len(caught)}
    print(json.dumps(facts | {"cpu_s": time.process_time() - used}), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    _client(Path(sys.argv[1]), float(sys.argv[2]))
