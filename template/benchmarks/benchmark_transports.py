"""Measure every binding of the agent with one driver: latency, throughput and streams.

Without a target it starts the agent itself, with default settings and a database that is thrown
away. It imports nothing of the SDK. Every error counts, and fails the run.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from agent_process import default_command, running
from callers import Binding, Caller, discover
from driver import CALLS, Call, Load, Result, measure
from report import Row, as_json, print_tables

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

WARM_UP_CALLS = 20  # for each call at once: then connections, code paths and caches are ready


async def benchmark(
    bindings: list[Binding],
    targets: dict[str, str],
    headers: dict[str, str],
    concurrencies: list[int],
    load: Load,
) -> list[Row]:
    """Measure each call over each binding with each number of calls at once."""
    phases = list(itertools.product(CALLS, bindings, concurrencies))
    rows: list[Row] = []
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=len(phases))
        for call, binding, concurrency in phases:
            label = f"{call}, {binding.name}, {concurrency} at once"
            progress.update(bar, description=label, completed=len(rows))
            target = targets[binding.endpoint]
            callers = [binding.connect(target, headers) for _ in range(concurrency)]
            result = await measure_warm(CALLS[call], callers, load)
            rows.append(Row(call, binding.name, concurrency, result))
        progress.update(bar, completed=len(rows))
    return rows


async def measure_warm(call: Call, callers: list[Caller], load: Load) -> Result:
    """Measure after a warm-up, of which only the errors count, and close the connections."""
    warm_up_calls = min(load.requests, WARM_UP_CALLS * len(callers))
    warm_up = await measure(call, callers, replace(load, requests=warm_up_calls))
    result = await measure(call, callers, load)
    for caller in callers:
        await caller.aclose()
    return replace(result, errors=warm_up.errors + result.errors)


def parser(endpoints: list[str]) -> argparse.ArgumentParser:
    """Return the options; a target for one endpoint means that only this one is measured."""
    options = argparse.ArgumentParser(description=__doc__)
    for endpoint in endpoints:
        target = f"--target-{endpoint}"
        options.add_argument(target, metavar="ADDRESS", help="measure what runs there, host:port")
    options.add_argument(
        "--command", type=shlex.split, help="start this instead, on the ports in A2A_*_PORT"
    )
    add_headers(options)
    options.add_argument("--concurrency", type=int, nargs="+", default=[1, 16, 64])
    options.add_argument("--requests", type=int, default=500, help="most calls in a measurement")
    options.add_argument("--seconds", type=float, default=5.0, help="most seconds for the same")
    options.add_argument("--text", default="Ada", help="what every message says")
    options.add_argument("--json", type=Path, help="write the figures to this file, too")
    return options


def add_headers(options: argparse.ArgumentParser) -> None:
    """Let every call carry headers, such as those that say who calls."""
    options.add_argument(
        "--header", action="append", default=[], type=header, metavar="NAME:VALUE", dest="headers"
    )


def header(text: str) -> tuple[str, str]:
    """Return its name and its value."""
    name, _, value = text.partition(":")
    return name, value.strip()


def main() -> str | None:
    """Run, print, and return the first error, if there was one."""
    bindings = discover()
    endpoints = sorted({binding.endpoint for binding in bindings})
    options = parser(endpoints).parse_args()
    given = {name: getattr(options, f"target_{name}") for name in endpoints}
    targets = {name: target for name, target in given.items() if target}
    load = Load(text=options.text, requests=options.requests, seconds=options.seconds)
    with contextlib.ExitStack() as stack:
        if not targets:
            command = options.command or default_command()
            targets = stack.enter_context(running(command, endpoints))
        reached = [binding for binding in bindings if binding.endpoint in targets]
        runner = stack.enter_context(asyncio.Runner(loop_factory=new_event_loop))
        headers = dict(options.headers)
        rows = runner.run(benchmark(reached, targets, headers, options.concurrency, load))
    print_tables(rows, Console())
    if options.json:
        options.json.write_text(json.dumps(as_json(rows, options.text), indent=2) + "\n")
    errors = [error for row in rows for error in row.result.errors]
    return f"{len(errors)} calls failed; the first: {errors[0]}" if errors else None


if __name__ == "__main__":
    sys.exit(main())
