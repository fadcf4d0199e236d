"""One call: what its binding knows of it, and what is found out on the way."""

import asyncio
import contextvars
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

from a2a.server.context import ServerCallContext
from a2a.types import SendMessageRequest
from google.protobuf.message import Message as ProtobufMessage

from .principal import NOBODY, Principal, principal_of
from .refusals import RefusedError

CALL = "call"  # state key

Outcome = Literal["", "ok", "rejected", "error", "timeout", "cancelled"]


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """Made by the context builder of each binding, and shared by all who serve the call.

    `outcome` is empty while the call runs; `rejected` is the caller's fault, `error` is ours, and
    `cancelled` means that the caller has hung up. `refused` says why a call was turned away for
    who makes it, or for how many there are.
    """

    transport: str
    address: str = ""
    version: str = ""
    versions: frozenset[str] = frozenset()

    operation: str = ""
    principal: Principal = NOBODY
    message_id: str = ""
    task_id: str = ""
    context_id: str = ""
    started: float = field(default_factory=perf_counter)
    outcome: Outcome = ""
    refused: RefusedError | None = None

    # The id that is chosen for a new task; whether the caller knows the context already; whether it
    # stays until the agent comes to rest; and whether anybody learns of the task before that.
    new_task_id: str = ""
    continued: bool = False
    attended: bool = False
    known_early: bool = False
    # Of a message: its turn, once it has begun; which attempt at it this is; and whether it is in
    # the database for good, with its task or with its answer.
    turn: asyncio.Task[None] | None = None
    attempt: int = 1
    kept: bool = False

    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    @property
    def payer(self) -> str:
        """Whose share of the agent it uses: that of its caller, or of an address."""
        issuer, subject = self.principal.issuer, self.principal.subject
        return f"{issuer}\n{subject}" if subject else self.address

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return perf_counter() - self.started

    def begin(self, operation: str, params: ProtobufMessage, context: ServerCallContext) -> None:
        """Note what the caller says about itself and about what it calls for."""
        self.operation = operation
        self.principal = principal_of(context)
        told = params.message if isinstance(params, SendMessageRequest) else params
        self.message_id = getattr(told, "message_id", "")
        self.context_id = getattr(told, "context_id", "")
        self.task_id = getattr(told, "task_id", "") or getattr(params, "id", "")


def call_of(context: ServerCallContext) -> Call:
    """The call that a context belongs to; an empty one when no binding has made it."""
    if CALL not in context.state:
        context.state[CALL] = Call(transport="")
    call: Call = context.state[CALL]
    return call
