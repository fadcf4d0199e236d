"""The tasks in memory: those that work, and those that wait for their callers and not too long."""

import asyncio
from functools import partial
from typing import NamedTuple

from a2a.server.context import ServerCallContext
from a2a.server.tasks import PushNotificationSender
from a2a.types import Task
from a2a.utils.errors import TaskNotFoundError

from .live_task import LiveTask
from .observer import Observer
from .states import owner_of
from .store import TaskStore

# They can be read again; in memory, they only answer sooner.
MAX_PARKED = 1000
MAX_PARKED_BYTES = 64 * 1024 * 1024


class Parked(NamedTuple):
    """A task in memory that nobody uses."""

    timer: asyncio.TimerHandle
    size: int  # bytes


class LiveTasks:
    """There is one `LiveTask` for a task at most; it is let go `parked_seconds` after its last use."""

    def __init__(
        self,
        store: TaskStore,
        push: PushNotificationSender,
        *,
        observer: Observer,
        parked_seconds: float,
    ) -> None:
        self._store = store
        self._make = partial(LiveTask, store=store, push=push, observer=observer)
        self._parked_seconds = parked_seconds
        self._tasks: dict[str, LiveTask] = {}
        self._parked: dict[str, Parked] = {}  # who has waited longest comes first
        self._parked_bytes = 0

    def __len__(self) -> int:
        return len(self._tasks)

    def new(self, task_id: str, context_id: str, context: ServerCallContext) -> LiveTask:
        """A task that does not exist yet, in use."""
        live = self._tasks[task_id] = self._make(task_id, context_id, context)
        return self._use(live)

    async def find(self, task_id: str, context: ServerCallContext) -> LiveTask:
        """The caller's task, in use until it is released; raises TaskNotFoundError."""
        live = self._tasks.get(task_id)
        if live is None and (task := await self._store.get(task_id, context)) is not None:
            live = self._tasks.get(task_id) or self._loaded(task, context)
        if live is None or live.task is None or live.owner != owner_of(context):
            raise TaskNotFoundError(f"Task {task_id} not found")
        return self._use(live)

    def release(self, live: LiveTask) -> None:
        """It is used once less; a task that has come to its end is forgotten then."""
        live.users -= 1
        if live.users:
            return
        if live.ended or live.task is None:
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
            live.close()

    def _loaded(self, task: Task, context: ServerCallContext) -> LiveTask:
        live = self._make(task.id, task.context_id, context, task=task)
        self._tasks[task.id] = live
        return live

    def _use(self, live: LiveTask) -> LiveTask:
        live.users += 1
        self._unpark(live.id)
        return live

    def _let_go(self, task_id: str) -> None:
        self._unpark(task_id)
        del self._tasks[task_id]

    def _unpark(self, task_id: str) -> None:
        if parked := self._parked.pop(task_id, None):
            parked.timer.cancel()
            self._parked_bytes -= parked.size
