"""Callers of an agent in trouble, who do not give up."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from a2a.types import GetTaskRequest, Message, Part, Role, SendMessageRequest
from history_answers import PASSING, RefusedError, Wire
from history_clients import WIRES
from history_views import state_of
from troubled_agent import PATIENCE_SECONDS, TroubledAgent


@dataclass(frozen=True)
class Answer:
    """What one call has got, and how long that took; either a task or a failure in words."""

    transport: str
    began: float
    seconds: float
    task_id: str = ""
    failure: str = ""


@dataclass
class Callers:
    """They send one message after the other, each again and again until it is acknowledged."""

    agent: TroubledAgent
    answers: list[Answer] = field(default_factory=list)

    @contextmanager
    def calling(self, count: int) -> Iterator[None]:
        """So many of them for each transport, at the same time."""
        callers = [
            asyncio.create_task(self._call(transport)) for transport in WIRES for _ in range(count)
        ]
        yield
        for caller in callers:
            caller.cancel()

    @property
    def acknowledged(self) -> list[Answer]:
        """Those with a task."""
        return [answer for answer in self.answers if answer.task_id]

    async def until_acknowledged(self, more: int) -> None:
        """Wait for so many more."""
        enough = len(self.acknowledged) + more
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.acknowledged) < enough:
                await asyncio.sleep(0.05)

    async def state_of(self, answer: Answer) -> str:
        """The state of a task, as soon as somebody says it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._connected(answer.transport) as wire:
            while True:
                with suppress(*PASSING):
                    task = await wire.call("GetTask", GetTaskRequest(id=answer.task_id), seconds=5)
                    return state_of(task.status)
                await asyncio.sleep(0.2)

    async def _call(self, transport: str) -> None:
        async with self._connected(transport) as wire:
            while True:
                message_id = str(uuid.uuid4())
                while (await self._sent(transport, wire, message_id)).failure:
                    await asyncio.sleep(0.2)

    async def _sent(self, transport: str, wire: Wire, message_id: str) -> Answer:
        message = Message(message_id=message_id, role=Role.ROLE_USER, parts=[Part(text="Ada")])
        began, told, failure = time.monotonic(), "", ""
        try:
            request = SendMessageRequest(message=message)
            told = (await wire.call("SendMessage", request, seconds=PATIENCE_SECONDS)).task.id
        except (*PASSING, RefusedError) as error:
            failure = f"{type(error).__name__}: {error}"
        answer = Answer(transport, began, time.monotonic() - began, told, failure)
        self.answers.append(answer)
        return answer

    @asynccontextmanager
    async def _connected(self, transport: str) -> AsyncIterator[Wire]:
        wire = self.agent.wire(transport)
        try:
            yield wire
        finally:
            await wire.close()
