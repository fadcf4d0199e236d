"""Keeps a flood of refusals from becoming a flood of log lines."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

# So many things are told apart in one period; what comes beyond them is heard as one.
MAX_KEYS = 1000
OTHERS = object()


class Noise:
    """Lets each thing be heard once in a period, and counts how often it was not."""

    def __init__(
        self, period_seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._period_seconds = period_seconds
        self._clock = clock
        # When each was heard last, the earliest first, and how often it was left out since.
        self._known: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def heard(self, key: Hashable) -> int | None:
        """None: keep quiet. Otherwise say it, and how often it was left out since the last time."""
        now = self._clock()
        if key not in self._known and len(self._known) >= MAX_KEYS:
            key = self._make_room(key, now)
        heard_at, left_out = self._known.get(key, (-math.inf, 0))
        if now - heard_at < self._period_seconds:
            self._known[key] = (heard_at, left_out + 1)
            return None
        self._known[key] = (now, 0)
        self._known.move_to_end(key)
        return left_out

    def _make_room(self, key: Hashable, now: float) -> Hashable:
        oldest, (heard_at, _) = next(iter(self._known.items()))
        if now - heard_at < self._period_seconds:
            return OTHERS
        del self._known[oldest]
        return key
