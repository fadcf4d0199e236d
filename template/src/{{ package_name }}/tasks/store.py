"""Tasks in a database: protobuf bytes and the few columns that are queried."""

import asyncio
import base64
import logging
import sqlite3
from collections.abc import Sequence
from typing import Any

from a2a.server.context import ServerCallContext
from a2a.server.tasks import TaskStore as TaskStoreInterface
from a2a.types import ListTasksRequest, ListTasksResponse, Task
from a2a.utils.errors import InvalidParamsError

from .call import call_of
from .database import Database
from .states import RUNNING, TERMINAL, owner_of

logger = logging.getLogger(__name__)

DEFAULT_PAGE_SIZE = 50
HISTORY_TASKS = 20
# So much of the database one call brings into memory: tasks may hold files.
MAX_READ_BYTES = 8 * 1024 * 1024
# How long the growth of a running task may stay in memory before it is written.
WRITE_BEHIND_SECONDS = 0.05

# A terminal task is never written again, whoever was late.
UPSERT = f"""
INSERT INTO tasks (id, owner, context_id, state, updated_at, data) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, updated_at = excluded.updated_at, data = excluded.data
WHERE owner = excluded.owner AND state NOT IN ({", ".join(map(str, sorted(TERMINAL)))})
"""


class TaskStore(TaskStoreInterface):
    """Every caller sees the tasks of its own owner only (spec 13.1).

    Every state in which the agent has come to rest is durable when `save` returns, and so is a new
    task or message whose caller does not stay. All else is written behind, a moment later and in
    one go for all tasks: artifacts that grow, and turns whose caller sees the connection break if
    they are lost.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._growing: dict[str, tuple[Task, str]] = {}
        self._messages_saved: dict[str, int] = {}
        self._writer: asyncio.Task[None] | None = None

    async def save(self, task: Task, context: ServerCallContext) -> None:
        """Create or update; a task that has ended keeps its end."""
        owner = owner_of(context)
        running = task.status.state in RUNNING
        known = self._messages_saved.get(task.id) == len(task.history)
        if running and (known or call_of(context).attended):
            self._growing[task.id] = (task, owner)
            if self._writer is None:
                self._writer = asyncio.create_task(self._write_behind())
            return
        self._growing.pop(task.id, None)
        _join_text(task)
        if not task.status.HasField("timestamp"):
            task.status.timestamp.GetCurrentTime()
        if running:
            self._messages_saved[task.id] = len(task.history)
        else:
            self._messages_saved.pop(task.id, None)
        row = _row(task, owner)
        await self._database.run(lambda connection: connection.execute(UPSERT, row))

    async def get(self, task_id: str, context: ServerCallContext) -> Task | None:
        """A copy of the caller's task, or None."""
        owner = owner_of(context)
        if growing := self._growing.get(task_id):
            return _copy(growing[0]) if growing[1] == owner else None
        rows = await self._select("id = ? AND owner = ?", task_id, owner)
        return rows[0] if rows else None

    async def list(self, params: ListTasksRequest, context: ServerCallContext) -> ListTasksResponse:
        """One page, the latest status first; raises InvalidParamsError for a foreign token."""
        await self.flush()
        filters: dict[str, Any] = {"owner = ?": owner_of(context)}
        if params.context_id:
            filters["context_id = ?"] = params.context_id
        if params.status:
            filters["state = ?"] = params.status
        if params.HasField("status_timestamp_after"):
            filters["updated_at >= ?"] = params.status_timestamp_after.ToMicroseconds()
        where, values = " AND ".join(filters), tuple(filters.values())
        count = f"SELECT count(*) FROM tasks WHERE {where}"
        (total,) = await self._database.run(lambda c: c.execute(count, values).fetchone())

        if params.page_token:
            where += " AND (updated_at, id) < (?, ?)"
            values += _read_token(params.page_token)
        size = params.page_size or DEFAULT_PAGE_SIZE
        tasks, more = await self._page(where, *values, size=size)
        return ListTasksResponse(
            tasks=tasks,
            next_page_token=_token(tasks[-1]) if more else "",
            page_size=size,
            total_size=total,
        )

    async def delete(self, task_id: str, context: ServerCallContext) -> None:
        """Remove the caller's task; unknown ones are no error."""
        self._growing.pop(task_id, None)
        row = (task_id, owner_of(context))
        statement = "DELETE FROM tasks WHERE id = ? AND owner = ?"
        await self._database.run(lambda connection: connection.execute(statement, row))

    async def conversation(self, context_id: str, context: ServerCallContext) -> Sequence[Task]:
        """The caller's latest tasks of a context, oldest first; what the agent sees as history."""
        await self.flush()
        latest = await self._select(
            "owner = ? AND context_id = ?", owner_of(context), context_id, limit=HISTORY_TASKS
        )
        return latest[::-1]

    async def is_foreign(self, context_id: str, context: ServerCallContext) -> bool:
        """Whether a context belongs to somebody else than the caller."""
        await self.flush()
        owner = owner_of(context)
        query = "SELECT owner FROM tasks WHERE context_id = ? LIMIT 1"
        row = await self._database.run(lambda c: c.execute(query, (context_id,)).fetchone())
        return row is not None and row[0] != owner

    async def flush(self) -> None:
        """Write what has only grown in memory so far."""
        rows = [_row(task, owner) for task, owner in self._growing.values()]
        self._growing.clear()
        if rows:
            await self._database.run(lambda connection: connection.executemany(UPSERT, rows))

    async def close(self) -> None:
        """Write the rest."""
        if self._writer is not None:
            self._writer.cancel()
        await self.flush()

    async def _write_behind(self) -> None:
        try:
            await asyncio.sleep(WRITE_BEHIND_SECONDS)
            await self.flush()
        except sqlite3.Error:
            logger.exception("A running task could not be saved; its next state will be.")
        finally:
            self._writer = None

    async def _select(self, where: str, *values: Any, limit: int = 1) -> Sequence[Task]:
        tasks, _ = await self._page(where, *values, size=limit)
        return tasks

    async def _page(self, where: str, *values: Any, size: int) -> tuple[Sequence[Task], bool]:
        """As many as `size`, unless they are large, but one at least; and whether there are more."""
        query = f"SELECT data FROM tasks WHERE {where} ORDER BY updated_at DESC, id DESC LIMIT ?"

        def read(connection: sqlite3.Connection) -> tuple[list[bytes], bool]:
            found: list[bytes] = []
            room = MAX_READ_BYTES
            for (data,) in connection.execute(query, (*values, size + 1)):
                room -= len(data)
                if len(found) == size or (found and room < 0):
                    return found, True
                found.append(data)
            return found, False

        rows, more = await self._database.run(read)
        return [Task.FromString(data) for data in rows], more


def _row(task: Task, owner: str) -> tuple[Any, ...]:
    updated_at = task.status.timestamp.ToMicroseconds()
    data = task.SerializeToString()
    return task.id, owner, task.context_id, task.status.state, updated_at, data


def _join_text(task: Task) -> None:
    """Make one part of the pieces that a text was streamed in."""
    for artifact in task.artifacts:
        texts = [part.text for part in artifact.parts]
        if len(texts) > 1 and all(part.WhichOneof("content") == "text" for part in artifact.parts):
            del artifact.parts[1:]
            artifact.parts[0].text = "".join(texts)


def _copy(task: Task) -> Task:
    copy = Task()
    copy.CopyFrom(task)
    return copy


def _token(last: Task) -> str:
    position = f"{last.status.timestamp.ToMicroseconds()} {last.id}"
    return base64.urlsafe_b64encode(position.encode()).decode()


def _read_token(token: str) -> tuple[int, str]:
    try:
        updated_at, task_id = base64.urlsafe_b64decode(token).decode("ascii").split(" ")
        return int(updated_at[:16]), task_id  # sixteen digits of microseconds last until 2286
    except ValueError:
        raise InvalidParamsError("pageToken is not one that this agent gave out.") from None
