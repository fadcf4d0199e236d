"""Ways to hear of another replica's events, as bare programs on Postgres; see event_latency.py."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import asyncpg
from event_latency_follower import CHANNEL, WAYS
from replica_cpu import cpu_seconds, percentile

FOLLOWER = Path(__file__).with_name("event_latency_follower.py")
CONNECTIONS = 16
IDLE_SECONDS = 2.0
SCHEMA = """
DROP TABLE IF EXISTS tasks;
CREATE TABLE tasks (
    id text COLLATE "C" PRIMARY KEY, version bigint NOT NULL DEFAULT 0, data bytea NOT NULL
)
"""
INSERT = "INSERT INTO tasks (id, data) VALUES ($1, $2)"
SAVE = "UPDATE tasks SET version = version + 1, data = $2 WHERE id = $1"
SAVE_AND_NOTIFY = f"""
WITH saved AS ({SAVE} RETURNING id, version)
SELECT pg_notify('{CHANNEL}', id || ' ' || version || ' ' || $3::text) FROM saved
"""  # noqa: S608 - both parts are constants
DATA = bytes(1000)  # a task with a short history
EVENT = "x" * 200  # one event of it, for notifications that carry it
Sent = dict[tuple[str, int], float]  # when each version of each task began to be saved
Pids = Callable[[], list[int]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Way is "payload", "wake-up", or the seconds between two polls."""

    way: str
    followers: int
    tasks: int
    events_per_second: float
    seconds: float


def saving(way: str, task: str) -> tuple[Any, ...]:
    """The statement of a save, and its values."""
    if way not in WAYS:
        return SAVE, task, DATA
    return SAVE_AND_NOTIFY, task, DATA, EVENT if way == "payload" else ""


async def measure(url: str, postgres: Pids, case: Case) -> dict[str, str]:
    """The latencies and the CPU time of one case, and its CPU time while nothing happens."""
    tasks = [f"task-{number:04}" for number in range(case.tasks)]
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(SCHEMA)
        await pool.executemany(INSERT, [(task, DATA) for task in tasks])
        await pool.execute("VACUUM ANALYZE tasks")
        with following(url, case, tasks) as replicas:
            pids = [replica.pid for replica in replicas]
            begin = cpu_seconds(pids), cpu_seconds(postgres())
            await asyncio.sleep(IDLE_SECONDS)
            idle = cpu_seconds(pids), cpu_seconds(postgres())
            sent = await write(pool, case, tasks)
            end = cpu_seconds(pids), cpu_seconds(postgres())
            await asyncio.sleep(0.5)
            seen = chain.from_iterable(json.loads(one.communicate()[0]) for one in replicas)
            delays = latencies(sent, seen)
    return {
        "way": case.way if case.way in WAYS else f"poll {float(case.way) * 1000:.0f} ms",
        "replicas": str(case.followers),
        "tasks": str(case.tasks),
        "p50 ms": percentile(delays, 50),
        "p99 ms": percentile(delays, 99),
        "µs/event": f"{(end[0] - idle[0]) / len(sent) * 1e6:.0f}",
        "Postgres": f"{(end[1] - idle[1]) / len(sent) * 1e6:.0f}",
        "idle %": f"{(idle[0] - begin[0]) / IDLE_SECONDS * 100:.2f}",
        "Postgres %": f"{(idle[1] - begin[1]) / IDLE_SECONDS * 100:.2f}",
    }


@contextlib.contextmanager
def following(url: str, case: Case, tasks: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Start the replicas that follow, each its share of the tasks."""
    command, pipe = [sys.executable, str(FOLLOWER), url, case.way], subprocess.PIPE
    with contextlib.ExitStack() as stack:
        replicas = []
        for number in range(case.followers):
            replica = stack.enter_context(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
            )
            stack.callback(replica.kill)
            replicas.append(replica)
            print(json.dumps(tasks[number :: case.followers]), file=replica.stdin, flush=True)
            if replica.stdout is not None:
                replica.stdout.readline()
        yield replicas


async def write(pool: Any, case: Case, tasks: list[str]) -> Sent:
    """Save tasks at the rate of the case."""
    sent: Sent = {}
    versions = dict.fromkeys(tasks, 0)
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(round(case.events_per_second * case.seconds)):
            await asyncio.sleep(begin + number / case.events_per_second - time.monotonic())
            task = tasks[number % len(tasks)]
            versions[task] += 1
            sent[task, versions[task]] = time.monotonic()
            group.create_task(pool.execute(*saving(case.way, task)))
    return sent


def latencies(sent: Sent, seen: Iterable[tuple[float, str, int]]) -> list[float]:
    """The seconds from each event until it, or a later one of its task, was seen."""
    left: dict[str, list[tuple[int, float]]] = {}
    for (task, version), when in sent.items():
        left.setdefault(task, []).append((version, when))
    delays = []
    for now, task, version in sorted(seen):
        while left[task] and left[task][0][0] <= version:
            delays.append(now - left[task].pop(0)[1])
    if lost := sum(map(len, left.values())):
        raise SystemExit(f"{lost} of {len(sent)} events were not seen")
    return delays
