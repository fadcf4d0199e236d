"""A replica that follows tasks of another one, as a process of its own for event_latency.py.

It prints "ready", follows until its input ends, and prints what it has seen and when.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

import asyncpg
import uvloop

CHANNEL = "task_events"
CHANGED = """
SELECT t.id, t.version, t.data
FROM unnest($1::text[], $2::bigint[]) AS known (id, version)
LEFT JOIN tasks t USING (id) WHERE t.version IS DISTINCT FROM known.version
"""
NAMED = "SELECT id, version, data FROM tasks WHERE id = ANY($1::text[])"
# When, which task, which version; the clock is the machine's, so that processes share it.
Seen = list[tuple[float, str, int]]
Follow = Callable[[asyncpg.Connection, dict[str, int], Seen], Awaitable[None]]


def poll(seconds: float) -> Follow:
    """Ask for all tasks that have changed, then pause."""

    async def follow(connection: asyncpg.Connection, known: dict[str, int], seen: Seen) -> None:
        changed = await connection.prepare(CHANGED)
        while True:
            rows = await changed.fetch(list(known), list(known.values()))
            note(rows, known, seen)
            await asyncio.sleep(seconds)

    return follow


async def hear_payloads(
    connection: asyncpg.Connection, known: dict[str, int], seen: Seen
) -> None:
    """Take events from the notifications themselves: id, version, and what has grown."""

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        task, version, _event = str(payload).split(" ", 2)
        if task in known:
            note([(task, int(version), b"")], known, seen)

    await connection.add_listener(CHANNEL, hear)
    await asyncio.Event().wait()


async def wake_up(connection: asyncpg.Connection, known: dict[str, int], seen: Seen) -> None:
    """Read the tasks that notifications have named; those of one read's time go together."""
    waiting: set[str] = set()
    wake = asyncio.Event()

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        task = str(payload).partition(" ")[0]
        if task in known:
            waiting.add(task)
            wake.set()

    named = await connection.prepare(NAMED)
    await connection.add_listener(CHANNEL, hear)
    while await wake.wait():
        tasks = list(waiting)
        waiting.clear()
        wake.clear()
        note(await named.fetch(tasks), known, seen)


def note(
    rows: list[asyncpg.Record] | list[tuple[str, int, bytes]], known: dict[str, int], seen: Seen
) -> None:
    """Keep what was seen, and that it is known now."""
    now = time.monotonic()
    for task, version, _data in rows:
        known[task] = version
        seen.append((now, task, version))


async def main(url: str, way: str, tasks: list[str]) -> None:
    """Follow these tasks until the input ends."""
    follow = {"payload": hear_payloads, "wake-up": wake_up}.get(way) or poll(float(way) / 1000)
    connection = await asyncpg.connect(url)
    known, seen = dict.fromkeys(tasks, 0), Seen()
    following = asyncio.create_task(follow(connection, known, seen))
    await asyncio.sleep(0.2)  # it listens, and its first look has found each task new
    seen.clear()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    following.cancel()
    print(json.dumps(seen))
    connection.terminate()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], sys.argv[2], json.loads(sys.stdin.readline())))
