"""How soon, and for how much CPU, an event of one replica reaches a subscriber of another.

Compares polls of the followed rows with LISTEN/NOTIFY on a real Postgres; see decision 11.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from event_latency_follower import CHANNEL
from replica_cpu import cpu_seconds, family
from rich.console import Console
from rich.table import Table

FOLLOWER = Path(__file__).with_name("event_latency_follower.py")
SAVE = "UPDATE tasks SET version = version + 1, data = $2 WHERE id = $1"
NOTIFYING = f"""
WITH saved AS ({SAVE} RETURNING id, version)
SELECT pg_notify('{CHANNEL}', id || ' ' || version || ' ' || $3::text) FROM saved
"""
SCHEMA = """
DROP TABLE IF EXISTS tasks;
CREATE TABLE tasks (
    id text COLLATE "C" PRIMARY KEY, version bigint NOT NULL DEFAULT 0, data bytea NOT NULL
)
"""
CONNECTIONS = 16
DATA = bytes(1000)  # a task with a short history
EVENT = "x" * 200  # one event of it, when the notification carries it


@dataclass(frozen=True, kw_only=True)
class Case:
    """What to measure: way is "payload", "wake-up", or the milliseconds between two polls."""

    way: str
    followers: int
    tasks: int
    events_per_second: float
    seconds: float


@contextlib.contextmanager
def following(url: str, case: Case, tasks: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Start the replicas that follow, each its share of the tasks."""
    replicas = []
    try:
        for number in range(case.followers):
            command = [sys.executable, str(FOLLOWER), url, case.way]
            pipe = subprocess.PIPE
            replica = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
            replicas.append(replica)
            assert replica.stdin and replica.stdout
            print(json.dumps(tasks[number :: case.followers]), file=replica.stdin, flush=True)
            replica.stdout.readline()
        yield replicas
    finally:
        for replica in replicas:
            replica.kill()
            replica.wait()


async def write(pool: asyncpg.Pool, case: Case, tasks: list[str]) -> dict[tuple[str, int], float]:
    """Save tasks at the rate; return when each version began to be saved."""
    sent = {}
    versions = dict.fromkeys(tasks, 0)
    begin = time.monotonic()

    async def save(task: str) -> None:
        versions[task] += 1
        sent[task, versions[task]] = time.monotonic()
        if case.way == "payload":
            await pool.execute(NOTIFYING, task, DATA, EVENT)
        elif case.way == "wake-up":
            await pool.execute(NOTIFYING, task, DATA, "")
        else:
            await pool.execute(SAVE, task, DATA)

    async with asyncio.TaskGroup() as group:
        for number in range(round(case.events_per_second * case.seconds)):
            await asyncio.sleep(begin + number / case.events_per_second - time.monotonic())
            group.create_task(save(tasks[number % len(tasks)]))
    return sent


async def measure(url: str, postgres: int, case: Case) -> dict[str, Any]:
    """Return latencies and CPU of one case, and its CPU while nothing happens."""
    tasks = [f"task-{number:04}" for number in range(case.tasks)]
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(SCHEMA)
        await pool.executemany("INSERT INTO tasks (id, data) VALUES ($1, $2)", [(t, DATA) for t in tasks])
        await pool.execute("VACUUM ANALYZE tasks")
        with following(url, case, tasks) as replicas:
            pids = [replica.pid for replica in replicas]
            idle = await spent(asyncio.sleep(2), pids, family(postgres))
            busy = await spent(write(pool, case, tasks), pids, family(postgres))
            await asyncio.sleep(0.5)
            seen = [json.loads(replica.communicate()[0]) for replica in replicas]
    delays = latencies(busy["result"], itertools.chain.from_iterable(seen))
    events = len(busy["result"])
    return {
        "way": case.way if not case.way.isdigit() else f"poll {case.way} ms",
        "replicas": case.followers,
        "tasks": case.tasks,
        "events/s": round(case.events_per_second),
        "p50 ms": percentile(delays, 50),
        "p99 ms": percentile(delays, 99),
        "max ms": percentile(delays, 100),
        "followers µs/event": round(busy["processes"] / events * 1e6),
        "Postgres µs/event": round(busy["postgres"] / events * 1e6),
        "followers idle %": round(idle["processes"] / 2 * 100, 2),
        "Postgres idle %": round(idle["postgres"] / 2 * 100, 2),
    }


