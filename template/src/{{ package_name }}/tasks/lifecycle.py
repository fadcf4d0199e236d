"""The turns that run in this process: cancelling one, draining and aborting all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

from .calls.call import Call

# What an aborted turn gets to write its last state and to tell its callers.
ABORT_SECONDS = 2.0
POLL_SECONDS = 0.02
# A request that is on its way when the ports close still gets its answer.
QUIET_SECONDS = 0.2


TurnOutcome = Literal[
    "", "completed", "message", "input_required", "auth_required", "rejected",
    "failed", "crashed", "timed_out", "interrupted", "canceled",
]  # fmt: skip


@dataclass(eq=False, slots=True, kw_only=True)
class RunningTurn:
    """A turn in this process; `cancelled` is what its logic can look at.

    `outcome` is empty while it runs. The logic says `failed` itself; it has `crashed` when it
    raised, and is `interrupted` by a shutdown.
    """

    call: Call
    task_id: str
    context_id: str
    worker: "asyncio.Task[object]"
    started: float = field(default_factory=perf_counter)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: TurnOutcome = ""

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return perf_counter() - self.started


class RunningTurns:
    """Every turn registers here while it runs, and every call that waits for one."""

    def __init__(self) -> None:
        self._running: dict[str, RunningTurn] = {}
        self._calls = 0
        self.aborting = False
        self._hurried = False

    @contextmanager
    def register(self, call: Call, task_id: str, context_id: str) -> Iterator[RunningTurn]:
        """Count the current asyncio task as the worker of this turn."""
        worker = asyncio.current_task()
        assert worker is not None
        turn = RunningTurn(call=call, task_id=task_id, context_id=context_id, worker=worker)
        self._running[task_id] = turn
        try:
            yield turn
        finally:
            turn.cancelled.set()
            del self._running[task_id]

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count a call until its caller has the whole answer."""
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._running

    def __len__(self) -> int:
        return len(self._running)

    @property
    def longest_seconds(self) -> float:
        """For how long the oldest turn has been running; 0 when there is none."""
        return max((turn.seconds for turn in self._running.values()), default=0.0)

    def stop(self, task_id: str) -> None:
        """Let the logic of a turn know that nobody waits for it, and cancel its worker."""
        if turn := self._running.get(task_id):
            turn.cancelled.set()
            turn.worker.cancel()

    async def drain(self, grace_seconds: float) -> bool:
        """Wait until turns and calls have ended and no more arrive; False when some are left."""
        now = asyncio.get_running_loop().time
        deadline, busy_at = now() + grace_seconds, now()
        while now() < deadline and not self._hurried:
            if self._running or self._calls:
                busy_at = now()
            elif now() - busy_at >= QUIET_SECONDS:
                break
            await asyncio.sleep(POLL_SECONDS)
        return not (self._running or self._calls)

    def hurry(self) -> None:
        """Let the drain that waits end now."""
        self._hurried = True

    async def abort(self) -> None:
        """Interrupt what still runs; each turn ends its task as failed and its callers hear it."""
        self.aborting = True
        self._hurried = False
        for turn in self._running.values():
            turn.cancelled.set()
            turn.worker.cancel()
        await self.drain(ABORT_SECONDS)
