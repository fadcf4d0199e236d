"""How often one caller, or one address, may call; the counts of one process."""

import math
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple, Protocol

from limits import RateLimitItem, parse

from ...setting_types import RATE
from ...tasks.calls.refusals import RateLimitedError

# So many callers, and as many addresses, are counted at a time; each takes about 250 bytes.
MAX_KEYS = 50_000


class LimitError(ValueError):
    """A text that is no limit; it is one sentence for the operator."""


def parse_limit(text: str, *, of: str) -> RateLimitItem | None:
    """Read "600/minute" as the limit of each `of`, a word; None for "none" and for nothing."""
    if text in {"", "none"}:
        return None
    if not RATE.fullmatch(text):
        raise LimitError(
            f"{text[:64]!r} is no limit: write one like 600/minute or 20/second "
            "(hour and day are known as well), or none."
        )
    limit = parse(text)
    limit.namespace = of
    return limit


class Counters(Protocol):
    """Counts calls in windows that slide, so that none can be doubled at the edge of two."""

    async def hit(self, limit: RateLimitItem, key: str) -> float | None:
        """Count a call within the limit; else return in how many seconds one will be."""


class RateLimit:
    """One limit, wherever it is counted; keys with the same `group` share it."""

    def __init__(
        self, limit: RateLimitItem, counters: Counters, *, group: Callable[[str], str] = str
    ) -> None:
        self._limit = limit
        self._counters = counters
        self._group = group

    async def hit(self, key: str) -> None:
        """Count one call of whoever `key` names; raises RateLimitedError."""
        # However long a key is, and whatever it says of a person, only this is kept.
        name = self._group(key).encode(errors="replace")
        digest = blake2b(name, digest_size=16).hexdigest()
        wait_seconds = await self._counters.hit(self._limit, digest)
        if wait_seconds is None:
            return
        seconds = max(1, math.ceil(wait_seconds))
        limit = self._limit
        raise RateLimitedError(
            f"No more than {limit.amount} calls in a {limit.GRANULARITY.name} are taken from one "
            f"{limit.namespace}: try again in {seconds} second{'s' if seconds > 1 else ''}.",
            retry_after_seconds=seconds,
        )


class Window(NamedTuple):
    """The number of a window of time, and how many calls fell into it and into the one before."""

    number: int
    before: int
    calls: int


class MemoryCounters:
    """Counts for this process; who was not heard of for longest is forgotten first.

    The library's own storage in memory has no bound, and looks at all its keys in each call.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: defaultdict[str, OrderedDict[str, Window]] = defaultdict(OrderedDict)

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    async def hit(self, limit: RateLimitItem, key: str) -> float | None:
        """Count a call within the limit; else return in how many seconds one will be."""
        expiry = limit.get_expiry()
        elapsed, now = math.modf(self._clock() / expiry)
        number = int(now)
        windows = self._windows[limit.namespace]
        window = _moved_on(windows.get(key), number)
        room = limit.amount - window.calls - window.before * (1 - elapsed)
        if room > 0:
            window = window._replace(calls=window.calls + 1)
        windows[key] = window
        windows.move_to_end(key)
        _forget(windows, number)
        if room > 0:
            return None
        return (_free_again(limit.amount - window.calls, window.before) - elapsed) * expiry


def _moved_on(window: Window | None, number: int) -> Window:
    if window is None or window.number < number - 1:
        return Window(number, 0, 0)
    return window if window.number == number else Window(number, window.calls, 0)


def _free_again(left: int, before: int) -> float:
    """At which part of this window the calls of the one before leave room for one more."""
    return 1 - left / before if left > 0 else 1


def _forget(windows: OrderedDict[str, Window], number: int) -> None:
    for _ in range(2):  # more often than one comes in, so that none stays for good
        oldest = next(iter(windows.values()))
        if oldest.number < number - 1 or len(windows) > MAX_KEYS:
            windows.popitem(last=False)
