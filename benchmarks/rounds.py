"""Measure the agent and another server in short turns: what slows the machine slows both.

The other is hello_world.py, or the agent itself with other options, such as without metrics.

Runs in the agent's environment, with the agent's benchmark folder on the path; use
compare_hello_world.py. A ratio above 1 means that the agent is faster; it is reported, not judged.
"""

import argparse
import asyncio
import itertools
import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_process import default_command, running
from benchmark_transports import add_headers, new_event_loop
from callers import Binding, Caller, discover
from driver import CALLS, Load, Result, measure
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

HELLO_WORLD = [sys.executable, str(Path(__file__).with_name("hello_world.py"))]
Targets = dict[str, str]


@dataclass(frozen=True)
class Comparison:
    """Results of both, round by round."""

    call: str
    binding: str
    concurrency: int
    other: list[Result]
    agent: list[Result]

    def figures(self) -> dict[str, Any]:
        """Return each one's best round: other work on the machine only makes rounds worse."""
        theirs = max(map(calls_per_second, self.other))
        ours = max(map(calls_per_second, self.agent))
        return {
            "call": self.call,
            "binding": self.binding,
            "at once": self.concurrency,
            "other calls/s": round(theirs),
            "agent calls/s": round(ours),
            "ratio": round(ours / theirs, 2),
            "other p50 ms": round(min(one.percentile(50) for one in self.other), 1),
            "agent p50 ms": round(min(one.percentile(50) for one in self.agent), 1),
        }


def calls_per_second(result: Result) -> float:
    return len(result.samples) / result.elapsed


async def compare(
    servers: tuple[Targets, Targets],
    headers: dict[str, str],
    concurrencies: list[int],
    rounds: int,
    load: Load,
) -> list[Comparison]:
    """Compare each call over each binding with each number of calls at once."""
    phases = list(itertools.product(CALLS, discover(), concurrencies))
    found: list[Comparison] = []
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=len(phases))
        for call, binding, concurrency in phases:
            label = f"{call}, {binding.name}, {concurrency} at once"
            progress.update(bar, description=label, completed=len(found))
            sides = [connected(binding, targets, headers, concurrency) for targets in servers]
            results = await take_turns(call, sides, rounds, load)
            found.append(Comparison(call, binding.name, concurrency, *results))
        progress.update(bar, completed=len(found))
    return found


def connected(
    binding: Binding, targets: Targets, headers: dict[str, str], concurrency: int
) -> list[Caller]:
    """Return a caller for each call at once."""
    return [binding.connect(targets[binding.endpoint], headers) for _ in range(concurrency)]


async def take_turns(
    call: str, sides: list[list[Caller]], rounds: int, load: Load
) -> list[list[Result]]:
    """Return each side's results; a first round warms up, and who begins changes each time."""
    results: list[list[Result]] = [[] for _ in sides]
    for number in range(rounds + 1):
        order = list(enumerate(sides))
        for index, callers in order if number % 2 else reversed(order):
            results[index].append(await measure(CALLS[call], callers, load))
    for caller in itertools.chain(*sides):
        await caller.aclose()
    errors = [error for side in results for result in side for error in result.errors]
    if errors:
        raise SystemExit(f"{len(errors)} calls failed; the first: {errors[0]}")
    return [side[1:] for side in results]


def table(rows: list[dict[str, Any]]) -> Table:
    """Return the figures as people read them."""
    shown = Table(*rows[0], title="calls/s: the best round; milliseconds to answer or first event")
    for row in rows:
        shown.add_row(*(str(value) for value in row.values()))
    return shown


def main() -> None:
    """Start both, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=200, help="most calls in one turn")
    parser.add_argument("--seconds", type=float, default=2.0, help="most seconds for the same")
    parser.add_argument(
        "--agent-options", type=shlex.split, default=[], help="such as '--database-url memory://'"
    )
    parser.add_argument(
        "--beside-itself",
        type=shlex.split,
        metavar="OPTIONS",
        help="the other is the agent with these, such as '--monitoring-enabled false'",
    )
    add_headers(parser)
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    endpoints = {binding.endpoint for binding in discover()}
    load = Load(text="Ada", requests=options.requests, seconds=options.seconds)
    agent_command = default_command() + options.agent_options
    itself = options.beside_itself
    with (
        running(agent_command + itself if itself else HELLO_WORLD, endpoints) as other,
        running(agent_command, endpoints) as agent,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        headers = dict(options.headers)
        comparing = compare((other, agent), headers, options.concurrency, options.rounds, load)
        rows = [comparison.figures() for comparison in runner.run(comparing)]
    Console().print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
