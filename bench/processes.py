"""Processor time of other processes, read from /proc: a figure that does not depend on what else the machine does."""

from __future__ import annotations

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def descendants(pid: int, *, but: str = "") -> list[int]:
    """A process and all below it, without those whose command line contains `but`."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (facts := _facts(int(entry.name))):
            parents.setdefault(int(facts[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        if but and but in _command(one):
            continue
        found.append(one)
        waiting += parents.get(one, [])
    return found


def cpu_s(pids: list[int]) -> float:
    """Processor time used so far by these processes, in user and system mode together [s]."""
    total = 0.0
    for pid in pids:
        if facts := _facts(pid):
            total += (int(facts[11]) + int(facts[12])) * _TICK_S
    return total


def _facts(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
