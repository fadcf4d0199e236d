"""Who is told of one task: those who listen, and the one whose message the turn is about."""

from collections.abc import Callable, Sequence

from a2a.server.events import Event
from a2a.types import Message, Task

from ..states import at_rest
from .listeners import Listener


class Audience:
    """Each listener is told of everything from when it came; the asker until its turn is at rest."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._queued: list[Listener] = []
        self._asker: Listener | None = None
        self._rested: Callable[[], None] | None = None

    def queue(self, asker: Listener) -> None:
        """Tell it what happens from now on, up to the end of a turn that has not begun yet."""
        self._queued.append(asker)
        self.listen(asker)

    def listen(self, listener: Listener) -> None:
        """Tell it what happens from now on."""
        self._listeners.append(listener)

    def begin(self, asker: Listener | None, rested: Callable[[], None] | None) -> None:
        """The turn of this one has its go; `rested` is called right before anybody hears of its rest."""
        if asker is not None and asker in self._queued:
            self._queued.remove(asker)
            asker.begin()
        self._asker, self._rested = asker, rested

    def leave(self, listener: Listener, error: Exception | None = None) -> None:
        """Tell it nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            listener.end(error)

    def lose_asker(self, error: Exception) -> None:
        """Tell the one whose turn it is nothing more, because nothing comes of its message."""
        if self._asker is not None:
            self.leave(self._asker, error)

    def close(self, error: Exception | None = None) -> None:
        """Tell nobody anything more, whatever they still wait for."""
        for listener in tuple(self._listeners):
            self.leave(listener, error)

    def tell(self, events: Sequence[Event], task: Task | None, *, ended: bool) -> None:
        """These have happened, which made this of the task; once it has ended, nobody hears more."""
        if self._rested is not None and any(map(at_rest, events)):
            self._rested()
        for event in events:
            for listener in tuple(self._listeners):
                listener.tell(event, task)
        if ended or any(isinstance(event, Message) for event in events):
            for listener in [each for each in self._listeners if each not in self._queued]:
                self.leave(listener)
        elif any(map(at_rest, events)) and self._asker is not None:
            self.leave(self._asker)
