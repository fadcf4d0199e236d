"""Put the same load on several servers in turns, and count what it costs them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from callers import Caller
from driver import CALLS, Load, Result, measure
from replica_cpu import cpu_seconds
from rich.console import Console
from rich.table import Table
from store_caller import LeanCaller
from store_sides import Side

TABLE_WIDTH = 110  # of what goes to a file


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One call, with this text, from so many callers at once."""

    call: str
    text: str
    concurrency: int

    def __str__(self) -> str:
        return f'{self.call} "{self.text}", {self.concurrency} at once'


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One round: what was answered, and the CPU seconds of the agent and of Postgres."""

    result: Result
    agent_seconds: float
    postgres_seconds: float

    @property
    def calls(self) -> int:
        return len(self.result.samples)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """All rounds; of each figure the best, as other work on the machine only makes it worse."""

    rounds: list[Cost]

    @property
    def calls_per_second(self) -> float:
        return max(one.calls / one.result.elapsed for one in self.rounds)

    @property
    def p50_milliseconds(self) -> float:
        return min(one.result.percentile(50) for one in self.rounds)

    @property
    def agent_seconds(self) -> float:
        """CPU time for one call."""
        return min(one.agent_seconds / one.calls for one in self.rounds)

    @property
    def postgres_seconds(self) -> float:
        """The same, of the database."""
        return min(one.postgres_seconds / one.calls for one in self.rounds)

    @property
    def events(self) -> float:
        """How many events a caller sees in one call."""
        return sum(one.result.events for one in self.rounds) / sum(one.calls for one in self.rounds)


def connected(side: Side, concurrency: int) -> list[Caller]:
    """Return a JSON-RPC caller for each call at once, all replicas in turn."""
    return [
        LeanCaller(target)
        for target in itertools.islice(itertools.cycle(side.targets), concurrency)
    ]


async def take_turns(
    phase: Phase, sides: list[Side], rounds: int, load: Load, postgres: Callable[[], list[int]]
) -> list[Costs]:
    """Return each side's costs; a first round warms up, and who begins changes each time."""
    costs: list[list[Cost]] = [[] for _ in sides]
    for number in range(rounds + 1):
        order = list(enumerate(sides))
        for index, side in order if number % 2 else reversed(order):
            costs[index].append(await turn(phase, side, load, postgres))
    return [Costs(rounds=side[1:]) for side in costs]


async def turn(phase: Phase, side: Side, load: Load, postgres: Callable[[], list[int]]) -> Cost:
    """Measure once, over connections of its own: idle ones would be closed meanwhile."""
    callers = connected(side, phase.concurrency)
    before = cpu_seconds(side.pids), cpu_seconds(postgres())
    result = await measure(CALLS[phase.call], callers, load)
    after = cpu_seconds(side.pids), cpu_seconds(postgres())
    for caller in callers:
        await caller.aclose()
    if result.errors:
        raise SystemExit(f"{side.name}: {len(result.errors)} calls failed; {result.errors[0]}")
    spent = {"agent_seconds": after[0] - before[0], "postgres_seconds": after[1] - before[1]}
    return Cost(result=result, **spent)


def show(rows: list[dict[str, str]], title: str) -> None:
    """Print the rows as people read them."""
    shown = Table(*rows[0], title=title)
    for row in rows:
        shown.add_row(*row.values())
    console = Console()
    console.width = max(console.width, TABLE_WIDTH)
    console.print(shown)
