"""`make bench-recall`: from a lot to its patients among ten million treatments, while others go on working.

    python -m bench.recall [--treatments 10000000] [--database postgres|sqlite|both] [--rounds 300]

PostgreSQL is filled with a tenth of the treatments, measured, filled up and measured again, so that the growth is
seen; SQLite with a tenth of them. The look-ups are those of the pages and of `needlework recall`
(clinic/queries/traces.py), each about another of all lots, while a process of its own writes fifty treatments a second
with the packets used in them, each durable before the next. Counts are compared with a count by another way. The
result goes to build/bench/recall.json.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import databases

if TYPE_CHECKING:
    from .lots import Filled

WRITES_PER_S = 50
GOALS_MS = {"count": 10.0, "first 100": 25.0, "full list": 1000.0}  # p99; the slowest of the full lists
GOAL_GROWTH = 1.3
FAR = 10**12  # primary keys of what is written meanwhile: clear of what is filled in later
RUN = 10_000  # treatments that one run may write
LISTS = 20  # full lists, each a tenth of a second or more
RESULT = databases.BUILD / "recall.json"


def main() -> int:
    """The whole, or with --one a database in a process of its own (settings are read once in a process)."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--treatments", type=int, default=10_000_000)
    asked.add_argument("--database", choices=["postgres", "sqlite", "both"], default="both")
    asked.add_argument("--rounds", type=int, default=300, help="look-ups of each kind")
    asked.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.write:
        _write()
        return 0
    if given.one:
        _one(given)
        return 0
    databases.BUILD.mkdir(parents=True, exist_ok=True)
    whole: dict[str, Any] = {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
        }
    }
    for database in ("postgres", "sqlite") if given.database == "both" else (given.database,):
        subprocess.run(
            [sys.executable, "-m", "bench.recall", "--one", f"--database={database}",
             f"--treatments={given.treatments}", f"--rounds={given.rounds}"],
            check=True, cwd=databases.ROOT, env=os.environ | {"PYTHONPATH": str(databases.ROOT / "src")},
        )  # fmt: skip
        part = _part(database)
        whole[database] = json.loads(part.read_text(encoding="utf-8"))
        part.unlink()
    RESULT.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    _show(whole)
    print(f"Written to {RESULT.relative_to(databases.ROOT)}.")
    return 0


def _part(database: str) -> Path:
    return databases.BUILD / f"part-recall-{database}.json"


