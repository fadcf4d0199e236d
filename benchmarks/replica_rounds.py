"""Measure turns and streams on each store and number of replicas; see compare_replicas.py."""

import argparse
import asyncio
import contextlib
from collections.abc import Iterator

import uvloop
from driver import Load
from store_sides import Side, Sides
from store_turns import Costs, Phase, show, take_turns

REPLICAS = (1, 2, 4)
PHASES = [
    Phase(call="SendMessage", text="Ada", concurrency=16),
    Phase(call="SendStreamingMessage", text="tokens 100", concurrency=16),
    Phase(call="SendStreamingMessage", text="steps 100 0", concurrency=4),
]


@contextlib.contextmanager
def all_sides(sides: Sides) -> Iterator[list[Side]]:
    """Start the agent on each store, and on Postgres in each number of replicas."""
    with sides:
        yield [
            sides.agent("memory", "memory://"),
            sides.agent("SQLite", "sqlite:///tasks.db"),
            *(
                sides.agent(f"Postgres, {number}", sides.database(f"x{number}"), number)
                for number in REPLICAS
            ),
        ]


def row(side: Side, cost: Costs) -> dict[str, str]:
    """What people read of one store."""
    both = cost.agent_seconds + cost.postgres_seconds
    return {
        "store": side.name,
        "calls/s": f"{cost.calls_per_second:.0f}",
        "events/s": f"{cost.calls_per_second * cost.events:.0f}",
        "p50 ms": f"{cost.p50_milliseconds:.1f}",
        "CPU ms/turn": f"{both * 1e3:.2f}",
        "agent": f"{cost.agent_seconds * 1e3:.2f}",
        "Postgres": f"{cost.postgres_seconds * 1e3:.2f}",
        "µs/event": f"{both / cost.events * 1e6:.0f}",
    }


def main() -> None:
    """Start all, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=600, help="most calls in one turn")
    parser.add_argument("--seconds", type=float, default=1.5, help="most seconds for the same")
    options = parser.parse_args()
    sides = Sides()
    with all_sides(sides) as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for phase in PHASES:
            load = Load(text=phase.text, requests=options.requests, seconds=options.seconds)
            turns = take_turns(phase, servers, options.rounds, load, sides.postgres_pids)
            rows = [row(*pair) for pair in zip(servers, runner.run(turns), strict=True)]
            show(rows, str(phase))


if __name__ == "__main__":
    main()
