"""`make bench`: fill a clinic, measure its pages and how fast treatments are saved.

    python -m bench.run [--patients 10000] [--database sqlite] [--seconds 4] [--rounds 3] [--keep]

With 100 000 patients a run with 10 000 comes first, and the growth from one to the other is reported. The result
goes to build/bench/pages.json (and pages-postgres.json).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import databases

GOAL_GROWTH = 1.3
SMALL, LARGE = 10_000, 100_000


def main() -> int:
    """The whole, or with --one one size in a process of its own (settings are read once in a process)."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--patients", type=int, default=SMALL)
    asked.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked.add_argument("--seconds", type=float, default=4, help="length of one go")
    asked.add_argument("--rounds", type=int, default=3, help="goes of each page; the median counts")
    asked.add_argument(
        "--keep", action="store_true", help="keep the filled SQLite database, and use one that is there"
    )
    asked.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        _one(given)
        return 0
    sizes = [SMALL, given.patients] if given.patients >= LARGE else [given.patients]
    databases.BUILD.mkdir(parents=True, exist_ok=True)
    results = []
    for size in sizes:
        again = [f"--{name}={getattr(given, name)}" for name in ("database", "seconds", "rounds")]
        more = ["--keep"] if given.keep else []
        subprocess.run(
            [sys.executable, "-m", "bench.run", "--one", f"--patients={size}", *again, *more],
            check=True, cwd=databases.ROOT, env=os.environ | {"PYTHONPATH": str(databases.ROOT / "src")},
        )  # fmt: skip
        results.append(json.loads(_part(given.database, size).read_text(encoding="utf-8")))
        _part(given.database, size).unlink()
    whole: dict[str, Any] = {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "database": given.database,
        "runs": results,
    }
    if len(results) == 2:
        whole["growth"] = _growth(*results)
    name = "pages.json" if given.database == "sqlite" else "pages-postgres.json"
    (databases.BUILD / name).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    for each in results:
        _show(each)
    for page, grown in whole.get("growth", {}).items():
        verdict = "" if grown <= GOAL_GROWTH else f"   above the goal of {GOAL_GROWTH}"
        print(f"{page:<10} costs x{grown:.2f} at ten times the data{verdict}")
    print(f"Written to {databases.BUILD.relative_to(databases.ROOT) / name}.")
    return 0


def _part(database: str, patients: int) -> Path:
    return databases.BUILD / f"part-{database}-{patients}.json"


def _one(given: argparse.Namespace) -> None:
    with databases.place(given.database, given.patients, keep=given.keep) as folder:
        databases.begin()
        from . import fill, pages, saving

        told = folder / "filled.json"
        if told.exists():
            filled = fill.Filled(**json.loads(told.read_text(encoding="utf-8")))
        else:
            filled = fill.fill(
                given.patients, tell=lambda words: print(f"  {words}", file=sys.stderr, flush=True)
            )
            told.write_text(json.dumps(dataclasses.asdict(filled)), encoding="utf-8")
        before = pages.load_average()
        result = {
            "patients": filled.patients,
            "treatments": filled.treatments,
            "rows_copied": filled.rows,
            "filled_in_s": filled.took_s,
            "load_before": before,
            **pages.measure(filled, seconds=given.seconds, rounds=given.rounds, folder=folder),
            "saving": saving.measure(filled, seconds=given.seconds),
            "load_after": pages.load_average(),
        }
        result["goals"] = pages.judged(result) | {"saving": saving.judged(result["saving"])}
        _part(given.database, given.patients).write_text(json.dumps(result), encoding="utf-8")


def _growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """What a page costs more with ten times the data, in processor time beside the empty page of the same run."""
    grown = {}
    for name in small["pages"]:
        costs = [
            run["pages"][name]["at_16"]["cpu_ms"] / run["pages"]["empty"]["at_16"]["cpu_ms"]
            for run in (small, large)
        ]
        grown[name] = round(costs[1] / costs[0], 3)
    return grown


def _show(run: dict[str, Any]) -> None:
    print(
        f"\n{run['patients']:,} patients, {run['treatments']:,} treatments, filled in {run['filled_in_s']} s. "
        f"Load of the machine {run['load_before']} before, {run['load_after']} after; asked by {run['client']}."
    )
    head = f"{'page':<10} {'queries':>7}  {'at once':>7} {'per s':>8} {'p50 ms':>8} {'p95 ms':>8} {'of empty':>9} {'CPU ms':>7} {'of empty, CPU':>14}"
    print(head)
    for name, page in run["pages"].items():
        for at_once in (1, 16):
            row = page[f"at_{at_once}"]
            print(
                f"{name:<10} {page['queries']:>7}  {at_once:>7} {row['per_s']:>8.1f} {row['p50_ms']:>8.1f} "
                f"{row['p95_ms']:>8.1f} {row['of_empty']:>9.3f} {row['cpu_ms']:>7.2f} {row['cpu_of_empty']:>14.3f}"
            )
    saved = run["saving"]
    for name, row in saved.items():
        print(
            f"{name:<10} {row['queries']:>7}  {row['at_once']:>7} {row['per_s']:>8.1f} {row['p50_ms']:>8.1f} "
            f"{row['p95_ms']:>8.1f} {'':>9} {row['cpu_ms']:>7.2f}   n = {row['n']}"
        )
    missed = [
        f"{page}: {what}" for page, goals in run["goals"].items() for what, met in goals.items() if not met
    ]
    print("All goals are met." if not missed else "Goals missed: " + "; ".join(missed) + ".")


if __name__ == "__main__":
    sys.exit(main())