def _one(given: argparse.Namespace) -> None:
    """One database: a tenth first, then the whole where that is PostgreSQL."""

    def tell(words: str) -> None:
        print(f"  {given.database}: {words}", file=sys.stderr, flush=True)

    with databases.place(given.database, given.treatments):
        databases.begin()
        from django.core.management import call_command

        from . import lots, pages

        call_command("migrate", verbosity=0)
        filled = lots.begin()
        sizes = [given.treatments // 10, given.treatments][: 2 if given.database == "postgres" else 1]
        runs = []
        for size in sizes:
            lots.extend(filled, size, tell=tell)
            load = pages.load_average()
            runs.append({"load_before": load, **_measure(filled, given.rounds, tell)})
        runs[-1]["opening"] = _open(filled)
        found: dict[str, Any] = {"runs": runs, "goals": _judged(runs)}
        if len(runs) == 2:
            found["growth"] = _growth(*runs)
            found["goals"]["growth"] = all(each <= GOAL_GROWTH for each in found["growth"].values())
        _part(given.database).write_text(json.dumps(found), encoding="utf-8")


def _measure(filled: Filled, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Each look-up, about one lot after another, while the writer writes."""
    from django.conf import settings
    from django.db import connections

    from needlework.clinic.queries import traces

    from . import lots

    dice = random.Random(20260101)
    some = list(range(filled.treatments // lots.LOT_SIZE))
    chosen = [lots.lot_of(dice.choice(some)) for _ in range(rounds)]
    by = filled.by
    looks: dict[str, tuple[list[str], Callable[[str], Any]]] = {
        "count": (chosen, lambda lot: traces.count(by, lot=lot)),
        "first 100": (chosen, lambda lot: traces.first(by, lot=lot)),
        "full list": (chosen[:LISTS], lambda lot: traces.everyone(by, lot=lot)),
    }
    wrong = sum(traces.count(by, lot=lot) != _counted_otherwise(filled, lot) for lot in chosen[:5])
    writer = subprocess.Popen(
        [sys.executable, "-m", "bench.recall", "--write", f"--treatments={filled.treatments}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=databases.ROOT,
    )  # fmt: skip
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(json.dumps({"use": filled.use.pk, "lots": len(some), "run": filled.runs}) + "\n")
    writer.stdin.flush()
    writer.stdout.readline()  # it says when it writes
    gc.collect()
    gc.freeze()  # what was loaded is not looked through again and again, as in a server that has warmed up
    found: dict[str, Any] = {}
    for name, (about, look) in looks.items():
        took = []
        for lot in about:
            begun = time.perf_counter()
            answer = look(lot)
            took.append(1000 * (time.perf_counter() - begun))
        found[name] = _told(took) | {"rows": answer if isinstance(answer, int) else len(answer)}
    gc.unfreeze()
    written = json.loads(writer.communicate("stop\n")[0])
    wrong += sum(traces.count(by, lot=lot) != _counted_otherwise(filled, lot) for lot in chosen[:5])
    connections.close_all()
    tell(f"measured at {filled.treatments:,} treatments")
    return {
        "treatments": filled.treatments,
        "patients": filled.patients,
        "filled_in_s": filled.took_s,
        "database_mb": _size_mb(Path(settings.DATA_DIR)),
        "writes": written,
        "wrong_counts": wrong,
        "look_ups": found,
    }


def _counted_otherwise(filled: Filled, lot: str) -> int:
    """The same count in plain SQL, over the packets instead of the uses."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT t.patient_id) FROM clinic_deviceunit u JOIN clinic_deviceuse d ON d.unit_id = u.id "
            "JOIN clinic_treatment t ON t.id = d.treatment_id WHERE u.clinic_id = %s AND upper(u.lot) = %s",
            [filled.by.clinic_id, lot],
        )
        return int(cursor.fetchone()[0])


def _open(filled: Filled) -> dict[str, Any]:
    """How long opening a recall of one lot takes, with its list of ten thousand."""
    from django.utils import timezone

    from needlework.clinic.actions import recalls
    from needlework.clinic.queries import recalls as queries
    from needlework.clinic.rules.notices import Line

    from . import lots

    at = timezone.now()
    begun = time.perf_counter()
    recall = recalls.open_recall(
        reference="BENCH-1", sender="Bench", reason="Measured", received_at=at, lines=[Line(lot=lots.lot_of(3))],
        by=filled.by, at=at,
    )  # fmt: skip
    opened = time.perf_counter()
    counts = queries.counts(recall)
    page = queries.people(filled.by, recall, state="to-contact")
    shown = time.perf_counter()
    return {
        "patients": counts.patients,
        "open_s": round(opened - begun, 3),
        "page_ms": round(1000 * (shown - opened), 1),
        "on_page": len(page),
    }


def _size_mb(folder: Path) -> int:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0]) // 1_000_000
    return sum(each.stat().st_size for each in folder.glob("needlework.sqlite3*")) // 1_000_000


def _told(took: list[float]) -> dict[str, float]:
    took = sorted(took)
    return {
        "n": len(took),
        "p50_ms": round(statistics.median(took), 2),
        "p99_ms": round(took[min(len(took) - 1, int(len(took) * 0.99))], 2),
        "most_ms": round(took[-1], 2),
    }


def _judged(runs: list[dict[str, Any]]) -> dict[str, bool]:
    last = runs[-1]
    met = {name: last["look_ups"][name]["p99_ms"] <= goal for name, goal in GOALS_MS.items()}
    met["exact"] = not any(run["wrong_counts"] for run in runs)
    met["writes"] = all(run["writes"]["per_s"] >= 0.95 * WRITES_PER_S for run in runs)
    return met


