"""`needlework sweep`: the puncture fields of many combinations, on all cores or on a cluster, into one table."""

import importlib.util
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from needlework.cli import sweep_parts
from needlework.skin import sweeps
from needlework.skin.sweeps import SweepError

app = typer.Typer(no_args_is_help=True)

INSTALL = "Install the extra “sweep”: make extras, or pip install needlework[sweep]."


@app.command("sweep")
def sweep(
    spec: Annotated[Path, typer.Argument(help="TOML file with devices, passes and hands to combine.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    workers: Annotated[
        int | None, typer.Option(help="Processes; as many as there are cores if not given.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask.distributed scheduler, as in tcp://10.0.0.5:8786.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw and measure every combination of devices, passes and hands: one row each, in one Parquet file.

    Stop it whenever you like: what was computed is kept beside the result, and the same command goes on from there. The
    rows are the same whatever the workers.
    """
    try:
        asked = sweeps.of_spec(_read(spec))
        _check_installed("pyarrow", *(["distributed"] if scheduler else []))
        if workers is not None and not 1 <= workers <= 1024:
            raise SweepError(f"--workers is {workers}: it must be 1 to 1024.")
        if not out.parent.is_dir():
            raise SweepError(f"There is no folder {out.parent}: make it, or choose another --out.")
        held = sweep_parts.finished(asked, out)
        if held is None:
            computed = (
                partial(sweep_parts.on_cluster, asked, address=scheduler)
                if scheduler
                else partial(sweep_parts.here, asked, workers=workers or os.cpu_count() or 1)
            )
            with _bar(asked.size) as after_each:
                count = sweep_parts.run(asked, out, computed, after_each)
        else:
            count = held
    except SweepError as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(2) from None
    if as_json:
        answer = {"rows": count, "out": str(out), "computed": held is None, "fingerprint": asked.fingerprint}
        print(json.dumps(answer, ensure_ascii=False))
    elif held is None:
        print(f"{count:,} rows are in {out}.")
    else:
        print(f"{out} is the result of this sweep already, with {count:,} rows.")


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SweepError(f"{path} is no TOML file: {wrong}.") from wrong


def _check_installed(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise SweepError(f"A sweep needs {module}, which is not installed. {INSTALL}")


@contextmanager
def _bar(rows: int) -> Iterator[Callable[[int], None]]:
    """What to tell how many rows there are; a bar on a terminal's stderr."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Rows", total=rows)
        yield lambda done: bar.update(task, completed=done)
