"""Tasks in a database: protobuf bytes and the few columns that are queried."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from a2a.server.context import ServerCallContext
from a2a.types import ListTasksRequest, ListTasksResponse, Task

from ...database.interface import Database, DatabaseUnavailableError
from ..states import RUNNING, TERMINAL, owner_of
from .growth import copy_of
from .pages import find_page, newest

logger = logging.getLogger(__name__)

HISTORY_TASKS = 20
# How long the growth of a running task may stay in memory before it is written.
WRITE_BEHIND_SECONDS = 0.05
AWAY_SECONDS = 1.0

_TERMINAL = ", ".join(map(str, sorted(TERMINAL)))
INSERT = """
INSERT INTO tasks (id, owner, context_id, state, updated_at, data, runner, request)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
# The same where another replica may have taken the message over in the meantime.
INSERT_CLAIMED = """
INSERT INTO tasks (id, owner, context_id, state, updated_at, data, runner, request)
SELECT $1::text, $2::text, $3::text, $4::int, $5::bigint, $6::bytea, $7::text, $8::bytea
FROM messages WHERE task_id = $1 AND owner = $2 AND message_id = $9 FOR UPDATE
ON CONFLICT (id) DO NOTHING RETURNING id
"""
# Nothing is written over what another replica has changed, and nothing at all over an end.
UNCHANGED = f"id = $1 AND version = $2 AND state NOT IN ({_TERMINAL})"
UPDATE = f"""
UPDATE tasks SET state = $3, updated_at = $4, data = $5, runner = $6, request = $7,
    attempt = CASE WHEN CAST($6 AS text) IS NULL THEN 1 ELSE attempt END, version = version + 1
WHERE {UNCHANGED} RETURNING id
"""
CLAIM = f"""
UPDATE tasks SET runner = $3, request = $4, version = version + 1
WHERE {UNCHANGED} AND runner IS NULL RETURNING id
"""
LOAD = "SELECT data, version, runner FROM tasks WHERE id = $1 AND owner = $2"
OWNER_OF_CONTEXT = "SELECT owner FROM tasks WHERE context_id = $1 LIMIT 1"


class ConflictError(Exception):
    """The row is not as it was when it was read: another replica has changed or deleted it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A task as the database holds it; `runner` is the replica that runs a turn of it."""

    task: Task
    version: int
    runner: str | None


@dataclass(eq=False, slots=True)
class Record:
    """What one replica knows of the row of a task."""

    task_id: str
    owner: str
    version: int = 0  # 0: there is no row yet
    messages: int = 0  # how much of the task's history the row holds
    message_id: str = ""  # of the message that a new task begins with
    doubtful: bool = False  # growth found another row than the one that is known
    request: bytes | None = None  # of the turn that runs, where it may be resumed
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


