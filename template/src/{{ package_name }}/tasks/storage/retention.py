"""Deletes what is over and old: finished tasks and what belongs to them, in small steps."""

import logging
import time
from typing import Any

from ...database.interface import Database
from ..states import TERMINAL

logger = logging.getLogger(__name__)

# So much goes in one transaction, and nobody waits long for it.
BATCH = 500
# What is left after this time is for the next round.
ROUND_SECONDS = 20.0
# A configuration may come before its task; after this time none comes.
ORPHAN_SECONDS = 3600.0
# Any number will do that nobody else locks in this database.
LOCK = 0x_A2A_0B17

# Word for word the condition of the index tasks_by_end, which answers all that asks for it.
FINISHED = f"state IN ({', '.join(map(str, sorted(TERMINAL)))})"
FIRST_SURPLUS = f"""
SELECT updated_at, id FROM tasks WHERE {FINISHED}
ORDER BY updated_at DESC, id DESC LIMIT 1 OFFSET $1
"""
DELETE_TASKS = f"""
DELETE FROM tasks WHERE id IN (
    SELECT id FROM tasks WHERE {FINISHED} AND (updated_at, id) <= ($1, $2) AND {{alone}}
    ORDER BY updated_at, id LIMIT $3
) RETURNING 1
"""
DELETE_MESSAGES = """
DELETE FROM messages WHERE (owner, message_id) IN (
    SELECT owner, message_id FROM messages WHERE created_at < $1 AND {alone}
    ORDER BY created_at LIMIT $2
) RETURNING 1
"""
# Reads all of them, so it is done rarely.
DELETE_ORPHANS = """
DELETE FROM push_configs WHERE (task_id, owner, id) IN (
    SELECT task_id, owner, id FROM push_configs AS orphans
    WHERE created_at < $1 AND {alone}
    AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = orphans.task_id) LIMIT $2
) RETURNING 1
"""


class Retention:
    """Of replicas that begin at the same time, one deletes; to the others nothing is old."""

    def __init__(
        self,
        database: Database,
        *,
        retention_seconds: float,
        max_finished_tasks: int,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._retention_seconds = retention_seconds
        self._max_finished_tasks = max_finished_tasks
        self._batch = batch
        self._alone = f"(SELECT pg_try_advisory_xact_lock({LOCK}))" if database.shared else "TRUE"
        self._orphans_at = float("-inf")

    async def prune(self) -> int:
        """How much was deleted; push configurations that go with their tasks do not count."""
        oldest = time.time_ns() // 1000 - int(self._retention_seconds * 1e6)
        deadline = time.monotonic() + ROUND_SECONDS
        deleted = {
            "finished tasks": await self._delete(
                DELETE_TASKS, *await self._last_to_go(oldest), deadline=deadline
            ),
            "message ids": await self._delete(DELETE_MESSAGES, oldest, deadline=deadline),
            "push configurations without a task": await self._delete_orphans(deadline),
        }
        if total := sum(deleted.values()):
            said = ", ".join(f"{number} {kind}" for kind, number in deleted.items() if number)
            logger.info("Deleted what is old: %s", said)
        return total

    async def _last_to_go(self, oldest: int) -> tuple[int, str]:
        """The youngest finished task that is too old, or one too many."""
        surplus = await self._database.run(FIRST_SURPLUS, self._max_finished_tasks)
        return max([(oldest, ""), *((updated_at, task_id) for updated_at, task_id in surplus)])

    async def _delete_orphans(self, deadline: float) -> int:
        now = time.monotonic()
        if now < self._orphans_at:
            return 0
        self._orphans_at = now + ORPHAN_SECONDS
        oldest = time.time_ns() // 1000 - int(ORPHAN_SECONDS * 1e6)
        return await self._delete(DELETE_ORPHANS, oldest, deadline=deadline)

    async def _delete(self, sql: str, *values: Any, deadline: float) -> int:
        """In batches, until nothing is left or it is time to stop."""
        total, statement = 0, sql.format(alone=self._alone)
        while True:
            deleted = len(await self._database.run(statement, *values, self._batch))
            total += deleted
            if deleted < self._batch or time.monotonic() > deadline:
                return total
