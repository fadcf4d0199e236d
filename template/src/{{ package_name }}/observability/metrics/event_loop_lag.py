"""How late the event loop is: what blocks it holds up every call at once."""

import asyncio
from collections.abc import Callable
from time import perf_counter

# Often enough to meet what blocks for long, and too rare to cost anything.
INTERVAL_SECONDS = 0.5


class EventLoopLag:
    """Sets an alarm again and again, and tells by how many seconds it was late."""

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe
        self._alarm: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch the loop that runs."""
        due = perf_counter() + INTERVAL_SECONDS
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(INTERVAL_SECONDS, self._ring, due)

    def stop(self) -> None:
        """Watch it no longer, if it was watched."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _ring(self, due: float) -> None:
        self._observe(max(0.0, perf_counter() - due))
        self.start()
