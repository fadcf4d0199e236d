"""Operations on push configurations: only for tasks of the caller, and addresses that are safe."""

import re
from collections.abc import Awaitable, Callable

from a2a.server.context import ServerCallContext
from a2a.types import (
    DeleteTaskPushNotificationConfigRequest,
    GetTaskPushNotificationConfigRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTaskPushNotificationConfigsResponse,
    Task,
    TaskPushNotificationConfig,
)
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError

from ..states import TERMINAL, owner_of
from ..storage.store import TaskStore
from .configs import PushConfigStore
from .post import PushTargetRefusedError
from .targets import Target

MAX_ID_LENGTH = 128
MAX_SECRET_LENGTH = 8192
# A value of a header, and the name of a scheme (RFC 9110 5.5, 11.1).
HEADER_VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")
SCHEME = re.compile(r"[\w!#$%&'*+.^`|~-]{0,64}", re.ASCII)


class PushCalls:
    """All of them raise TaskNotFoundError where the caller has no such task."""

    def __init__(
        self,
        configs: PushConfigStore,
        store: TaskStore,
        *,
        screen: Callable[[str], Awaitable[None]],
    ) -> None:
        self._configs = configs
        self._store = store
        self._screen = screen

    async def keep(
        self,
        task_id: str,
        config: TaskPushNotificationConfig,
        context: ServerCallContext,
        *,
        ended: bool = False,
    ) -> TaskPushNotificationConfig:
        """Add or replace one of a task that is known to be the caller's, or is about to be."""
        _check(config)
        try:
            await self._screen(config.url)
        except PushTargetRefusedError as refusal:
            raise InvalidParamsError(str(refusal)) from None
        return await self._configs.keep(task_id, config, context, ended=ended)

    def discard(self, task_id: str) -> None:
        """Forget those of a task that has not come to be."""
        self._configs.discard(task_id)

    async def create(
        self, params: TaskPushNotificationConfig, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        """What is kept, its id included."""
        task = await self._task(params.task_id, context)
        ended = task.status.state in TERMINAL
        return await self.keep(params.task_id, params, context, ended=ended)

    async def get(
        self, params: GetTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        """One of them; raises TaskNotFoundError as well where there is none with that id."""
        await self._task(params.task_id, context)
        target = Target(params.task_id, owner_of(context), params.id)
        if (config := await self._configs.find(target)) is None:
            raise TaskNotFoundError
        return config

    async def list(
        self, params: ListTaskPushNotificationConfigsRequest, context: ServerCallContext
    ) -> ListTaskPushNotificationConfigsResponse:
        """Those of the caller, on one page: a task has few."""
        await self._task(params.task_id, context)
        configs = await self._configs.list_own(params.task_id, context)
        return ListTaskPushNotificationConfigsResponse(configs=configs)

    async def delete(
        self, params: DeleteTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> None:
        """Remove one; one that is not there is no error."""
        await self._task(params.task_id, context)
        await self._configs.delete(Target(params.task_id, owner_of(context), params.id))

    async def _task(self, task_id: str, context: ServerCallContext) -> Task:
        task = await self._store.get(task_id, context)
        if task is None:
            raise TaskNotFoundError
        return task


def _check(config: TaskPushNotificationConfig) -> None:
    """Raises InvalidParamsError for what would not fit into a request."""
    if len(config.id) > MAX_ID_LENGTH or not config.id.isprintable():
        raise InvalidParamsError(
            f"The id of a push notification configuration must be at most {MAX_ID_LENGTH} "
            "printable characters."
        )
    authentication = config.authentication
    for secret in (config.token, authentication.credentials):
        if len(secret) > MAX_SECRET_LENGTH or not HEADER_VALUE.fullmatch(secret):
            raise InvalidParamsError(
                "The token and the credentials of a push notification configuration must be "
                f"at most {MAX_SECRET_LENGTH} printable ASCII characters."
            )
    if not SCHEME.fullmatch(authentication.scheme):
        raise InvalidParamsError(
            "authentication.scheme of a push notification configuration must be one word, "
            "such as Bearer."
        )
