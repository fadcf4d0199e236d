"""What the database needs besides its callers: recovery after a crash, and retention."""

import asyncio
import logging
import sqlite3
import time

from a2a.types import Message, Part, Role, Task, TaskState, TaskStatus

from .database import Database
from .states import RUNNING, TERMINAL

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0
RECOVERED = "The agent stopped while it worked on this; send the message again."

_RUNNING = ", ".join(map(str, sorted(RUNNING)))
_TERMINAL = ", ".join(map(str, sorted(TERMINAL)))
UPDATE = "UPDATE tasks SET state = ?, updated_at = ?, data = ? WHERE id = ?"
# The inner queries are answered by an index alone; without them each would read every task.
FIND_RUNNING = f"""
SELECT data FROM tasks WHERE id IN (SELECT id FROM tasks WHERE state IN ({_RUNNING}))
"""
DELETE_OLD = f"""
DELETE FROM tasks WHERE id IN (
    SELECT id FROM tasks WHERE state IN ({_TERMINAL}) AND updated_at < ?
)
"""
DELETE_SURPLUS = f"""
DELETE FROM tasks WHERE id IN (
    SELECT id FROM tasks WHERE state IN ({_TERMINAL})
    ORDER BY updated_at DESC LIMIT -1 OFFSET ?
)
"""
DELETE_MESSAGES = "DELETE FROM messages WHERE created_at < ?"


class Upkeep:
    """One per process, and the process owns its database."""

    def __init__(
        self, database: Database, *, retention_seconds: float, max_finished_tasks: int
    ) -> None:
        self._database = database
        self._retention_seconds = retention_seconds
        self._max_finished_tasks = max_finished_tasks

    async def recover(self) -> int:
        """Fail the tasks that a crash left working; how many there were."""
        count = await self._database.run(_fail_running)
        if count:
            logger.warning("%d tasks were interrupted by the last stop and are now failed", count)
        return count

    async def prune(self) -> None:
        """Delete finished tasks that are too old or too many, and what belongs to them."""
        oldest = time.time_ns() // 1000 - int(self._retention_seconds * 1e6)

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute(DELETE_OLD, (oldest,))
            connection.execute(DELETE_SURPLUS, (self._max_finished_tasks,))
            connection.execute(DELETE_MESSAGES, (oldest,))

        await self._database.run(delete)

    async def run(self) -> None:
        """Prune now and then, until cancelled."""
        while True:
            try:
                await self.prune()
            except sqlite3.Error:
                logger.exception("Old tasks could not be deleted; trying again in a minute")
            await asyncio.sleep(INTERVAL_SECONDS)


def _fail_running(connection: sqlite3.Connection) -> int:
    tasks = [Task.FromString(data) for (data,) in connection.execute(FIND_RUNNING)]
    for task in tasks:
        if task.status.HasField("message"):
            task.history.append(task.status.message)
        task.status.CopyFrom(_failed(task))
        updated_at = task.status.timestamp.ToMicroseconds()
        row = (task.status.state, updated_at, task.SerializeToString(), task.id)
        connection.execute(UPDATE, row)
    return len(tasks)


def _failed(task: Task) -> TaskStatus:
    status = TaskStatus(state=TaskState.TASK_STATE_FAILED)
    status.timestamp.GetCurrentTime()
    status.message.CopyFrom(
        Message(
            message_id=f"recovery-{task.id}",
            role=Role.ROLE_AGENT,
            task_id=task.id,
            context_id=task.context_id,
            parts=[Part(text=RECOVERED)],
        )
    )
    return status
