"""How soon a subscriber at one replica of the agent hears of what happens at another.

One replica runs turns and streams them to their callers; the other has a subscriber of each.
"""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from json_over_http import message
from replica_cpu import cpu_seconds, percentile
from store_caller import LeanCaller
from store_sides import Side, Sides

SECONDS = 3
# How many tasks at a time, and the milliseconds between two events of each.
LOADS = [(1, 20), (20, 200), (100, 1000)]
Delays = list[float]


async def measure_agents(sides: Sides, number: int, pause: int) -> dict[str, str]:
    """So many turns at a time, without and with subscribers at the other replica."""
    side = sides.agent("two replicas", sides.database(f"tasks-{number}"), 2)
    text = f"steps {SECONDS * 1000 // pause} {pause}"
    await turn(side, text, followed=True)  # warms up
    costs = []
    for followed in (False, True):
        before = cpu_seconds(side.pids), cpu_seconds(sides.postgres_pids())
        found = await asyncio.gather(*(turn(side, text, followed=followed) for _ in range(number)))
        after = cpu_seconds(side.pids), cpu_seconds(sides.postgres_pids())
        here = [one for near, _ in found for one in near]
        there = [one for _, far in found for one in far]
        costs += [(after[index] - before[index]) / len(here) * 1e6 for index in range(2)]
    return {
        "tasks": str(number),
        "events/s": f"{len(here) / SECONDS:.0f}",
        "here p50 ms": percentile(here, 50),
        "there p50 ms": percentile(there, 50),
        "p99 ms": percentile(there, 99),
        "µs/event": f"{costs[0]:.0f}",
        "followed": f"{costs[2]:.0f}",
        "Postgres": f"{costs[1]:.0f}",
        "followed ": f"{costs[3]:.0f}",
    }


async def turn(side: Side, text: str, *, followed: bool) -> tuple[Delays, Delays]:
    """The seconds from each event to the caller at one replica, and to the subscriber's."""
    here, there = map(LeanCaller, side.targets)
    events = here.results("SendStreamingMessage", message(text))
    try:
        first = await anext(events)
        if not followed:
            return await delays(events), []
        subscription = there.results("SubscribeToTask", {"id": first["task"]["id"]})
        near, far = await asyncio.gather(delays(events), delays(subscription))
        return near, far
    finally:
        await here.aclose()
        await there.aclose()


async def delays(events: AsyncIterator[dict[str, Any]]) -> Delays:
    """The seconds since each event was told, up to now, when it is heard."""
    heard: Delays = []
    async for event in events:
        parts = event.get("statusUpdate", {}).get("status", {}).get("message", {}).get("parts", [])
        heard += [monotonic() - float(part["text"]) for part in parts]
    return heard
