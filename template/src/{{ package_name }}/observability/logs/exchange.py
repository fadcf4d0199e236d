"""One request and its answer: what every log line in between says about them."""

import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter

from asgi_correlation_id import correlation_id
from structlog.typing import EventDict, WrappedLogger

from ...tasks.calls.call import Call
from ...tasks.lifecycle import RunningTurn
from .redaction import printable

# What this agent calls its tasks; anything else is text that a caller has put in place of an id.
TASK_ID = re.compile(r"[0-9a-f-]{36}")

# Other ids, and names, are text of callers', which nobody has checked when a call is refused.
MAX_CHARACTERS = 128


@dataclass(slots=True, eq=False)
class Exchange:
    """Filled in as things become known, by whoever knows them and in whatever asyncio task.

    `call` is there once the request has become one of the eleven operations, `turn` once the
    agent's logic runs for it. `refusal` says why it did not get as far.
    """

    started: float = field(default_factory=perf_counter)
    call: Call | None = None
    turn: RunningTurn | None = None
    transport: str = ""
    refusal: str = ""

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return perf_counter() - self.started

    def fields(self) -> dict[str, str]:
        """What is known so far; the ids of a new task are known to its turn alone."""
        call = self.call
        if call is None:
            return {"a2a.transport": self.transport}
        subject = self.turn or call
        is_id = TASK_ID.fullmatch(subject.task_id)
        return {
            "a2a.transport": call.transport,
            "a2a.operation": call.operation,
            "a2a.message_id": _brief(call.message_id),
            "a2a.task_id": subject.task_id if is_id else "",
            "a2a.context_id": _brief(subject.context_id),
            "user.name": _brief(call.principal.subject),
            "user.domain": _brief(call.principal.issuer),
        }


# Shared by all contexts that are copied from that of the request: streams, tasks and turns.
current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def add_exchange(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Processor: which request, call and turn a line belongs to."""
    if request_id := correlation_id.get():
        event["http.request.id"] = request_id
    if exchange := current.get():
        for name, value in exchange.fields().items():
            if value:
                event[name] = value
    return event


def _brief(text: str) -> str:
    return printable(text[:MAX_CHARACTERS])[:MAX_CHARACTERS]
