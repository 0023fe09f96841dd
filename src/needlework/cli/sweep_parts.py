"""The parts of a sweep that is being run: what was computed stays, whoever is killed when.

Each part is a file of its own in a folder beside the result, whole or absent (written under another name, flushed to
the disk, renamed). At the end they become one Parquet file, also whole or absent, and the folder goes.
"""

import importlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Final

from needlework.skin import sweeps
from needlework.skin.sweeps import Row, Sweep, SweepError

PART_ROWS: Final = 20
"""Rows of a part: at most so many times the number of workers are lost by a kill, and computed again."""


class Parts:
    """The folder of parts of one sweep. Raises `SweepError` when it holds those of another."""

    def __init__(self, sweep: Sweep, out: Path) -> None:
        self.sweep, self.out = sweep, out
        self.folder = out.with_name(out.name + ".parts")
        self.folder.mkdir(parents=True, exist_ok=True)
        owner = self.folder / "sweep"
        if not owner.exists():
            _write(owner, sweep.fingerprint)
        if owner.read_text() != sweep.fingerprint:
            raise SweepError(
                f"{self.folder} holds parts of another sweep. Remove it, or write to another file with --out."
            )

    @property
    def count(self) -> int:
        """How many parts there are in all."""
        return -(-self.sweep.size // PART_ROWS)

    def missing(self) -> list[int]:
        """The parts that are not there yet."""
        there = {path.name for path in self.folder.iterdir()}
        return [part for part in range(self.count) if self._name(part) not in there]

    def keep(self, part: int, rows: list[Row]) -> None:
        """Keep a part."""
        _write(self.folder / self._name(part), json.dumps(rows))

    def join(self) -> int:
        """All parts as one Parquet file; returns how many rows it has."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {int: pa.int64(), float: pa.float64(), str: pa.string()}
        rows: list[Row] = []
        for part in range(self.count):
            rows += json.loads((self.folder / self._name(part)).read_text())
        schema = pa.schema(
            [(name, kinds[kind]) for name, kind in sweeps.COLUMNS.items()],
            metadata={"needlework-sweep": self.sweep.fingerprint},
        )
        made = self.out.with_name(self.out.name + ".new")
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), made)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        made.replace(self.out)
        shutil.rmtree(self.folder)
        return len(rows)

    @staticmethod
    def _name(part: int) -> str:
        return f"{part:06}.json"


def finished(sweep: Sweep, out: Path) -> int | None:
    """How many rows a file holds that is this sweep's result already; None without a file.

    Raises `SweepError` for a file that is something else.
    """
    if not out.exists():
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        held = pq.ParquetFile(out)
        owner = (held.schema_arrow.metadata or {}).get(b"needlework-sweep", b"").decode()
    except (pa.ArrowInvalid, OSError):
        owner = ""
    if owner != sweep.fingerprint:
        raise SweepError(
            f"{out} is there and is not the result of this sweep. Move it, or choose another --out."
        )
    return int(held.metadata.num_rows)


def compute(sweep: Sweep, part: int) -> list[Row]:
    """The rows of one part, in whichever process."""
    return sweeps.rows(sweep, part * PART_ROWS, (part + 1) * PART_ROWS)


def here(sweep: Sweep, parts: list[int], workers: int) -> Iterator[tuple[int, list[Row]]]:
    """Each part with its rows as it is done, by processes of this machine."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        waiting = iter(parts)
        going: dict[Future[list[Row]], int] = {}

        def more() -> None:
            # A few parts ahead of the workers, so that a stop does not wait for all.
            for part in waiting:
                going[pool.submit(compute, sweep, part)] = part
                if len(going) >= 2 * workers:
                    return

        more()
        try:
            while going:
                done, _ = wait(going, return_when=FIRST_COMPLETED)
                for future in done:
                    yield going.pop(future), future.result()
                more()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _end_with_parent() -> None:
    """In a worker: whoever kills the command ends its workers too, which else would wait for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def on_cluster(sweep: Sweep, parts: list[int], address: str) -> Iterator[tuple[int, list[Row]]]:
    """Each part with its rows as it is done, by the workers of a dask.distributed cluster.

    Raises `SweepError` when nobody answers at the address, or the cluster has no workers.
    """
    dask: Any = importlib.import_module("distributed")
    try:
        client = dask.Client(address, timeout="5s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as silent:
        raise SweepError(
            f"No scheduler answers at {address[:80]}. Start one (dask scheduler), or leave --scheduler out."
        ) from silent
    with client:
        try:
            client.wait_for_workers(1, timeout=30)
        except TimeoutError as none:
            raise SweepError(
                f"The scheduler at {address[:80]} has no workers. Start some: dask worker {address[:80]}"
            ) from none
        going: dict[Any, int] = {}

        def send(part: int) -> Any:
            future = client.submit(compute, sweep, part, pure=False)
            going[future.key] = part
            return future

        waiting = iter(parts)
        most = 4 * max(1, sum(client.nthreads().values()))
        done = dask.as_completed([send(part) for part in islice(waiting, most)], loop=client.loop)
        for future in done:
            yield going.pop(future.key), future.result()
            for part in islice(waiting, 1):
                done.add(send(part))


def run(
    sweep: Sweep,
    out: Path,
    computed: Callable[[list[int]], Iterator[tuple[int, list[Row]]]],
    after_each: Callable[[int], None],
) -> int:
    """Compute what is missing, keep every part as it comes, and join them. Returns the rows of the result.

    `after_each` is told how many rows are there.
    """
    parts = Parts(sweep, out)
    missing = parts.missing()
    there = parts.count - len(missing)
    after_each(min(sweep.size, there * PART_ROWS))
    for part, rows in computed(missing):
        parts.keep(part, rows)
        there += 1
        after_each(min(sweep.size, there * PART_ROWS))
    return parts.join()


def _write(path: Path, text: str) -> None:
    """Write a file so that it is whole or absent, whatever happens."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
