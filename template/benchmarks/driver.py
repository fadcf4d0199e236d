"""Put a bounded load on one binding and keep every sample."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter

from callers import GOOD_ENDS, Caller, CallError

CALL_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What to send, and how often: whichever limit is reached first ends it."""

    text: str
    requests: int
    seconds: float


@dataclass(kw_only=True)
class Result:
    """What one load saw; a call is one sample in seconds, or one error."""

    samples: list[float] = field(default_factory=list)
    events: int = 0
    errors: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    def percentile(self, percent: float) -> float:
        """Return the exact (nearest-rank) percentile in milliseconds, NaN without samples."""
        if not self.samples:
            return math.nan
        rank = math.ceil(percent / 100 * len(self.samples))
        return sorted(self.samples)[rank - 1] * 1000


Call = Callable[[Caller, str], Awaitable[tuple[float, int]]]


async def unary(caller: Caller, text: str) -> tuple[float, int]:
    """Return the seconds until the answer, and 1."""
    start = perf_counter()
    _check(await caller.send(text))
    return perf_counter() - start, 1


async def streaming(caller: Caller, text: str) -> tuple[float, int]:
    """Return the seconds until the first event, and the number of events."""
    start, first, count, last = perf_counter(), 0.0, 0, ""
    async for state in caller.stream(text):
        first = first or perf_counter() - start
        count += 1
        last = state
    _check(last)  # a stream that lost its end is an error, however fast it was
    return first, count


def _check(state: str) -> None:
    if state not in GOOD_ENDS:
        raise CallError(f"the call ended in state {state or 'unknown'}")


CALLS: dict[str, Call] = {"SendMessage": unary, "SendStreamingMessage": streaming}


async def measure(call: Call, callers: list[Caller], load: Load) -> Result:
    """Run the load, each caller with one call at a time, and return what it saw."""
    result = Result()
    turns = iter(range(load.requests))
    start = perf_counter()

    async def work(caller: Caller) -> None:
        for _ in turns:
            if perf_counter() - start >= load.seconds:
                return
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    sample, events = await call(caller, load.text)
            except Exception as error:  # noqa: BLE001 - every error counts, whatever its type
                result.errors.append(f"{type(error).__name__}: {error}")
            else:
                result.samples.append(sample)
                result.events += events

    await asyncio.gather(*(work(caller) for caller in callers))
    result.elapsed = perf_counter() - start
    return result