async def spent(work: Any, pids: list[int], postgres: list[int]) -> dict[str, Any]:
    """Await the work; return what it gave and the CPU seconds of both sides meanwhile."""
    before = cpu_seconds(pids), cpu_seconds(postgres)
    result = await work
    after = cpu_seconds(pids), cpu_seconds(postgres)
    return {"result": result, "processes": after[0] - before[0], "postgres": after[1] - before[1]}


def latencies(sent: dict[tuple[str, int], float], seen: Any) -> list[float]:
    """Return each event's seconds until it, or a later one of its task, was seen."""
    left: dict[str, list[tuple[int, float]]] = {}
    for (task, version), when in sent.items():
        left.setdefault(task, []).append((version, when))
    delays = []
    for now, task, version in sorted(seen):
        while left[task] and left[task][0][0] <= version:
            delays.append(now - left[task].pop(0)[1])
    lost = sum(map(len, left.values()))
    if lost:
        raise SystemExit(f"{lost} of {len(sent)} events were not seen")
    return delays


def percentile(delays: list[float], percent: float) -> float:
    return round(sorted(delays)[math.ceil(percent / 100 * len(delays)) - 1] * 1000, 1)


async def commits(url: str, way: str, listeners: int, seconds: float) -> int:
    """Return how many saves a second 64 connections commit."""
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(listeners):
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
            await connection.add_listener(CHANNEL, lambda *_: None)
        pool = await stack.enter_async_context(
            asyncpg.create_pool(url, min_size=64, max_size=64)
        )
        await pool.execute(SCHEMA)
        rows = [(f"task-{number:04}", DATA) for number in range(64)]
        await pool.executemany("INSERT INTO tasks (id, data) VALUES ($1, $2)", rows)
        count = 0
        end = time.monotonic() + seconds

        async def save(task: str) -> None:
            nonlocal count
            async with pool.acquire() as connection:
                sql, more = (SAVE, []) if way == "none" else (NOTIFYING, [EVENT if way == "payload" else ""])
                while time.monotonic() < end:
                    await connection.execute(sql, task, DATA, *more)
                    count += 1

        await asyncio.gather(*(save(task) for task, _ in rows))
    return round(count / seconds)


async def compare(url: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    admin = await asyncpg.connect(url)
    folder = await admin.fetchval("SHOW data_directory")
    await admin.close()
    postgres = int(Path(folder, "postmaster.pid").read_text().split()[0])
    rows = []
    for way, followers, tasks in itertools.product(options.ways, options.followers, options.tasks):
        case = Case(
            way=way, followers=followers, tasks=tasks,
            events_per_second=min(20 * tasks, options.events), seconds=options.seconds,
        )
        rows.append(await measure(url, postgres, case))
        print(rows[-1], file=sys.stderr)
    return rows


async def compare_commits(url: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    ways = [("none", 0), ("wake-up", 0), ("wake-up", 1), ("wake-up", 4), ("payload", 1), ("payload", 4)]
    found: dict[tuple[str, int], list[int]] = {}
    for _ in range(3):
        for way in ways:
            found.setdefault(way, []).append(await commits(url, *way, options.seconds / 2))
    return [{"notify": way, "listeners": n, "commits/s": max(best)} for (way, n), best in found.items()]


def table(rows: list[dict[str, Any]]) -> Table:
    shown = Table(*rows[0])
    for row in rows:
        shown.add_row(*(str(value) for value in row.values()))
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--ways", nargs="+", default=["payload", "wake-up", "25", "50", "100", "200"])
    parser.add_argument("--followers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--tasks", type=int, nargs="+", default=[1, 50, 500])
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--commits", action="store_true")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run((compare_commits if options.commits else compare)(options.url, options))
    Console(width=160).print(table(rows))


if __name__ == "__main__":
    main()
