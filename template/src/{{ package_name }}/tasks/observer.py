"""What can be seen of calls and turns, for those who count, log and trace them."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from .calls.call import Call
from .lifecycle import RunningTurn


class Observer:
    """Sees nothing; those that look override what they want to know.

    Nothing in here may raise or wait: it runs between a caller and its answer.
    """

    def call_began(self, call: Call) -> None:
        """One of the eleven operations has begun; its ids are known, as far as the caller says."""

    def stream_opened(self, call: Call) -> None:
        """The first event of a stream is on its way, which mostly says that the task exists."""

    def first_event(self, call: Call) -> None:
        """The first event of a stream that says something is on its way."""

    def call_ended(self, call: Call) -> None:
        """`call.outcome` is set; a stream ends with its last event."""

    def around_turn(self, turn: RunningTurn) -> AbstractContextManager[object]:
        """Entered before the agent's logic runs and left when `turn.outcome` is set."""
        return nullcontext(turn)

    def task_ended(self, state: str) -> None:
        """A task is completed, failed, canceled or rejected."""

    def recovered(self, outcome: str) -> None:
        """A task of a replica that has died is failed, or resumed by another one."""

    def refused(self, transport: str, reason: str) -> None:
        """A request was turned away before it could become a call, or as soon as it was one."""

    def push_delivered(self, outcome: str) -> None:
        """A push notification was taken (ok), could not be delivered (failed) or was given_up."""


class Observers(Observer):
    """All of them, one after the other."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def call_began(self, call: Call) -> None:
        for observer in self._observers:
            observer.call_began(call)

    def stream_opened(self, call: Call) -> None:
        for observer in self._observers:
            observer.stream_opened(call)

    def first_event(self, call: Call) -> None:
        for observer in self._observers:
            observer.first_event(call)

    def call_ended(self, call: Call) -> None:
        for observer in self._observers:
            observer.call_ended(call)

    @contextmanager
    def around_turn(self, turn: RunningTurn) -> Iterator[None]:
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.around_turn(turn))
            yield

    def task_ended(self, state: str) -> None:
        for observer in self._observers:
            observer.task_ended(state)

    def recovered(self, outcome: str) -> None:
        for observer in self._observers:
            observer.recovered(outcome)

    def refused(self, transport: str, reason: str) -> None:
        for observer in self._observers:
            observer.refused(transport, reason)

    def push_delivered(self, outcome: str) -> None:
        for observer in self._observers:
            observer.push_delivered(outcome)
