"""How soon a subscriber at one replica hears of what happens at another, and what that costs.

One replica runs turns and streams them to their callers; the other one has a subscriber of each.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from time import monotonic
from typing import Any

import uvloop
from json_over_http import message
from replica_cpu import cpu_seconds
from rich.console import Console
from store_caller import LeanCaller
from store_sides import Side, Sides
from store_turns import table

SECONDS = 3
# How many tasks at a time, and the milliseconds between two events of each.
LOADS = [(1, 20), (20, 200), (100, 1000)]
Delays = list[float]


async def caller(side: Side, text: str, *, followed: bool) -> tuple[Delays, Delays]:
    """Return the seconds from each event to the caller at one replica, and those to the other."""
    here, there = map(LeanCaller, side.targets)
    events = here.results("SendStreamingMessage", message(text))
    try:
        async with aclosing(events), asyncio.TaskGroup() as group:
            first = await anext(events)
            if not followed:
                return await delays(events), []
            subscription = there.results("SubscribeToTask", {"id": first["task"]["id"]})
            following = group.create_task(delays(subscription))
            return await delays(events), await following
    finally:
        await here.aclose()
        await there.aclose()


async def delays(events: AsyncIterator[dict[str, Any]]) -> Delays:
    """Return the seconds since each event was told, up to now, when it is heard."""
    heard = []
    async for event in events:
        parts = event.get("statusUpdate", {}).get("status", {}).get("message", {}).get("parts", [])
        heard += [monotonic() - float(part["text"]) for part in parts]
    return heard


async def measure(
    sides: Sides, side: Side, number: int, pause: int, *, followed: bool
) -> dict[str, str]:
    """Run so many turns at once, with or without subscribers at the other replica."""
    text = f"steps {SECONDS * 1000 // pause} {pause}"
    before = cpu_seconds(side.pids), cpu_seconds(sides.postgres_pids())
    callers = (caller(side, text, followed=followed) for _ in range(number))
    found = await asyncio.gather(*callers)
    after = cpu_seconds(side.pids), cpu_seconds(sides.postgres_pids())
    here = [one for near, _ in found for one in near]
    there = [one for _, far in found for one in far]
    return {
        "tasks": str(number),
        "events/s": f"{len(here) / SECONDS:.0f}",
        "subscribers": "1 a task" if followed else "none",
        "to its caller: p50 ms": milliseconds(here, 50),
        "across: p50 ms": milliseconds(there, 50),
        "p99 ms": milliseconds(there, 99),
        "max ms": milliseconds(there, 100),
        "CPU µs an event": f"{(after[0] - before[0]) / len(here) * 1e6:.0f}",
        "of Postgres": f"{(after[1] - before[1]) / len(here) * 1e6:.0f}",
    }


def milliseconds(found: Delays, percent: float) -> str:
    """Return the exact (nearest-rank) percentile."""
    if not found:
        return ""
    return f"{sorted(found)[math.ceil(percent / 100 * len(found)) - 1] * 1000:.1f}"


def main() -> None:
    """Start two replicas, measure, print."""
    sides = Sides()
    with sides, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        side = sides.agent("two replicas", sides.database("shared"), 2)
        runner.run(measure(sides, side, 1, 20, followed=True))  # warms up
        rows = [
            runner.run(measure(sides, side, number, pause, followed=followed))
            for number, pause in LOADS
            for followed in (False, True)
        ]
    Console().print(table(rows, "An event at one replica, and its subscriber at the other"))


if __name__ == "__main__":
    main()
