"""What waits to be delivered: bounded for each target and in all, and last states are kept."""

import contextvars
import uuid
from dataclasses import dataclass, field

from a2a.server.tasks import PushNotificationEvent

from ..states import at_rest
from .targets import Target

MAX_WAITING = 100  # for one target
MAX_BYTES = 32 * 1024 * 1024  # in all; events of several targets count for each


@dataclass(frozen=True, slots=True, eq=False)
class Notification:
    """One event for one target, in the context of the call that it comes from.

    Times are those of the event loop. `id` stays the same however often it is sent.
    """

    event: PushNotificationEvent
    queued_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    @property
    def lasting(self) -> bool:
        """Whether it tells of a state that a task may stay in."""
        return at_rest(self.event)


class PushQueue:
    """First in, first out, for each target."""

    def __init__(self, *, max_waiting: int = MAX_WAITING, max_bytes: int = MAX_BYTES) -> None:
        self._max_waiting = max_waiting
        self._max_bytes = max_bytes
        self._bytes = 0
        # Dictionaries, because these know their order and let go of any entry at once.
        self._waiting: dict[Target, dict[Notification, None]] = {}
        self._passing: dict[Notification, Target] = {}

    @property
    def total(self) -> int:
        """How many there are for all targets."""
        return sum(map(len, self._waiting.values()))

    def put(self, target: Target, notification: Notification) -> int:
        """Append it; how many had to go for it, the oldest first and no last state."""
        waiting = self._waiting.setdefault(target, {})
        waiting[notification] = None
        self._bytes += notification.event.ByteSize()
        if not notification.lasting:
            self._passing[notification] = target
        dropped = 0
        if len(waiting) > self._max_waiting:
            oldest = next((each for each in waiting if not each.lasting), next(iter(waiting)))
            self._remove(target, oldest)
            dropped += 1
        while self._bytes > self._max_bytes and self._passing:
            oldest, its_target = next(iter(self._passing.items()))
            self._remove(its_target, oldest)
            dropped += 1
        return dropped

    def take(self, target: Target) -> Notification | None:
        """The next one of this target."""
        for notification in self._waiting.get(target, ()):
            self._remove(target, notification)
            return notification
        return None

    def waiting(self, target: Target) -> int:
        """How many there are for this target."""
        return len(self._waiting.get(target, ()))

    def drop(self, target: Target, *, keep: int = 0) -> int:
        """Let go of all of this target but its latest; how many these were."""
        waiting = self._waiting.get(target, {})
        dropped = list(waiting)[: max(0, len(waiting) - keep)]
        for notification in dropped:
            self._remove(target, notification)
        return len(dropped)

    def _remove(self, target: Target, notification: Notification) -> None:
        waiting = self._waiting[target]
        del waiting[notification]
        if not waiting:
            del self._waiting[target]
        self._passing.pop(notification, None)
        self._bytes -= notification.event.ByteSize()
