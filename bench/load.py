"""Load on a server: wrk where it is installed, which costs next to nothing, else a small client of our own.

python -m bench.load HOST:PORT PATHS-FILE COOKIE CONNECTIONS SECONDS      prints one JSON object
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Seen:
    """What the clients saw in one go."""

    per_s: float
    p50_ms: float
    p95_ms: float
    wrong: int
    requests: int
    client: str


def ask(address: str, paths: Path, *, cookie: str, connections: int, seconds: float) -> Seen:
    """Ask for the addresses of a file in turn, on so many connections at once, for so many seconds."""
    if shutil.which("wrk"):
        client, command = "wrk", [
            "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "20s",
            "-s", str(HERE / "load.lua"), f"http://{address}", "--", str(paths), cookie,
        ]  # fmt: skip
    else:
        client = "bench/load.py"
        command = [
            sys.executable, "-m", "bench.load", address, str(paths), cookie, str(connections), str(seconds),
        ]  # fmt: skip
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    facts = json.loads(said.strip().splitlines()[-1])
    return Seen(
        per_s=facts["requests"] / (facts["took_us"] / 1e6),
        p50_ms=facts["p50_us"] / 1000,
        p95_ms=facts["p95_us"] / 1000,
        wrong=facts["wrong"],
        requests=facts["requests"],
        client=client,
    )


async def _client(host: str, port: int, requests: list[bytes], until: float, took: list[float]) -> int:
    """One connection, one request after the other. Returns how many answers were no page."""
    reader, writer = await asyncio.open_connection(host, port)
    wrong, number = 0, 0
    while (begun := time.perf_counter()) < until:
        writer.write(requests[number % len(requests)])
        number += 1
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - begun)
        wrong += not head.startswith(b"HTTP/1.1 200")
    writer.close()
    return wrong


async def _ask_all(
    address: str, paths: list[str], cookie: str, connections: int, seconds: float
) -> dict[str, int]:
    host, _, port = address.partition(":")
    made = [f"GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n".encode() for path in paths]
    begun = time.perf_counter()
    took: list[float] = []
    wrong = await asyncio.gather(
        *(
            _client(host, int(port), made[start:] + made[:start], begun + seconds, took)
            for start in (number * len(made) // connections for number in range(connections))
        )
    )
    cuts = statistics.quantiles(took, n=20)
    return {
        "requests": len(took),
        "took_us": round(1e6 * (time.perf_counter() - begun)),
        "wrong": sum(wrong),
        "p50_us": round(1e6 * cuts[9]),
        "p95_us": round(1e6 * cuts[18]),
    }


if __name__ == "__main__":
    to, file, cookies, how_many, how_long = sys.argv[1:]
    listed = Path(file).read_text(encoding="utf-8").split()
    print(json.dumps(asyncio.run(_ask_all(to, listed, cookies, int(how_many), float(how_long)))))
