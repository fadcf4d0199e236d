"""Figures for replicas: CPU time of processes that go on running, from /proc; percentiles."""

import math
import os
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return what these processes have used until now, and those of their children that ended."""
    return sum(_seconds(pid) for pid in pids)


def family(pid: int) -> list[int]:
    """Return the process and all its descendants, such as a database's connections."""
    children = [child for file in PROC.glob(f"{pid}/task/*/children") for child in _numbers(file)]
    return [pid, *(one for child in children for one in family(child))]


def percentile(seconds: list[float], percent: float) -> str:
    """The exact (nearest-rank) percentile, in milliseconds."""
    rank = math.ceil(percent / 100 * len(seconds))
    return f"{sorted(seconds)[rank - 1] * 1000:.1f}"


def _seconds(pid: int) -> float:
    threads = [_numbers(file) for file in PROC.glob(f"{pid}/task/*/schedstat")]
    ended = _words(PROC / str(pid) / "stat")[15:17]  # user and system time of awaited children
    return sum(one[0] for one in threads if one) / 1e9 + sum(map(int, ended)) / TICKS_PER_SECOND


def _numbers(file: Path) -> list[int]:
    return [int(word) for word in _words(file)]


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # it has ended
        return []
