"""A replica that follows tasks of another one, as a process of its own for event_latency.py.

It prints "ready", follows until its input ends, and prints what it has seen and when.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import asyncpg
import uvloop

CHANNEL = "task_events"
CHANGED = """
SELECT known.id, tasks.version, tasks.data
FROM unnest($1::text[], $2::bigint[]) AS known (id, version) LEFT JOIN tasks ON tasks.id = known.id
WHERE tasks.version IS DISTINCT FROM known.version
"""
NAMED = "SELECT id, version, data FROM tasks WHERE id = ANY($1::text[])"


class Known:
    """The version known of each task, and when each came to be known.

    The clock is the machine's, so that processes share it.
    """

    def __init__(self, tasks: list[str]) -> None:
        self.versions = dict.fromkeys(tasks, 0)
        self.seen: list[tuple[float, str, int]] = []

    def note(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take over these versions."""
        now = time.monotonic()
        for task, version, *_ in rows:
            self.versions[task] = version
            self.seen.append((now, task, version))


async def poll(connection: Any, known: Known, seconds: float) -> None:
    """Ask for all tasks that have changed, then pause."""
    changed = await connection.prepare(CHANGED)
    while True:
        known.note(await changed.fetch(list(known.versions), list(known.versions.values())))
        await asyncio.sleep(seconds)


async def hear_payloads(connection: Any, known: Known) -> None:
    """Take each event from its notification, which carries the event itself."""

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        task, version, _event = str(payload).split(" ", 2)
        if task in known.versions:
            known.note([(task, int(version))])

    await connection.add_listener(CHANNEL, hear)
    await asyncio.Event().wait()


async def wake_up(connection: Any, known: Known) -> None:
    """Read the tasks that notifications have named; those of one read's time go together."""
    named: set[str] = set()
    some = asyncio.Event()

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        task = str(payload).partition(" ")[0]
        if task in known.versions:
            named.add(task)
            some.set()

    read = await connection.prepare(NAMED)
    await connection.add_listener(CHANNEL, hear)
    while await some.wait():
        tasks = list(named)
        named.clear()
        some.clear()
        known.note(await read.fetch(tasks))


WAYS: dict[str, Callable[[Any, Known], Coroutine[Any, Any, None]]] = {
    "payload": hear_payloads,
    "wake-up": wake_up,
}


async def main(url: str, way: str, tasks: list[str]) -> None:
    """Follow these tasks until the input ends."""
    connection = await asyncpg.connect(url)
    known = Known(tasks)
    follow = WAYS[way](connection, known) if way in WAYS else poll(connection, known, float(way))
    following = asyncio.create_task(follow)
    await asyncio.sleep(0.2)  # by then it listens, or has looked once
    known.seen.clear()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    following.cancel()
    print(json.dumps(known.seen))
    connection.terminate()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], json.loads(sys.stdin.readline())))
