"""A message that is sent twice runs once: the second call gets what the first one started."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.server.request_handlers import RequestHandler
from a2a.types import Message, SendMessageRequest, SubscribeToTaskRequest, Task
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError, UnsupportedOperationError
from a2a.utils.task import apply_history_length

from ...database.interface import DatabaseUnavailableError
from ..calls.call import Call, call_of
from ..states import RUNNING, at_rest, owner_of
from ..storage.messages import Claim, MessageRegister
from ..storage.store import TaskStore

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.02
REMOTE_POLL_SECONDS = 0.1


class Repeats:
    """Sending messages, at most once for each message id of an owner (spec 3.3.1).

    A message has run when it stands in its task, or has been answered without one. What a replica
    took that has died before that, or that has refused it, counts for nothing.
    """

    def __init__(
        self, inner: RequestHandler, *, register: MessageRegister, store: TaskStore
    ) -> None:
        self._inner = inner
        self._register = register
        self._store = store
        self._forgetting: set[asyncio.Task[None]] = set()

    async def send(self, params: SendMessageRequest, context: ServerCallContext) -> Task | Message:
        """Answer of this message, whether it is the first time or not."""
        claim = await self._claim(params, context)
        if claim.first:
            attended = not params.configuration.return_immediately
            async with self._first_time(claim, context, attended=attended):
                answer = await self._inner.on_message_send(params, context)
                if isinstance(answer, Message):
                    await self._answered(claim, answer, context)
                return answer
        if claim.reply is not None:
            return claim.reply
        if not params.configuration.return_immediately:
            async for _ in self._rest(claim.task_id, context):
                pass
        return apply_history_length(await self._task(claim.task_id, context), params.configuration)

    async def stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        """Events of this message; a repeated one starts with the task as it is now."""
        claim = await self._claim(params, context)
        if claim.first:
            sending = self._inner.on_message_send_stream(params, context)
            async with self._first_time(claim, context, attended=True), aclosing(sending):
                async for event in sending:
                    if isinstance(event, Message):
                        await self._answered(claim, event, context)
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
        while True:
            new_id = message.task_id or str(uuid.uuid4())
            claim = await self._register.claim(owner, message.message_id, new_id)
            if claim.first or claim.reply is not None:
                return claim
            if message.task_id and message.task_id != claim.task_id:
                raise InvalidParamsError("message.message_id was used before, for another task.")
            in_progress = await self._register.in_progress(claim)  # asked before the task is read
            task = await self._store.get(claim.task_id, context)
            if task and any(heard.message_id == message.message_id for heard in task.history):
                return claim
            if not in_progress:
                await self._register.forget(claim)
            elif self._store.shared:
                await asyncio.sleep(REMOTE_POLL_SECONDS)
            else:
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

    async def _answered(self, claim: Claim, reply: Message, context: ServerCallContext) -> None:
        await self._register.answer(claim, reply)
        call_of(context).kept = True

    @asynccontextmanager
    async def _first_time(
        self, claim: Claim, context: ServerCallContext, *, attended: bool
    ) -> AsyncIterator[None]:
        call = call_of(context)
        call.new_task_id, call.attended = claim.task_id, attended
        try:
            yield
        finally:
            if call.turn is None or call.turn.done():
                await self._settle(claim, call)
            else:  # the caller has gone, or has what it waited for
                call.turn.add_done_callback(lambda _: self._settle_later(claim, call))

    def _settle_later(self, claim: Claim, call: Call) -> None:
        if call.kept:
            self._register.settle(claim)
            return
        forgetting = asyncio.create_task(self._settle(claim, call))
        self._forgetting.add(forgetting)
        forgetting.add_done_callback(self._forgetting.discard)

    async def _settle(self, claim: Claim, call: Call) -> None:
        if call.kept:
            self._register.settle(claim)
            return
        try:
            await self._register.forget(claim)
        except DatabaseUnavailableError:
            logger.debug("A message is forgotten once the database is back")