class TaskStore:
    """Every caller sees the tasks of its own owner only (spec 13.1).

    `save` is durable when it returns. `grow` writes behind, a moment later and in one go for all
    tasks: artifacts that grow, and turns whose caller sees the connection break if they are lost.
    """

    def __init__(self, database: Database, *, replica: str = "this") -> None:
        self.replica = replica
        self._database = database
        self._growing: dict[str, tuple[Record, Task]] = {}
        self._writer: asyncio.Task[None] | None = None

    @property
    def shared(self) -> bool:
        """Whether other replicas change these tasks as well."""
        return self._database.shared

    async def save(self, record: Record, task: Task) -> None:
        """Keep the task as it is; raises ConflictError and DatabaseUnavailableError."""
        grown = self._growing.pop(record.task_id, None)
        if not task.status.HasField("timestamp"):
            task.status.timestamp.GetCurrentTime()
        if task.status.state not in RUNNING:
            _join_text(task)
        async with record.writing:
            try:
                statement, values = self._statement(record, task)
                rows = await self._database.run(statement, *values)
            except DatabaseUnavailableError:
                if grown:
                    self.grow(*grown)
                raise
            if not rows:
                raise ConflictError
            self._growing.pop(record.task_id, None)  # put back by a flush that has failed meanwhile
            record.version, record.messages = record.version + 1, len(task.history)

    def grow(self, record: Record, task: Task) -> None:
        """Keep the task as it will be in a moment, unless it is saved before."""
        self._growing[record.task_id] = (record, task)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_behind())

    def forget(self, record: Record) -> None:
        """Write no growth of this task any more."""
        self._growing.pop(record.task_id, None)

    async def claim(self, record: Record, request: bytes | None = None) -> None:
        """Let this replica run a turn of a task that is at rest; raises ConflictError."""
        async with record.writing:
            values = (record.task_id, record.version, self.replica, request)
            if not await self._database.run(CLAIM, *values):
                raise ConflictError
            record.version += 1

    async def load(self, task_id: str, owner: str) -> Stored | None:
        """The task of this owner as it is kept, or None."""
        for data, version, runner in await self._database.run(LOAD, task_id, owner):
            return Stored(Task.FromString(data), version, runner)
        return None

    async def get(self, task_id: str, context: ServerCallContext) -> Task | None:
        """A copy of the caller's task, or None."""
        owner = owner_of(context)
        if growing := self._growing.get(task_id):
            record, task = growing
            if not self.shared:
                return copy_of(task) if record.owner == owner else None
            await self.flush()  # another replica may have ended it
        stored = await self.load(task_id, owner)
        return stored.task if stored else None

    async def list(self, params: ListTasksRequest, context: ServerCallContext) -> ListTasksResponse:
        """One page, the latest status first; raises InvalidParamsError for a foreign token."""
        await self.flush()
        return await find_page(self._database, params, owner_of(context))

    async def conversation(self, context_id: str, context: ServerCallContext) -> Sequence[Task]:
        """The caller's latest tasks of a context, oldest first; what the agent sees as history."""
        await self.flush()
        where = "owner = $1 AND context_id = $2"
        values = (owner_of(context), context_id)
        latest, _ = await newest(self._database, where, values, size=HISTORY_TASKS)
        return latest[::-1]

    async def is_foreign(self, context_id: str, context: ServerCallContext) -> bool:
        """Whether a context belongs to somebody else than the caller."""
        await self.flush()
        rows = await self._database.run(OWNER_OF_CONTEXT, context_id)
        return any(owner != owner_of(context) for (owner,) in rows)

    async def flush(self) -> None:
        """Write what has only grown in memory so far; whoever stops waiting does not stop it."""
        if self._growing:
            await asyncio.shield(asyncio.create_task(self._flush()))

    async def _flush(self) -> None:
        batch = [pair for pair in self._growing.values() if not pair[0].writing.locked()]
        for record, _ in batch:
            del self._growing[record.task_id]
            await record.writing.acquire()  # at once: it is not locked
        try:
            await self._write(batch)
        except DatabaseUnavailableError:
            self._growing = {pair[0].task_id: pair for pair in batch} | self._growing
            raise
        finally:
            for record, _ in batch:
                record.writing.release()

    async def close(self) -> None:
        """Write the rest."""
        if self._writer is not None:
            self._writer.cancel()
        await self.flush()

    async def _write(self, batch: Sequence[tuple[Record, Task]]) -> None:
        rows: dict[str, list[Sequence[Any]]] = defaultdict(list)
        for record, task in batch:
            statement, values = self._statement(record, task)
            rows[statement].append(values)
        # As they are now: they go on growing meanwhile.
        written = [(record, record.version + 1, len(task.history)) for record, task in batch]
        changed = {
            row[0]
            for statement, values in rows.items()
            for row in await self._database.run_many(statement, values)
        }
        for record, version, messages in written:
            record.doubtful = record.task_id not in changed  # their next change finds out more
            if not record.doubtful:
                record.version, record.messages = version, messages

    async def _write_behind(self) -> None:
        pause = WRITE_BEHIND_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                await self.flush()
            except DatabaseUnavailableError:
                pause = AWAY_SECONDS
            except Exception:
                logger.exception("Running tasks could not be saved; their next states will be.")
            else:
                pause = WRITE_BEHIND_SECONDS
            if not self._growing:
                self._writer = None
                return

    def _statement(self, record: Record, task: Task) -> tuple[str, Sequence[Any]]:
        state = task.status.state
        runner, request = (self.replica, record.request) if state in RUNNING else (None, None)
        updated_at, data = task.status.timestamp.ToMicroseconds(), task.SerializeToString()
        if record.version:
            return UPDATE, (task.id, record.version, state, updated_at, data, runner, request)
        new = (task.id, record.owner, task.context_id, state, updated_at, data, runner, request)
        if record.message_id and self.shared:
            return INSERT_CLAIMED, (*new, record.message_id)
        return INSERT, new


def _join_text(task: Task) -> None:
    """Make one part of the pieces that a text was streamed in."""
    for artifact in task.artifacts:
        texts = [part.text for part in artifact.parts]
        if len(texts) > 1 and all(part.WhichOneof("content") == "text" for part in artifact.parts):
            del artifact.parts[1:]
            artifact.parts[0].text = "".join(texts)
