"""Runs what event_latency.py is for, part by part, on a Postgres that is thrown away."""

import argparse
import asyncio
from itertools import product

import asyncpg
import uvloop
from event_latency_commits import compare_commits
from event_latency_ways import Case, measure
from replica_latency import LOADS, measure_agents
from store_sides import Sides
from store_turns import show

POLLS = ["0.025", "0.05", "0.1", "0.2"]
MOST_EVENTS_PER_SECOND, EVENTS_PER_SECOND_OF_A_TASK = 300, 20
SLOW_DISK = {"commit_delay": "2000", "commit_siblings": "0"}  # microseconds, for every flush


async def ways(sides: Sides, options: argparse.Namespace) -> list[dict[str, str]]:
    """Each way with each number of replicas and of followed tasks."""
    url, rows = sides.database("ways"), []
    for way, followers, tasks in product(options.ways, options.followers, options.tasks):
        case = Case(
            way=way,
            followers=followers,
            tasks=tasks,
            events_per_second=min(EVENTS_PER_SECOND_OF_A_TASK * tasks, MOST_EVENTS_PER_SECOND),
            seconds=options.seconds,
        )
        rows.append(await measure(url, sides.postgres_pids, case))
    return rows


async def slow_disk(url: str) -> None:
    """Let flushes of the log take two milliseconds more, as on disks across a network."""
    connection = await asyncpg.connect(url)
    for name, value in SLOW_DISK.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = {value}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def main() -> None:
    """Print a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["ways", "commits", "agents"])
    parser.add_argument("--ways", nargs="+", default=["payload", "wake-up", *POLLS])
    parser.add_argument("--followers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--tasks", type=int, nargs="+", default=[1, 50, 500])
    parser.add_argument("--seconds", type=float, default=3.0, help="of load, for each line")
    options = parser.parse_args()
    with Sides() as sides, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if options.only in {None, "ways"}:
            title = "Bare programs: latency; CPU of followers and of Postgres, an event and idle"
            show(runner.run(ways(sides, options)), title)
        if options.only in {None, "agents"}:
            rows = [runner.run(measure_agents(sides, *load)) for load in LOADS]
            show(rows, "Two replicas of the agent: caller at one, subscriber at the other")
        if options.only in {None, "commits"}:
            url = sides.database("commits")
            show(runner.run(compare_commits(url, 3, options.seconds)), "As it is")
            runner.run(slow_disk(url))
            show(runner.run(compare_commits(url, 2, options.seconds)), "Flush: 2 ms more")


if __name__ == "__main__":
    main()