def _growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """What a look-up costs more with ten times the treatments, at the median."""
    return {
        name: round(large["look_ups"][name]["p50_ms"] / small["look_ups"][name]["p50_ms"], 3)
        for name in GOALS_MS
    }


# --- the others, who go on working ---------------------------------------------------------------------
def _write() -> None:
    """Write treatments with the packets used in them, fifty a second, until told to stop."""
    sys.path[:0] = [str(databases.ROOT), str(databases.ROOT / "src")]
    import select

    import django

    django.setup()
    from needlework.clinic.models import DeviceUse

    from . import lots

    asked = json.loads(sys.stdin.readline())
    like = DeviceUse.objects.select_related("treatment", "unit", "patient").get(pk=asked["use"])
    areas = list(like.areas.all())
    dice = random.Random(7)
    took: list[float] = []
    print("writing", flush=True)
    begun = time.perf_counter()
    number = 0
    while not select.select(
        [sys.stdin], [], [], max(0.0, begun + number / WRITES_PER_S - time.perf_counter())
    )[0]:
        if time.perf_counter() < begun + number / WRITES_PER_S:
            continue
        started = time.perf_counter()
        _use_another(like, areas, lots.lot_of(dice.randrange(asked["lots"])), RUN * asked["run"] + number)
        took.append(1000 * (time.perf_counter() - started))
        number += 1
    lasted = time.perf_counter() - begun
    print(json.dumps({"per_s": round(number / lasted, 1), **_told(took)}))


def _use_another(like: Any, areas: list[Any], lot: str, number: int) -> None:
    """One packet of a lot, opened in a treatment of its own and used on the same areas, in one transaction."""
    from django.db import transaction

    with transaction.atomic():
        rows = {}
        for name, row in (("treatment", like.treatment), ("unit", like.unit), ("use", like)):
            facts = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
            del facts["public_id"]
            facts["id"] = FAR + number
            if name == "treatment":
                facts["number"] = number
            if name != "treatment":
                facts["lot"] = lot
            if name == "use":
                facts |= {"treatment_id": rows["treatment"].pk, "unit_id": rows["unit"].pk}
            rows[name] = type(row).objects.create(**facts)
        for area in areas:  # of which there is one
            facts = {field.attname: getattr(area, field.attname) for field in area._meta.concrete_fields}
            del facts["public_id"]
            facts |= {
                "id": FAR + number,
                "treatment_id": rows["treatment"].pk,
                "device_use_id": rows["use"].pk,
            }
            type(area).objects.create(**facts)


def _show(whole: dict[str, Any]) -> None:
    for database in ("postgres", "sqlite"):
        for run in whole.get(database, {}).get("runs", []):
            print(
                f"\n{database}: {run['treatments']:,} treatments, {run['patients']:,} patients, "
                f"{run['database_mb']:,} MB, filled in {run['filled_in_s']} s. Load {run['load_before']} before; "
                f"{run['writes']['per_s']} writes/s meanwhile, p99 {run['writes']['p99_ms']} ms."
            )
            for name, row in run["look_ups"].items():
                print(
                    f"  {name:<10} {row['rows']:>7,} rows   p50 {row['p50_ms']:>8.2f} ms   p99 {row['p99_ms']:>8.2f} ms "
                    f"  most {row['most_ms']:>8.2f} ms   n = {row['n']}"
                )
            if "opening" in run:
                print(
                    f"  opening a recall of {run['opening']['patients']:,} patients: {run['opening']['open_s']} s"
                )
        found = whole.get(database, {})
        if "growth" in found:
            print("  growth: " + ", ".join(f"{name} x{grown}" for name, grown in found["growth"].items()))
        missed = [name for name, met in found.get("goals", {}).items() if not met]
        if found:
            print("  All goals are met." if not missed else f"  Goals missed: {', '.join(missed)}.")


if __name__ == "__main__":
    sys.exit(main())
