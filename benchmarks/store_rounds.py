"""Measure the agent and the SDK's hello-world on each store, in turns; see compare_stores.py."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator

import uvloop
from driver import Load
from store_sides import Side, Sides
from store_turns import Costs, Phase, show, take_turns

PHASES = [
    Phase(call="SendMessage", text="Ada", concurrency=16),
    Phase(call="SendMessage", text="Ada", concurrency=64),
    # The agent puts pieces together that come at once; steps are events of their own everywhere.
    Phase(call="SendStreamingMessage", text="tokens 100", concurrency=4),
    Phase(call="SendStreamingMessage", text="steps 100 0", concurrency=4),
]
# Which of the SDK's stores the agent's is compared with.
PAIRS = {
    "memory": ["SDK memory"],
    "SQLite": ["SDK SQLite", "versioned SQLite"],
    "Postgres": ["SDK Postgres", "versioned Postgres"],
}


@contextlib.contextmanager
def all_sides(sides: Sides) -> Iterator[list[Side]]:
    """Start one server for each store."""
    with sides:
        file = "sqlite+aiosqlite:///tasks.db"  # in its own working folder
        plain, versioned = (
            sides.database(name).replace("postgresql:", "postgresql+asyncpg:")
            for name in ("plain", "versioned")
        )
        yield [
            sides.agent("memory", "memory://"),
            sides.agent("SQLite", "sqlite:///tasks.db"),
            sides.agent("Postgres", sides.database("agent")),
            sides.sdk("SDK memory", "memory"),
            sides.sdk("SDK SQLite", "plain", file),
            sides.sdk("versioned SQLite", "versioned", file),
            sides.sdk("SDK Postgres", "plain", plain),
            sides.sdk("versioned Postgres", "versioned", versioned),
        ]


def rows(costs: dict[str, Costs]) -> Iterator[dict[str, str]]:
    """Each of the agent's stores, and below it the SDK's, with how many times the agent is faster."""
    for ours, theirs in PAIRS.items():
        for name in [ours, *theirs]:
            cost = costs[name]
            ratio = costs[ours].calls_per_second / cost.calls_per_second
            yield {
                "store": name,
                "calls/s": f"{cost.calls_per_second:.0f}",
                "agent": "" if name == ours else f"{ratio:.1f} times",
                "events": f"{cost.events:.0f}",
                "p50 ms": f"{cost.p50_milliseconds:.1f}",
                "CPU ms": f"{cost.agent_seconds * 1000:.2f}",
                "Postgres ms": f"{cost.postgres_seconds * 1000:.2f}",
            }


def below_bound(costs: dict[str, Costs], bound: float) -> Iterator[str]:
    """The SDK's stores on a database that the agent's is not so many times as fast as."""
    for ours, theirs in PAIRS.items():
        for name in theirs if ours != "memory" else []:
            if costs[ours].calls_per_second < bound * costs[name].calls_per_second:
                yield name


def main() -> str | None:
    """Start all, measure, print, and say where the bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=600, help="most calls in one turn")
    parser.add_argument("--seconds", type=float, default=1.5, help="most seconds for the same")
    parser.add_argument("--bound", type=float, default=5.0, help="times the agent is faster")
    options = parser.parse_args()
    sides = Sides()
    missed: list[str] = []
    with all_sides(sides) as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for phase in PHASES:
            load = Load(text=phase.text, requests=options.requests, seconds=options.seconds)
            turns = take_turns(phase, servers, options.rounds, load, sides.postgres_pids)
            costs = dict(zip((side.name for side in servers), runner.run(turns), strict=True))
            show(list(rows(costs)), str(phase))
            if phase.call == "SendMessage":
                slow = below_bound(costs, options.bound)
                missed += [f"{name}, {phase.concurrency} at once" for name in slow]
    return f"Not {options.bound:g} times as fast as: {'; '.join(missed)}" if missed else None


if __name__ == "__main__":
    sys.exit(main())
