"""The words `agent/logic.py` speaks: a Turn comes in, replies go out.

Nothing in here knows of A2A: the machinery in `tasks/` translates.

    async def reply(turn: Turn) -> AsyncIterator[Reply]:
        yield f"You said: {turn.text}"

`Ask`, `RequestAuthorization`, `Refuse` and `Fail` end the turn; code behind them does not run.
Without one of them the task is completed when `reply` returns.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | float | bool | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file, by content or by address; as a reply it becomes an artifact of the task.

    Which media types callers may send, and are told to expect, stands in `agent/card.py`.

    yield File(name="report.csv", media_type="text/csv", content=b"a,b\\n1,2\\n")
    """

    name: str = ""
    media_type: str = "application/octet-stream"
    content: bytes | None = None
    url: str = ""

    def __post_init__(self) -> None:
        if (self.content is None) == (not self.url):
            raise ValueError("A File has either content or a url.")


@dataclass(frozen=True, slots=True)
class Data:
    """Structured data; as a reply it becomes an artifact of the task.

    yield Data({"celsius": 21.5}, name="weather")
    """

    value: JSON
    name: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the agent is doing; streamed to the caller, not part of the answer.

    yield Progress("Searching 3 of 12 archives")
    """

    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A complete answer without a task: nothing to follow, to cancel or to list.

    It has to be the only reply of the turn; where a task exists already, it closes that task.

    yield Message("We are open from nine to five.")
    """

    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back; the caller's answer is the next turn of the same task.

    yield Ask("Which city?")
    """

    text: str


@dataclass(frozen=True, slots=True)
class RequestAuthorization:
    """The caller has to grant something elsewhere and then send another turn.

    yield RequestAuthorization("Allow access to your calendar.", url="https://id.example/allow")
    """

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The agent will not do this; the task ends as rejected.

    yield Refuse("I only answer questions about the weather.")
    """

    text: str


@dataclass(frozen=True, slots=True)
class Fail:
    """The agent could not do this; the task ends as failed.

    yield Fail("The weather service does not answer.")
    """

    text: str


Ending: TypeAlias = Ask | RequestAuthorization | Refuse | Fail
Reply: TypeAlias = str | File | Data | Progress | Message | Ending
"""A plain `str` is a piece of the answer; pieces are streamed and joined as they come."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is speaking, as far as authentication knows; `name` is empty for anonymous callers.

    A name is unique for its issuer only. `scopes` are what the issuer lets the caller do.
    """

    name: str = ""
    issuer: str = ""
    tenant: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def authenticated(self) -> bool:
        """Whether anybody vouches for the name."""
        return bool(self.issuer)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said earlier in the same conversation."""

    speaker: Literal["caller", "agent"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the caller has just said, and all that is known around it.

    `history` holds what was said before in this conversation, oldest first: the latest tasks of
    the context, then this task. `skill` is the one of your card that the caller asks for with
    `skillId` in its metadata, and may use. Numbers in `data` are floats, as A2A carries them.
    `attempt` is more than 1 when a turn is resumed whose replica has died; see `resumable`.
    `cancelled` is set when the caller cancels or the server stops. Coroutines are cancelled as
    well, so only work handed to threads needs to look: `turn.cancelled.is_set()`.
    """

    text: str
    files: tuple[File, ...] = ()
    data: tuple[JSON, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    caller: Caller = field(default_factory=Caller)
    skill: str = ""
    history: tuple[Utterance, ...] = ()
    attempt: int = 1
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    message_id: str = ""
    task_id: str = ""
    context_id: str = ""


Logic: TypeAlias = Callable[[Turn], AsyncIterator[Reply]]


def resumable(logic: Logic) -> Logic:
    """Let another replica begin a turn again whose replica has died, instead of failing its task.

    Declare it only where it does no harm to do everything twice. What the turn had said of its
    answer is replaced; progress, data and files that it had handed out stay. A turn is begun three
    times at most.

        @resumable
        async def reply(turn: Turn) -> AsyncIterator[Reply]:
            yield await draft(turn.text, key=turn.message_id)
    """
    logic.resumable = True  # type: ignore[attr-defined]
    return logic


def is_resumable(logic: Logic) -> bool:
    """Whether `resumable` has been said of it."""
    return getattr(logic, "resumable", False)
