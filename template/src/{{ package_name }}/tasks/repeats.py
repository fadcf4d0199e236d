"""A message that is sent twice runs once: the second call gets what the first one started."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.server.request_handlers import RequestHandler
from a2a.types import Message, SendMessageRequest, SubscribeToTaskRequest, Task
from a2a.utils.errors import (
    A2AError,
    InvalidParamsError,
    TaskNotFoundError,
    UnsupportedOperationError,
)
from a2a.utils.task import apply_history_length

from .call import call_of
from .messages import Claim, MessageRegister
from .states import RUNNING, at_rest, owner_of
from .store import TaskStore

# A caller may hang up and repeat before its task exists.
PATIENCE_SECONDS = 1.0
POLL_SECONDS = 0.02


class Repeats:
    """Sending messages, at most once for each message id of an owner (spec 3.3.1)."""

    def __init__(
        self, inner: RequestHandler, *, register: MessageRegister, store: TaskStore
    ) -> None:
        self._inner = inner
        self._register = register
        self._store = store

    async def send(self, params: SendMessageRequest, context: ServerCallContext) -> Task | Message:
        """Answer of this message, whether it is the first time or not."""
        follow_up = bool(params.message.task_id)
        claim = await self._claim(params, context)
        if claim.first:
            call_of(context).attended = not params.configuration.return_immediately
            async with self._first_time(claim, context, follow_up=follow_up):
                answer = await self._inner.on_message_send(params, context)
                if isinstance(answer, Message):
                    self._register.answer(claim, answer)
                return answer
        if claim.reply is not None:
            return claim.reply
        if not params.configuration.return_immediately:
            await claim.settled.wait()
            async for _ in self._rest(claim.task_id, context):
                pass
        return apply_history_length(await self._task(claim.task_id, context), params.configuration)

    async def stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        """Events of this message; a repeated one starts with the task as it is now."""
        follow_up = bool(params.message.task_id)
        claim = await self._claim(params, context)
        if claim.first:
            call_of(context).attended = True
            sending = self._inner.on_message_send_stream(params, context)
            async with self._first_time(claim, context, follow_up=follow_up), aclosing(sending):
                async for event in sending:
                    if isinstance(event, Message):
                        self._register.answer(claim, event)
                    yield event
        elif claim.reply is not None:
            yield claim.reply
        else:
            running = False
            async with aclosing(self._rest(claim.task_id, context)) as rest:
                async for event in rest:
                    running = True
                    yield event
            if not running:
                task = await self._task(claim.task_id, context)
                yield apply_history_length(task, params.configuration)

    async def _claim(self, params: SendMessageRequest, context: ServerCallContext) -> Claim:
        message, owner = params.message, owner_of(context)
        loop = asyncio.get_running_loop()
        patience = loop.time() + PATIENCE_SECONDS
        while True:
            new_id = message.task_id or str(uuid.uuid4())
            claim = await self._register.claim(owner, message.message_id, new_id)
            if claim.first or claim.reply is not None:
                return claim
            if message.task_id and message.task_id != claim.task_id:
                raise InvalidParamsError("message.message_id was used before, for another task.")
            if await self._store.get(claim.task_id, context) is not None:
                return claim
            if claim.settled.is_set() and loop.time() > patience:
                await self._register.forget(claim)  # the first call left nothing behind
            await asyncio.sleep(POLL_SECONDS)

    async def _task(self, task_id: str, context: ServerCallContext) -> Task:
        task = await self._store.get(task_id, context)
        if task is None:
            raise TaskNotFoundError  # deleted in this moment
        return task

    async def _rest(self, task_id: str, context: ServerCallContext) -> AsyncGenerator[Event, None]:
        """What still happens to a task, as long as it runs."""
        task = await self._store.get(task_id, context)
        if task is None or task.status.state not in RUNNING:
            return
        request = SubscribeToTaskRequest(id=task_id, tenant=context.tenant)
        try:
            async with aclosing(self._inner.on_subscribe_to_task(request, context)) as events:
                async for event in events:
                    yield event
                    if at_rest(event):
                        return
        except UnsupportedOperationError:
            return  # it has ended in this moment

    @asynccontextmanager
    async def _first_time(
        self, claim: Claim, context: ServerCallContext, *, follow_up: bool
    ) -> AsyncIterator[None]:
        try:
            call_of(context).new_task_id = claim.task_id
            yield
        except A2AError:
            if follow_up or await self._store.get(claim.task_id, context) is None:
                await self._register.forget(claim)
            raise
        finally:
            self._register.settle(claim)
