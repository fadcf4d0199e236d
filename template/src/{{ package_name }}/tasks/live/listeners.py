"""Who hears what happens to a task: the reader of a stream, and who waits for one answer."""

import asyncio
from collections import deque
from typing import Protocol, Self

from a2a.server.events import Event
from a2a.types import Message, Task
from a2a.utils.errors import InternalError

from ..states import at_rest
from ..storage.growth import snapshot

# A reader that falls further behind is cut off, so that it cannot fill the memory.
MAX_BEHIND = 1024


class Listener(Protocol):
    """Is told of each event in the step in which it happens, and must not hold it up.

    `early` says that callers learn of the task before it has come to rest.
    """

    @property
    def early(self) -> bool: ...

    def begin(self) -> None:
        """What it waits for has begun; until then it is told of turns of other messages."""

    def tell(self, event: Event, task: Task | None) -> None:
        """The event as it is handed out, and the task behind it, which goes on changing."""

    def end(self, error: Exception | None = None) -> None:
        """Nothing more will be told, because all has been said or because of this error."""


class Nobody:
    """Listens, and does not care."""

    early = False

    def begin(self) -> None:
        """Nothing is waited for."""

    def tell(self, event: Event, task: Task | None) -> None:
        """Nothing is kept."""

    def end(self, error: Exception | None = None) -> None:
        """Nothing is missed."""


class Reader:
    """One stream of events; where it was cut off, it ends before the task has come to rest."""

    early = True

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None

    def begin(self) -> None:
        """Nothing changes: it is told of everything."""

    def tell(self, event: Event, _task: Task | None) -> None:
        """Keep it until it is read."""
        if self._ended:
            return
        if len(self._events) == MAX_BEHIND:
            self.end()
        else:
            self._events.append(event)
            self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """Let the stream end behind what is still to be read."""
        if not self._ended:
            self._ended, self._error = True, error
            self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._events.popleft()


class Waiter:
    """One answer: the task at rest or a message, and `at_once` the task as soon as it moves.

    It moves once the message is part of it: a promise that holds whatever happens to this process.
    """

    def __init__(self, *, at_once: bool) -> None:
        self.early = at_once
        self._begun = False
        self._task: Task | None = None
        self.answer: asyncio.Future[Task | Message] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        """The turn of its message has its go."""
        self._begun = True

    def tell(self, event: Event, task: Task | None) -> None:
        """Take it for the answer, or remember whose rest is the answer."""
        self._task = task
        if isinstance(event, Message):
            self._settle(event)
        elif self.early and self._begun and task is not None:
            self._settle(snapshot(task))

    def end(self, error: Exception | None = None) -> None:
        """Answer with the task at rest; what has not come to rest is an error."""
        if error is None and self._task is not None and at_rest(self._task):
            self._settle(snapshot(self._task))
        elif not self.answer.done():
            self.answer.set_exception(error or InternalError("The turn came to no rest."))

    def _settle(self, answer: Task | Message) -> None:
        if not self.answer.done():  # callers hang up
            self.answer.set_result(answer)
