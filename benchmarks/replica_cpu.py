"""CPU time of processes that go on running, from /proc, in seconds."""

from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return what all threads of these processes have used until now."""
    return sum(_thread_seconds(thread) for pid in pids for thread in PROC.glob(f"{pid}/task/*"))


def family(pid: int) -> list[int]:
    """Return the process and all its descendants, such as a database's connections."""
    children = [child for file in PROC.glob(f"{pid}/task/*/children") for child in _numbers(file)]
    return [pid, *(one for child in children for one in family(child))]


def _thread_seconds(thread: Path) -> float:
    (running, *_) = _numbers(thread / "schedstat") or [0]
    return running / 1e9


def _numbers(file: Path) -> list[int]:
    try:
        return [int(word) for word in file.read_text().split()]
    except OSError:  # it has ended
        return []
