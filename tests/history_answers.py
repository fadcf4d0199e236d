"""What a call can come to, whatever transport it goes over."""

from collections.abc import AsyncGenerator
from typing import Any, NoReturn, Protocol

from google.protobuf.message import Message

VERSION = {"A2A-Version": "1.0"}
# Reasons that ask for another try.
RETRIABLE = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED"})


class RefusedError(Exception):
    """The agent has answered that it will not do this: a reason in capitals, and a sentence."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(f"{reason or 'NO_REASON'}: {sentence}")


class UnavailableError(Exception):
    """The agent has asked to try again."""


class UnreachableError(Exception):
    """Nobody listens there, so nothing has been sent."""


class LostError(Exception):
    """No answer, or only the first part of one: nobody knows what has happened."""


# What may be tried again, with the same message id and at another replica.
PASSING = (LostError, UnavailableError, UnreachableError, TimeoutError)


class Wire(Protocol):
    """One transport to one replica, for one caller; raises the errors above."""

    async def call(self, operation: str, request: Message, *, seconds: float) -> Any:
        """The answer, unless it takes longer."""

    def stream(self, operation: str, request: Message) -> AsyncGenerator[Any, None]:
        """Events as they come."""

    async def close(self) -> None:
        """Hang up."""


def refuse(reason: str, sentence: str) -> NoReturn:
    """Raise what these words mean."""
    if reason in RETRIABLE:
        raise UnavailableError(f"{reason}: {sentence}")
    raise RefusedError(reason, sentence)
