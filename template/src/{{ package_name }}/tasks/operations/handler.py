"""One policy for all bindings: what is checked, bounded, remembered and masked."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.server.request_handlers import RequestHandler
from a2a.types import (
    AgentCard,
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTaskPushNotificationConfigsResponse,
    ListTasksRequest,
    ListTasksResponse,
    Message,
    SendMessageRequest,
    SubscribeToTaskRequest,
    Task,
    TaskPushNotificationConfig,
    TaskStatusUpdateEvent,
)
from a2a.utils.errors import (
    A2AError,
    InternalError,
    VersionNotSupportedError,
)
from google.protobuf.message import Message as ProtobufMessage

from ...database.interface import DatabaseUnavailableError
from ..calls.admission import Policy
from ..calls.call import Call, Outcome, call_of
from ..calls.outage import Outage
from ..calls.quotas import Quotas
from ..calls.refusals import RefusedError
from ..calls.requests import check, check_version, skill_of
from ..calls.sizes import check_files
from ..lifecycle import RunningTurns
from ..observer import Observer
from ..states import at_rest
from .repeats import Repeats

logger = logging.getLogger(__name__)

Response = TypeVar("Response")


class Handler(RequestHandler):
    """Stands in front of the engine, behind all bindings alike."""

    def __init__(
        self,
        inner: RequestHandler,
        *,
        repeats: Repeats,
        turns: RunningTurns,
        observer: Observer,
        policy: Policy,
        quotas: Quotas,
        max_file_bytes: int,
        request_timeout_seconds: float,
    ) -> None:
        self._inner = inner
        self._repeats = repeats
        self._turns = turns
        self._observer = observer
        self._policy = policy
        self._quotas = quotas
        self._max_file_bytes = max_file_bytes
        self._request_timeout_seconds = request_timeout_seconds
        self._outage = Outage()

    async def on_message_send(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> Task | Message:
        with self._observed("SendMessage", params, context), self._turns.call():
            return await self._repeats.send(params, context)

    async def on_message_send_stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        events = self._stream("SendStreamingMessage", self._repeats.stream, params, context)
        with self._turns.call():
            async with aclosing(events):
                async for event in events:
                    yield event

    def on_subscribe_to_task(
        self, params: SubscribeToTaskRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        # No call that a stop waits for: a task that waits for its caller may be watched for ever.
        subscribe = self._inner.on_subscribe_to_task
        return self._stream("SubscribeToTask", subscribe, params, context)

    async def on_get_task(self, params: GetTaskRequest, context: ServerCallContext) -> Task | None:
        return await self._bounded("GetTask", self._inner.on_get_task, params, context)

    async def on_list_tasks(
        self, params: ListTasksRequest, context: ServerCallContext
    ) -> ListTasksResponse:
        return await self._bounded("ListTasks", self._inner.on_list_tasks, params, context)

    async def on_cancel_task(
        self, params: CancelTaskRequest, context: ServerCallContext
    ) -> Task | None:
        return await self._bounded("CancelTask", self._inner.on_cancel_task, params, context)

    async def on_create_task_push_notification_config(
        self, params: TaskPushNotificationConfig, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        create = self._inner.on_create_task_push_notification_config
        return await self._bounded("CreateTaskPushNotificationConfig", create, params, context)

    async def on_get_task_push_notification_config(
        self, params: GetTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        get = self._inner.on_get_task_push_notification_config
        return await self._bounded("GetTaskPushNotificationConfig", get, params, context)

    async def on_list_task_push_notification_configs(
        self, params: ListTaskPushNotificationConfigsRequest, context: ServerCallContext
    ) -> ListTaskPushNotificationConfigsResponse:
        configs = self._inner.on_list_task_push_notification_configs
        return await self._bounded("ListTaskPushNotificationConfigs", configs, params, context)

    async def on_delete_task_push_notification_config(
        self, params: DeleteTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> None:
        delete = self._inner.on_delete_task_push_notification_config
        await self._bounded("DeleteTaskPushNotificationConfig", delete, params, context)

    async def on_get_extended_agent_card(
        self, params: GetExtendedAgentCardRequest, context: ServerCallContext
    ) -> AgentCard:
        card = self._inner.on_get_extended_agent_card
        return await self._bounded("GetExtendedAgentCard", card, params, context)

    async def _bounded(
        self,
        name: str,
        operation: Callable[[Any, ServerCallContext], Awaitable[Response]],
        params: Any,
        context: ServerCallContext,
    ) -> Response:
        with self._observed(name, params, context), self._turns.call():
            async with asyncio.timeout(self._request_timeout_seconds):
                return await operation(params, context)

    async def _stream(
        self,
        name: str,
        operation: Callable[[Any, ServerCallContext], AsyncGenerator[Event, None]],
        params: Any,
        context: ServerCallContext,
    ) -> AsyncGenerator[Event, None]:
        last: Event | None = None
        silent = True
        with self._observed(name, params, context) as call, self._quotas.streams.one_more(call):
            async with aclosing(operation(params, context)) as events:
                async for event in events:
                    if last is None:
                        self._observer.stream_opened(call)
                    if silent and _says_something(event):
                        silent = False
                        self._observer.first_event(call)
                    last = event
                    yield event
            if not at_rest(last):
                call.outcome = "error"
        if call.outcome == "error":
            # A reader that fell behind was cut off; its stream must not look complete.
            raise InternalError("Events were lost: subscribe to the task again to see the rest.")

    @contextmanager
    def _observed(
        self, operation: str, params: ProtobufMessage, context: ServerCallContext
    ) -> Iterator[Call]:
        """Errors of the protocol pass; of all others the caller learns a reference into the log."""
        call = call_of(context)
        call.begin(operation, params, context)
        self._observer.call_began(call)
        call.context = copy_context()
        try:
            self._check(params, context)
            yield call
            call.outcome = call.outcome or "ok"
            self._outage.passed(call)
        except DatabaseUnavailableError as error:
            call.outcome = "error"
            call.refused = self._outage.failed(error)
            raise call.refused from None
        except (Exception, asyncio.CancelledError, GeneratorExit) as error:
            call.outcome = _outcome(error)
            if isinstance(error, RefusedError):
                call.refused = error
                self._observer.refused(call.transport, error.reason)
                self._policy.tell(call, error)
            if call.outcome in {"error", "timeout"}:
                raise _mask(operation, error) from None
            raise
        finally:
            self._observer.call_ended(call)

    def _check(self, params: ProtobufMessage, context: ServerCallContext) -> None:
        call = call_of(context)
        try:
            check_version(context)
            self._policy.authorize(call, context.tenant, skill_of(params))
            check(params, context)
            check_files(params, max_file_bytes=self._max_file_bytes)
        except RefusedError:
            raise  # it is told of with those that come later
        except A2AError as error:
            by_version = isinstance(error, VersionNotSupportedError)
            reason = "version" if by_version else "validation"
            self._observer.refused(call.transport, reason)
            raise


def _outcome(error: BaseException) -> Outcome:
    match error:
        case asyncio.CancelledError() | GeneratorExit():
            return "cancelled"
        case TimeoutError():
            return "timeout"
        case A2AError() if not isinstance(error, InternalError):
            return "rejected"
        case _:
            return "error"


def _mask(operation: str, error: BaseException) -> InternalError:
    reference = uuid.uuid4().hex[:12]
    logger.error("%s failed (reference %s)", operation, reference, exc_info=error)
    return InternalError(f"The agent failed: quote reference {reference} to its operator.")


def _says_something(event: Event) -> bool:
    match event:
        case Task():
            return bool(event.artifacts) or at_rest(event)
        case TaskStatusUpdateEvent():
            return event.status.HasField("message") or at_rest(event)
        case _:
            return True
