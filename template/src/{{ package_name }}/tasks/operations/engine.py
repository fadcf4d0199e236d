"""The operations of A2A on the tasks of one process; the policy in front of them is handler.py."""

from collections.abc import AsyncGenerator, Callable

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
    TaskState,
)
from a2a.utils.errors import (
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)
from a2a.utils.task import apply_history_length, validate_history_length, validate_page_size

from ..live.listeners import Reader, Waiter
from ..live.live_tasks import LiveTasks
from ..push.operations import PushCalls
from ..storage.store import TaskStore
from ..turns.executor import Executor
from .intake import Intake


class Engine(RequestHandler):
    """Runs each message as a turn of its task, whether its caller stays or not."""

    def __init__(
        self,
        executor: Executor,
        *,
        tasks: LiveTasks,
        store: TaskStore,
        push_calls: PushCalls,
        intake: Intake,
        extended_card: Callable[[], AgentCard] | None,
    ) -> None:
        self._executor = executor
        self._tasks = tasks
        self._store = store
        self._push_calls = push_calls
        self._intake = intake
        self._extended_card = extended_card

    async def on_message_send(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> Task | Message:
        waiter = Waiter(at_once=params.configuration.return_immediately)
        await self._intake.begin(waiter, params, context)
        answer = await waiter.answer
        if isinstance(answer, Message):
            return answer
        return apply_history_length(answer, params.configuration)

    async def on_message_send_stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        reader = Reader()
        live = await self._intake.begin(reader, params, context)
        try:
            async for event in reader:
                if isinstance(event, Task):
                    yield apply_history_length(event, params.configuration)
                else:
                    yield event
        finally:
            live.audience.leave(reader)

    async def on_subscribe_to_task(
        self, params: SubscribeToTaskRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        reader = Reader()
        live = await self._tasks.find(params.id, context)
        try:
            task = await live.join(reader)
            if live.ended:
                raise UnsupportedOperationError(f"Task {live.id} has ended: nothing will follow.")
            yield task
            async for event in reader:
                yield event
        finally:
            live.audience.leave(reader)
            self._tasks.release(live)

    async def on_cancel_task(
        self, params: CancelTaskRequest, context: ServerCallContext
    ) -> Task | None:
        live = await self._tasks.find(params.id, context)
        try:
            if live.ended:
                raise TaskNotCancelableError
            await self._executor.cancel(live)
            if live.state != TaskState.TASK_STATE_CANCELED:
                raise TaskNotCancelableError  # it has ended by itself while it was being cancelled
        finally:
            self._tasks.release(live)
        return live.task

    async def on_get_task(self, params: GetTaskRequest, context: ServerCallContext) -> Task | None:
        validate_history_length(params)
        task = await self._store.get(params.id, context)
        if task is None:
            raise TaskNotFoundError
        return apply_history_length(task, params)

    async def on_list_tasks(
        self, params: ListTasksRequest, context: ServerCallContext
    ) -> ListTasksResponse:
        validate_history_length(params)
        if params.HasField("page_size"):
            validate_page_size(params.page_size)
        page = await self._store.list(params, context)
        for task in page.tasks:
            if not params.include_artifacts:
                task.ClearField("artifacts")
            limited = apply_history_length(task, params)
            if limited is not task:
                task.CopyFrom(limited)
        return page

    async def on_create_task_push_notification_config(
        self, params: TaskPushNotificationConfig, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        return await self._push_calls.create(params, context)

    async def on_get_task_push_notification_config(
        self, params: GetTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        return await self._push_calls.get(params, context)

    async def on_list_task_push_notification_configs(
        self, params: ListTaskPushNotificationConfigsRequest, context: ServerCallContext
    ) -> ListTaskPushNotificationConfigsResponse:
        return await self._push_calls.list(params, context)

    async def on_delete_task_push_notification_config(
        self, params: DeleteTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> None:
        await self._push_calls.delete(params, context)

    async def on_get_extended_agent_card(
        self, _params: GetExtendedAgentCardRequest, _context: ServerCallContext
    ) -> AgentCard:
        if self._extended_card is None:
            raise UnsupportedOperationError("There is no extended card: callers are anonymous.")
        return self._extended_card()

    async def close(self) -> None:
        """Stop what still runs, and end every stream."""
        await self._intake.close()
        self._tasks.close()
