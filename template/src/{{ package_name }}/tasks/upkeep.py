"""What the database needs besides its callers: recovery after a crash, and retention."""

import asyncio
import logging
import sqlite3
import time

from a2a.types import Message, Part, Role, Task, TaskState, TaskStatus

from .database import Database
from .lifecycle import RunningTurns
from .observer import Observer
from .states import RUNNING, TERMINAL

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0
RECOVERED = "The agent stopped while it worked on this; send the message again."

_RUNNING = ", ".join(map(str, sorted(RUNNING)))
_TERMINAL = ", ".join(map(str, sorted(TERMINAL)))
UPDATE = "UPDATE tasks SET state = ?, updated_at = ?, data = ? WHERE id = ?"
READ = "SELECT data FROM tasks WHERE id = ?"
FIND_WORKING = f"SELECT id FROM tasks WHERE state IN ({_RUNNING})"
# The inner queries are answered by an index alone; without them each would read every task.
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
        self,
        database: Database,
        *,
        turns: RunningTurns,
        observer: Observer,
        retention_seconds: float,
        max_finished_tasks: int,
    ) -> None:
        self._database = database
        self._turns = turns
        self._observer = observer
        self._retention_seconds = retention_seconds
        self._max_finished_tasks = max_finished_tasks
        self._abandoned: set[str] = set()

    async def recover(self) -> int:
        """Fail the tasks that are working although no turn runs; how many there were."""
        return await self._fail(await self._working())

    async def reconcile(self) -> None:
        """Fail tasks whose turn ended without a trace, as when the disk was full at its end.

        Only those that were found so the last time as well: an end may be on its way.
        """
        abandoned = {task_id for task_id in await self._working() if task_id not in self._turns}
        await self._fail(abandoned & self._abandoned)
        self._abandoned = abandoned

    async def prune(self) -> None:
        """Delete finished tasks that are too old or too many, and what belongs to them."""
        oldest = time.time_ns() // 1000 - int(self._retention_seconds * 1e6)

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute(DELETE_OLD, (oldest,))
            connection.execute(DELETE_SURPLUS, (self._max_finished_tasks,))
            connection.execute(DELETE_MESSAGES, (oldest,))

        await self._database.run(delete)

    async def run(self) -> None:
        """Look after the database now and then, until cancelled."""
        while True:
            try:
                await self.prune()
                await self.reconcile()
            except sqlite3.Error:
                logger.exception("The database could not be tidied up; trying again in a minute")
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _working(self) -> set[str]:
        rows = await self._database.run(lambda c: c.execute(FIND_WORKING).fetchall())
        return {task_id for (task_id,) in rows}

    async def _fail(self, task_ids: set[str]) -> int:
        if task_ids:
            await self._database.run(lambda connection: _fail(connection, task_ids))
            for _ in task_ids:
                self._observer.task_ended("failed")
            logger.warning("%d tasks were interrupted and are now failed", len(task_ids))
        return len(task_ids)


def _fail(connection: sqlite3.Connection, task_ids: set[str]) -> None:
    for task_id in task_ids:
        ((data,),) = connection.execute(READ, (task_id,))
        task = Task.FromString(data)
        if task.status.HasField("message"):
            task.history.append(task.status.message)
        task.status.CopyFrom(_failed(task))
        updated_at = task.status.timestamp.ToMicroseconds()
        row = (task.status.state, updated_at, task.SerializeToString(), task.id)
        connection.execute(UPDATE, row)


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
