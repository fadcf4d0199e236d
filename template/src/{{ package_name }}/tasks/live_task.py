"""One task in memory: what happens to it, one thing after the other, and who is told of it."""

import asyncio

from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.server.tasks import PushNotificationSender
from a2a.types import (
    Message,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatusUpdateEvent,
)

from .growth import enter, grow, hear, snapshot
from .listeners import Listener
from .observer import Observer
from .states import TERMINAL, at_rest, name_of, owner_of
from .store import TaskStore


class LiveTask:
    """A task that works or waits for its caller; `task` is None until it exists.

    Events are handed out as they come and never change afterwards; `task` goes on changing.
    """

    def __init__(
        self,
        task_id: str,
        context_id: str,
        context: ServerCallContext,
        *,
        store: TaskStore,
        push: PushNotificationSender,
        observer: Observer,
        task: Task | None = None,
    ) -> None:
        self.id = task_id
        self.context_id = context_id
        self.owner = owner_of(context)
        self.task = task
        self._store = store
        self._push = push
        self._observer = observer
        self._context = context
        self.turns = asyncio.Lock()  # one after the other
        self._changes = asyncio.Lock()
        self._message: Message | None = None
        self._asker: Listener | None = None
        self._listeners: list[Listener] = []
        self._queued: list[Listener] = []
        self._broken = False
        self.users = 0

    @property
    def state(self) -> TaskState:
        """The state of the task; unspecified until it exists."""
        return TaskState.TASK_STATE_UNSPECIFIED if self.task is None else self.task.status.state

    @property
    def ended(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self._broken or self.state in TERMINAL

    def queue(self, asker: Listener) -> None:
        """Tell it what happens from now on, up to the end of a turn that has not begun yet."""
        self._queued.append(asker)
        self.listen(asker)

    def begin(self, asker: Listener, message: Message, context: ServerCallContext) -> None:
        """The turn of this message has its go; once it is at rest, `asker` has heard all."""
        if asker in self._queued:
            self._queued.remove(asker)
        self._asker, self._message, self._context = asker, message, context

    async def apply(self, event: Event) -> None:
        """Change the task, keep it, tell of it; what comes behind its end is left out.

        Whoever is cancelled in here may rely on it that a state at rest is kept and told.
        """
        if at_rest(event):
            await asyncio.shield(asyncio.create_task(self._apply(event)))
        else:
            await self._apply(event)

    def listen(self, listener: Listener) -> None:
        """Tell it what happens from now on."""
        self._listeners.append(listener)

    async def join(self, listener: Listener) -> Task:
        """The task as it is, for a listener that is told of everything behind that."""
        async with self._changes:
            assert self.task is not None
            self.listen(listener)
            return snapshot(self.task)

    def leave(self, listener: Listener, error: Exception | None = None) -> None:
        """Tell it nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            listener.end(error)

    def close(self, error: Exception | None = None) -> None:
        """Tell nobody anything more, whatever they still wait for."""
        for listener in tuple(self._listeners):
            self.leave(listener, error)

    async def _apply(self, event: Event) -> None:
        async with self._changes:
            if self.ended:
                return
            if not isinstance(event, Message):
                try:
                    await self._store.save(self._changed_by(event), self._context)
                except Exception as error:
                    self._broken = True  # what is kept and what is known differ from now on
                    self.close(error)
                    raise
                if self.ended:
                    self._observer.task_ended(name_of(self.state))
                await self._push.send_notification(self.id, event)
            self._tell(event)

    def _changed_by(self, event: Task | TaskStatusUpdateEvent | TaskArtifactUpdateEvent) -> Task:
        if isinstance(event, Task):
            self.task = Task()
            self.task.CopyFrom(event)
            self._message = None
            return self.task
        assert self.task is not None
        if self._message is not None:
            hear(self.task, self._message)
            self._message = None
        if isinstance(event, TaskArtifactUpdateEvent):
            grow(self.task, event)
        else:
            enter(self.task, event.status)
        return self.task

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener.tell(event, self.task)
        if self.ended or isinstance(event, Message):
            for listener in [each for each in self._listeners if each not in self._queued]:
                self.leave(listener)
        elif at_rest(event) and self._asker is not None:
            self.leave(self._asker)
