"""The tasks in memory: those that work, and those that wait for their callers and not too long."""

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from a2a.server.context import ServerCallContext
from a2a.server.tasks import PushNotificationSender
from a2a.utils.errors import TaskNotFoundError

from ..observer import Observer
from ..states import owner_of
from ..storage.store import Stored, TaskStore
from .live_task import LiveTask

# They can be read again; in memory, they only answer sooner.
MAX_PARKED = 1000
MAX_PARKED_BYTES = 64 * 1024 * 1024


class Parked(NamedTuple):
    """A task in memory that nobody uses."""

    timer: asyncio.TimerHandle
    size: int  # bytes


class LiveTasks:
    """There is one `LiveTask` for a task at most; it is let go `parked_seconds` after its last use.

    Where other replicas change tasks too, it is let go at once.
    """

    def __init__(
        self,
        store: TaskStore,
        push: PushNotificationSender,
        *,
        observer: Observer,
        stop_turn: Callable[[str], None],
        patience_seconds: float,
        parked_seconds: float,
    ) -> None:
        self._store = store
        self._make = partial(
            LiveTask,
            store=store,
            push=push,
            observer=observer,
            stop_turn=stop_turn,
            patience_seconds=patience_seconds,
        )
        self._parked_seconds = parked_seconds
        self.used = asyncio.Event()
        self._tasks: dict[str, LiveTask] = {}
        self._parked: dict[str, Parked] = {}  # who has waited longest comes first
        self._parked_bytes = 0

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def kept(self) -> Collection[LiveTask]:
        """Those that the database knows as well; `used` says that there may be some."""
        if not self._tasks:
            self.used.clear()
        return [live for live in self._tasks.values() if live.record.version]

    def new(self, task_id: str, context_id: str, context: ServerCallContext) -> LiveTask:
        """A task that does not exist yet, in use."""
        live = self._tasks[task_id] = self._make(task_id, context_id, context)
        return self._use(live)

    async def find(self, task_id: str, context: ServerCallContext) -> LiveTask:
        """The caller's task, in use until it is released; raises TaskNotFoundError."""
        live, owner = self._tasks.get(task_id), owner_of(context)
        known = 0 if live is None else live.record.version
        if live is None or (self._store.shared and live.record.version):
            stored = await self._store.load(task_id, owner)  # another replica may have changed it
            live = self._tasks.get(task_id)
            if live is None and stored is not None:
                live = self._loaded(stored, context)
        else:
            stored = None
        if live is None or live.task is None or live.record.owner != owner:
            raise TaskNotFoundError(f"Task {task_id} not found")
        self._use(live)
        if self._store.shared and live.record.version:
            await live.catch_up(stored, known=known)
        return live

    def release(self, live: LiveTask) -> None:
        """It is used once less; a task that has come to its end is forgotten then."""
        live.users -= 1
        if live.users:
            return
        if live.ended or live.task is None or self._store.shared:
            self._tasks.pop(live.id, None)
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._parked_seconds, self._let_go, live.id)
        self._parked[live.id] = Parked(timer, live.task.ByteSize())
        self._parked_bytes += self._parked[live.id].size
        while self._parked_bytes > MAX_PARKED_BYTES or len(self._parked) > MAX_PARKED:
            self._let_go(next(iter(self._parked)))

    def close(self) -> None:
        """End everybody's listening."""
        for live in self._tasks.values():
            live.audience.close()

    def _loaded(self, stored: Stored, context: ServerCallContext) -> LiveTask:
        task = stored.task
        live = self._make(task.id, task.context_id, context, stored=stored)
        self._tasks[task.id] = live
        return live

    def _use(self, live: LiveTask) -> LiveTask:
        live.users += 1
        self.used.set()
        self._unpark(live.id)
        return live

    def _let_go(self, task_id: str) -> None:
        self._unpark(task_id)
        del self._tasks[task_id]

    def _unpark(self, task_id: str) -> None:
        if parked := self._parked.pop(task_id, None):
            parked.timer.cancel()
            self._parked_bytes -= parked.size
