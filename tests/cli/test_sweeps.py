"""`needlework sweep`: the same rows however it is run, stopped, killed and run again."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from needlework.cli import sweep_parts
from needlework.cli.sweeps import app
from needlework.skin import sweeps

SPEC = """
devices = ["dermaroller-mf-8", "dermaroller-ms-4"]
passes = [1, 2, 3, 4, 6, 8, 10, 12, 15]
hands = { angle_sd_deg = [0, 2, 4, 6, 8], lateral_sd_mm = [0, 1, 2, 3] }
zone_cm = [4, 4]
coverage = false
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.toml"
    path.write_text(SPEC)
    return path


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    sweep = sweeps.of_spec(tomllib.loads(SPEC))
    return sweeps.rows(sweep, 0, sweep.size)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "needlework.cli", "sweep", *words]


def test_the_rows_are_the_same_whatever_the_workers(
    spec: Path, tmp_path: Path, truth: list[dict[str, Any]]
) -> None:
    for workers in ("1", "3"):
        out = tmp_path / f"by-{workers}.parquet"
        code, said, err = run(str(spec), "--out", str(out), "--workers", workers, "--json")
        assert (code, err) == (0, "")
        assert json.loads(said)["rows"] == 360
        assert rows(out) == truth
        assert not out.with_name(out.name + ".parts").exists()


def test_a_killed_sweep_goes_on_without_repeating_or_losing_a_row(spec: Path, tmp_path: Path) -> None:
    spec.write_text(SPEC.replace("coverage = false", "coverage = true").replace("[0, 1, 2, 3]", "[3]"))
    out = tmp_path / "killed.parquet"
    folder = tmp_path / "killed.parquet.parts"
    going = subprocess.Popen(command(str(spec), "--out", str(out), "--workers", "2"), start_new_session=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and len(list(folder.glob("*.json"))) < 1:
        time.sleep(0.02)
    os.kill(going.pid, signal.SIGKILL)
    going.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json")}
    assert 1 <= len(kept) < 5
    assert not out.exists()
    # Its workers end by themselves.
    for _ in range(200):
        if not _group(going.pid):
            break
        time.sleep(0.05)
    assert _group(going.pid) == []
    (folder / "000004.json.77.new").write_text("[torn")

    asked: list[int] = []

    def computed(parts: list[int]) -> Iterator[tuple[int, list[sweeps.Row]]]:
        asked.extend(parts)
        for part in parts:
            assert {name: (folder / name).stat().st_mtime_ns for name in kept} == kept
            yield part, sweep_parts.compute(sweep, part)

    sweep = sweeps.of_spec(tomllib.loads(spec.read_text()))
    told: list[int] = []
    assert sweep_parts.run(sweep, out, computed, told.append) == 90
    assert {f"{part:06}.json" for part in asked}.isdisjoint(kept)
    assert len(asked) == 5 - len(kept)
    assert told[0] == 20 * len(kept)
    assert told[-1] == 90
    found = rows(out)
    assert [row["number"] for row in found] == list(range(90))
    bare = list(sweeps.COLUMNS)[:13]
    plain = sweeps.rows(dataclasses.replace(sweep, coverage=False), 0, sweep.size)
    assert [[row[name] for name in bare] for row in found] == [[row[name] for name in bare] for row in plain]


def _group(leader: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_a_cluster_gives_the_same_rows(spec: Path, tmp_path: Path, truth: list[dict[str, Any]]) -> None:
    where = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-dashboard"]
    started = [
        subprocess.Popen([*dask, "--no-dashboard", "--scheduler-file", str(where)], **quiet)  # type: ignore[call-overload]
    ]
    try:
        until = time.monotonic() + 60
        while not where.exists() and time.monotonic() < until:
            time.sleep(0.05)
        words = ["--scheduler-file", str(where), "--local-directory", str(tmp_path)]
        started.append(subprocess.Popen([*worker, *words], **quiet))  # type: ignore[call-overload]
        address = json.loads(where.read_text())["address"]
        out = tmp_path / "cluster.parquet"
        done = subprocess.run(
            command(str(spec), "--out", str(out), "--scheduler", address),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert rows(out) == truth
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_result_that_is_there_is_not_computed_again(spec: Path, tmp_path: Path) -> None:
    spec.write_text('devices = ["dermaroller-mf-8"]\npasses = [1, 2]\ncoverage = false\n')
    out = tmp_path / "done.parquet"
    assert run(str(spec), "--out", str(out), "--workers", "1")[1] == f"2 rows are in {out}.\n"
    before = out.stat().st_mtime_ns
    code, said, _ = run(str(spec), "--out", str(out))
    assert (code, said) == (0, f"{out} is the result of this sweep already, with 2 rows.\n")
    assert out.stat().st_mtime_ns == before
    spec.write_text('devices = ["dermaroller-mf-8"]\npasses = [1, 3]\ncoverage = false\n')
    code, _, err = run(str(spec), "--out", str(out))
    assert code == 2
    assert "is not the result of this sweep" in err


def test_parts_of_another_sweep_are_not_mixed_in(spec: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out.parquet.parts"
    folder.mkdir()
    (folder / "sweep").write_text("0123456789abcdef")
    code, _, err = run(str(spec), "--out", str(tmp_path / "out.parquet"))
    assert code == 2
    assert "holds parts of another sweep" in err


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("devices = [", (), "is no TOML file"),
        ("passes = [1]", (), "Say which devices"),
        (SPEC, ("--workers", "0"), "--workers is 0"),
        (SPEC, ("--scheduler", "tcp://127.0.0.1:9"), "No scheduler answers at tcp://127.0.0.1:9"),
    ],
)
def test_bad_input_is_one_sentence(
    spec: Path, tmp_path: Path, text: str, words: tuple[str, ...], said: str
) -> None:
    spec.write_text(text)
    done = subprocess.run(
        command(str(spec), "--out", str(tmp_path / "x.parquet"), *words),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_folder_and_a_missing_file_are_said(spec: Path, tmp_path: Path) -> None:
    code, _, err = run(str(spec), "--out", str(tmp_path / "no" / "x.parquet"))
    assert code == 2
    assert "There is no folder" in err


def test_without_the_extra_the_command_says_what_to_install(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    code, _, err = run(str(spec), "--out", str(tmp_path / "x.parquet"))
    assert code == 2
    assert err == (
        "A sweep needs pyarrow, which is not installed. "
        "Install the extra “sweep”: make extras, or pip install needlework[sweep].\n"
    )
