"""Push configurations beside the tasks they belong to, sealed because they hold credentials."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping

from a2a.server.context import ServerCallContext
from a2a.server.tasks.push_notification_config_store import normalize_push_notification_config
from a2a.types import TaskPushNotificationConfig
from a2a.utils.errors import InvalidParamsError

from ...database.interface import Database
from ..states import TERMINAL, owner_of
from .targets import AllTargets, RecentTargets, Target

logger = logging.getLogger(__name__)

MAX_CONFIGS = 10

# Replicas that add to the same task count one after the other.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('push configurations of ' || $1, 0))"
SAVE = f"""
INSERT INTO push_configs (task_id, owner, id, created_at, data)
SELECT $1, $2, $3, $4, $5
WHERE (
    SELECT count(*) FROM push_configs WHERE task_id = $1 AND owner = $2 AND id <> $3
) < {MAX_CONFIGS}
ON CONFLICT (task_id, owner, id) DO UPDATE SET data = excluded.data
RETURNING id
"""
SELECT = "SELECT data FROM push_configs WHERE task_id = $1 AND owner = $2"
SELECT_TARGETS = "SELECT task_id, owner, id FROM push_configs WHERE task_id = $1"
DELETE = "DELETE FROM push_configs WHERE task_id = $1 AND owner = $2 AND id = $3"
DELETE_ALL = "DELETE FROM push_configs WHERE task_id = $1"
# Of messages that were never answered with a task.
DELETE_ORPHANS = "DELETE FROM push_configs WHERE task_id NOT IN (SELECT id FROM tasks)"
SELECT_ALIVE = f"""
SELECT push_configs.task_id, push_configs.owner, push_configs.id
FROM push_configs JOIN tasks ON tasks.id = push_configs.task_id
WHERE tasks.state NOT IN ({", ".join(map(str, sorted(TERMINAL)))})
"""


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
        self._targets = RecentTargets() if database.shared else AllTargets()
        self._told = False

    async def open(self) -> None:
        """Learn which tasks have one and may still change, if nobody else can change that."""
        if not self._database.shared:
            _, rows = await self._database.run_all((DELETE_ORPHANS, ()), (SELECT_ALIVE, ()))
            for row in rows:
                self._targets.add(Target(*row))

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
        sealed = self._seal(config.SerializeToString())
        save = (SAVE, (*target, time.time_ns() // 1000, sealed))
        statements = [(LOCK, (task_id,)), save] if self._database.shared else [save]
        *_, saved = await self._database.run_all(*statements)
        if not saved:
            raise InvalidParamsError(
                f"A task has {MAX_CONFIGS} push notification configurations at most: delete one."
            )
        if not ended:
            self._targets.add(target)
        return config

    async def list_own(
        self, task_id: str, context: ServerCallContext
    ) -> list[TaskPushNotificationConfig]:
        """Those of the caller."""
        return await self._select(f"{SELECT} ORDER BY id", task_id, owner_of(context))

    async def find(self, target: Target) -> TaskPushNotificationConfig | None:
        """As it is now; None when it has been deleted, or cannot be read any more."""
        configs = await self._select(f"{SELECT} AND id = $3", *target)
        return configs[0] if configs else None

    async def delete(self, target: Target) -> None:
        """Remove one; unknown ones are no error."""
        self._targets.remove(target)
        await self._database.run(DELETE, *target)

    def targets(self, task_id: str, *, fresh: bool) -> Collection[Target] | None:
        """Who is to be told of what happens to a task; None: that has to be looked up."""
        return self._targets.of(task_id, fresh=fresh)

    async def look_up(self, task_ids: Iterable[str]) -> Mapping[str, Collection[Target]]:
        """As it is now, for several tasks at once."""
        asked_at = time.monotonic()
        found: dict[str, list[Target]] = {task_id: [] for task_id in task_ids}
        for row in await self._database.run_many(SELECT_TARGETS, [(each,) for each in found]):
            found[row[0]].append(Target(*row))
        for task_id, targets in found.items():
            self._targets.learn(task_id, targets, asked_at=asked_at)
        return found

    def settle(self, task_id: str) -> None:
        """Nothing more will happen to this task."""
        self._targets.forget(task_id)

    def discard(self, task_id: str) -> None:
        """There will never be such a task."""
        if self._targets.forget(task_id):
            self._database.defer(DELETE_ALL, task_id)

    async def _select(self, query: str, *values: str) -> list[TaskPushNotificationConfig]:
        rows = await self._database.run(query, *values)
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
