"""Operations on push configurations: only for tasks of the caller, and addresses that are safe."""

from collections.abc import Awaitable, Callable

from a2a.server.context import ServerCallContext
from a2a.types import (
    DeleteTaskPushNotificationConfigRequest,
    GetTaskPushNotificationConfigRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTaskPushNotificationConfigsResponse,
    TaskPushNotificationConfig,
)
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError

from .push import PushConfigStore
from .store import TaskStore


class PushCalls:
    """All of them raise TaskNotFoundError where the caller has no such task."""

    def __init__(
        self,
        configs: PushConfigStore,
        store: TaskStore,
        *,
        screening: Callable[[str], Awaitable[bool]] | None,
    ) -> None:
        self._configs = configs
        self._store = store
        self._screening = screening

    async def keep(
        self, task_id: str, config: TaskPushNotificationConfig, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        """Add or replace one of a task that is known to be the caller's, or is about to be."""
        if self._screening is not None and not await self._screening(config.url):
            raise InvalidParamsError("Invalid push notification URL")
        return await self._configs.set_info(task_id, config, context)

    async def create(
        self, params: TaskPushNotificationConfig, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        """What is kept, its id included."""
        await self._check_task(params.task_id, context)
        return await self.keep(params.task_id, params, context)

    async def get(
        self, params: GetTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        """One of them; raises TaskNotFoundError as well where there is none with that id."""
        await self._check_task(params.task_id, context)
        for config in await self._configs.get_info(params.task_id, context):
            if config.id == params.id:
                return config
        raise TaskNotFoundError

    async def list(
        self, params: ListTaskPushNotificationConfigsRequest, context: ServerCallContext
    ) -> ListTaskPushNotificationConfigsResponse:
        """Those of the caller, on one page."""
        await self._check_task(params.task_id, context)
        configs = await self._configs.get_info(params.task_id, context)
        return ListTaskPushNotificationConfigsResponse(configs=configs)

    async def delete(
        self, params: DeleteTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> None:
        """Remove one; one that is not there is no error."""
        await self._check_task(params.task_id, context)
        await self._configs.delete_info(params.task_id, context, params.id)

    async def _check_task(self, task_id: str, context: ServerCallContext) -> None:
        if await self._store.get(task_id, context) is None:
            raise TaskNotFoundError
