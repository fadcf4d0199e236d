"""Push configurations beside the tasks they belong to, sealed because they hold credentials."""

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import NamedTuple

from a2a.server.context import ServerCallContext
from a2a.server.tasks.push_notification_config_store import normalize_push_notification_config
from a2a.types import TaskPushNotificationConfig
from a2a.utils.errors import InvalidParamsError

from .database import Database
from .states import TERMINAL, owner_of

logger = logging.getLogger(__name__)

MAX_CONFIGS = 10

SAVE = "INSERT OR REPLACE INTO push_configs (task_id, owner, id, data) VALUES (?, ?, ?, ?)"
COUNT_OTHERS = "SELECT count(*) FROM push_configs WHERE task_id = ? AND owner = ? AND id <> ?"
SELECT = "SELECT data FROM push_configs WHERE task_id = ? AND owner = ?"
DELETE = "DELETE FROM push_configs WHERE task_id = ? AND owner = ? AND id = ?"
DELETE_ALL = "DELETE FROM push_configs WHERE task_id = ?"
# Of messages that were never answered with a task.
DELETE_ORPHANS = "DELETE FROM push_configs WHERE task_id NOT IN (SELECT id FROM tasks)"
SELECT_ALIVE = f"""
SELECT push_configs.task_id, push_configs.owner, push_configs.id
FROM push_configs JOIN tasks ON tasks.id = push_configs.task_id
WHERE tasks.state NOT IN ({", ".join(map(str, sorted(TERMINAL)))})
"""


class Target(NamedTuple):
    """What names one configuration."""

    task_id: str
    owner: str
    config_id: str


class PushConfigStore:
    """`unseal` raises ValueError for what was sealed with a key that is gone."""

    def __init__(
        self,
        database: Database,
        *,
        seal: Callable[[bytes], bytes],
        unseal: Callable[[bytes], bytes],
    ) -> None:
        self._database = database
        self._seal = seal
        self._unseal = unseal
        # Most tasks have none, and every event asks.
        self._targets: defaultdict[str, set[Target]] = defaultdict(set)
        self._told = False

    async def open(self) -> None:
        """Learn which tasks have one and may still change."""

        def read(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
            connection.execute(DELETE_ORPHANS)
            return connection.execute(SELECT_ALIVE).fetchall()

        for row in await self._database.run(read):
            target = Target(*row)
            self._targets[target.task_id].add(target)

    async def keep(
        self,
        task_id: str,
        config: TaskPushNotificationConfig,
        context: ServerCallContext,
        *,
        ended: bool = False,
    ) -> TaskPushNotificationConfig:
        """Add or replace one, which gets an id; nobody will be told of a task that has ended."""
        config = normalize_push_notification_config(task_id, config)
        target = Target(task_id, owner_of(context), config.id)
        row = (*target, self._seal(config.SerializeToString()))

        def save(connection: sqlite3.Connection) -> bool:
            (others,) = connection.execute(COUNT_OTHERS, target).fetchone()
            if others < MAX_CONFIGS:
                connection.execute(SAVE, row)
            return bool(others < MAX_CONFIGS)

        if not await self._database.run(save):
            raise InvalidParamsError(
                f"A task has {MAX_CONFIGS} push notification configurations at most: delete one."
            )
        if not ended:
            self._targets[task_id].add(target)
        return config

    async def list_own(
        self, task_id: str, context: ServerCallContext
    ) -> list[TaskPushNotificationConfig]:
        """Those of the caller."""
        return await self._select(f"{SELECT} ORDER BY id", task_id, owner_of(context))

    async def find(self, target: Target) -> TaskPushNotificationConfig | None:
        """As it is now; None when it has been deleted, or cannot be read any more."""
        configs = await self._select(f"{SELECT} AND id = ?", *target)
        return configs[0] if configs else None

    async def delete(self, target: Target) -> None:
        """Remove one; unknown ones are no error."""
        self._targets.get(target.task_id, set()).discard(target)
        await self._database.run(lambda connection: connection.execute(DELETE, target))

    def targets(self, task_id: str) -> Collection[Target]:
        """Who is to be told of what happens to a task."""
        return tuple(self._targets.get(task_id, ()))

    def settle(self, task_id: str) -> None:
        """Nothing more will happen to this task."""
        self._targets.pop(task_id, None)

    def discard(self, task_id: str) -> None:
        """There will never be such a task."""
        if self._targets.pop(task_id, None):
            self._database.defer(lambda connection: connection.execute(DELETE_ALL, (task_id,)))

    async def _select(self, query: str, *values: str) -> list[TaskPushNotificationConfig]:
        rows = await self._database.run(lambda c: c.execute(query, values).fetchall())
        configs = (self._read(data) for (data,) in rows)
        return [config for config in configs if config is not None]

    def _read(self, data: bytes) -> TaskPushNotificationConfig | None:
        try:
            return TaskPushNotificationConfig.FromString(self._unseal(data))
        except ValueError:
            if not self._told:
                self._told = True
                logger.warning(
                    "Some push configurations are passed over: "
                    "the key they were sealed with is not in A2A_ENCRYPTION_KEYS"
                )
            return None
