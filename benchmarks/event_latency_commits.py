"""What NOTIFY costs those who commit: it lets only one transaction at a time do so."""

import asyncio
import time
from contextlib import AsyncExitStack

import asyncpg
from event_latency_follower import CHANNEL
from event_latency_ways import DATA, INSERT, SCHEMA, saving

WRITERS = 64
# How they save, and how many connections listen.
CASES = [("silent", 0), ("wake-up", 0), ("wake-up", 1), ("wake-up", 4), ("payload", 4)]


async def compare_commits(url: str, rounds: int, seconds: float) -> list[dict[str, str]]:
    """The commits of 64 connections a second, each with a task of its own; of each the best."""
    found: dict[tuple[str, int], list[float]] = {case: [] for case in CASES}
    for _ in range(rounds):
        for way, listeners in CASES:
            found[way, listeners].append(await commits(url, way, listeners, seconds))
    silent = max(found["silent", 0])
    return [
        {
            "save": way,
            "listeners": str(listeners),
            "commits/s": f"{max(figures):.0f}",
            "of silent": f"{max(figures) / silent * 100:.0f} %",
        }
        for (way, listeners), figures in found.items()
    ]


async def commits(url: str, way: str, listeners: int, seconds: float) -> float:
    """Commits a second."""
    tasks = [f"task-{number:02}" for number in range(WRITERS)]
    async with AsyncExitStack() as stack:
        for _ in range(listeners):
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
            await connection.add_listener(CHANNEL, lambda *_: None)
        pool = await stack.enter_async_context(
            asyncpg.create_pool(url, min_size=WRITERS, max_size=WRITERS)
        )
        await pool.execute(SCHEMA)
        await pool.executemany(INSERT, [(task, DATA) for task in tasks])
        end = time.monotonic() + seconds

        async def save(task: str) -> int:
            number = 0
            async with pool.acquire() as connection:
                while time.monotonic() < end:
                    await connection.execute(*saving(way, task))
                    number += 1
            return number

        return sum(await asyncio.gather(*map(save, tasks))) / seconds
