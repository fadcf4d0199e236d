"""Push notifications: where to send them, and sending them without holding up the task."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
from a2a.server.context import ServerCallContext
from a2a.server.tasks import (
    BasePushNotificationSender,
    PushNotificationConfigStore,
    PushNotificationEvent,
)
from a2a.server.tasks.push_notification_config_store import normalize_push_notification_config
from a2a.types import TaskPushNotificationConfig

from .database import Database
from .observer import Observer
from .states import owner_of

logger = logging.getLogger(__name__)

SAVE = "INSERT OR REPLACE INTO push_configs (task_id, owner, id, data) VALUES (?, ?, ?, ?)"


class PushConfigStore(PushNotificationConfigStore):
    """Push configurations beside the tasks they belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task_ids: set[str] = set()  # most tasks have none, and every event asks

    async def open(self) -> None:
        """Learn which tasks have one."""
        query = "SELECT DISTINCT task_id FROM push_configs"
        rows = await self._database.run(lambda connection: connection.execute(query).fetchall())
        self._task_ids = {task_id for (task_id,) in rows}

    async def set_info(
        self,
        task_id: str,
        notification_config: TaskPushNotificationConfig,
        context: ServerCallContext,
    ) -> TaskPushNotificationConfig:
        """Create or replace one."""
        config = normalize_push_notification_config(task_id, notification_config)
        row = (task_id, owner_of(context), config.id, config.SerializeToString())
        await self._database.run(lambda connection: connection.execute(SAVE, row))
        self._task_ids.add(task_id)
        return config

    async def get_info(
        self, task_id: str, context: ServerCallContext
    ) -> list[TaskPushNotificationConfig]:
        """Those of the caller."""
        return await self._select("task_id = ? AND owner = ?", task_id, owner_of(context))

    def has_any(self, task_id: str) -> bool:
        """Whether somebody may want to be told of this task."""
        return task_id in self._task_ids

    async def get_info_for_dispatch(self, task_id: str) -> list[TaskPushNotificationConfig]:
        """Those of everybody who may see the task; they were checked when they were made."""
        if task_id not in self._task_ids:
            return []
        configs = await self._select("task_id = ?", task_id)
        if not configs:
            self._task_ids.discard(task_id)
        return configs

    async def delete_info(
        self, task_id: str, context: ServerCallContext, config_id: str | None = None
    ) -> None:
        """Remove one, or all of the caller; unknown ones are no error."""
        statement = "DELETE FROM push_configs WHERE task_id = ? AND owner = ?"
        values = [task_id, owner_of(context)]
        if config_id is not None:
            statement += " AND id = ?"
            values.append(config_id)
        await self._database.run(lambda connection: connection.execute(statement, values))

    async def _select(self, where: str, *values: str) -> list[TaskPushNotificationConfig]:
        query = f"SELECT data FROM push_configs WHERE {where} ORDER BY id"
        rows = await self._database.run(lambda c: c.execute(query, values).fetchall())
        return [TaskPushNotificationConfig.FromString(data) for (data,) in rows]


class PushSender(BasePushNotificationSender):
    """Delivers the events of a task one after the other, beside the task."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        configs: PushConfigStore,
        *,
        push_url_validator: Callable[[str], Awaitable[bool]] | None,
        observer: Observer,
    ) -> None:
        super().__init__(client, configs, push_url_validator=push_url_validator)
        self._configs = configs
        self._observer = observer
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def send_notification(self, task_id: str, event: PushNotificationEvent) -> None:
        """Queue the event; a failed delivery is logged by the SDK and never reaches the task."""
        if not self._configs.has_any(task_id):
            return
        previous = self._latest.get(task_id)
        delivery = asyncio.create_task(self._after(previous, task_id, event))
        self._latest[task_id] = delivery
        self._under_way.add(delivery)
        delivery.add_done_callback(lambda done: self._forget(task_id, done))

    @property
    def waiting(self) -> int:
        """How many events are being delivered or wait for their turn."""
        return len(self._under_way)

    async def drain(self, grace_seconds: float) -> None:
        """Give what is queued a last chance, and give the rest up."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=grace_seconds)
        for delivery in late:
            delivery.cancel()
            self._observer.push_delivered("given_up")
        if late:
            await asyncio.wait(late)
            logger.warning("Gave up on %d push notifications that were slow to take", len(late))

    async def _after(
        self, previous: asyncio.Task[None] | None, task_id: str, event: PushNotificationEvent
    ) -> None:
        if previous is not None:
            await asyncio.wait({previous})
        await super().send_notification(task_id, event)

    async def _dispatch_notification(
        self, event: PushNotificationEvent, push_info: TaskPushNotificationConfig, task_id: str
    ) -> bool:
        delivered = await super()._dispatch_notification(event, push_info, task_id)
        self._observer.push_delivered("ok" if delivered else "failed")
        return delivered

    def _forget(self, task_id: str, done: asyncio.Task[None]) -> None:
        self._under_way.discard(done)
        if self._latest.get(task_id) is done:
            del self._latest[task_id]
