"""One SQLite database: a thread of its own, and one commit for all statements that wait together."""

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Statement = Callable[[sqlite3.Connection], Result]

# A statement that nobody waits for waits this long for one to share its commit with.
DEFER_SECONDS = 0.05

SCHEMA_VERSION = 1
# Few indexes: each one is another page to write for every task.
SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, context_id TEXT NOT NULL,
    state INTEGER NOT NULL, updated_at INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner, updated_at DESC, id DESC, state);
CREATE INDEX IF NOT EXISTS tasks_by_context ON tasks (context_id, owner, updated_at DESC, id DESC);
CREATE TABLE IF NOT EXISTS messages (
    owner TEXT NOT NULL, message_id TEXT NOT NULL, task_id TEXT NOT NULL,
    reply BLOB, created_at INTEGER NOT NULL, PRIMARY KEY (owner, message_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS push_configs (
    task_id TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (task_id, owner, id)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS push_configs_go_with_their_task AFTER DELETE ON tasks
BEGIN DELETE FROM push_configs WHERE task_id = OLD.id; END;
"""


class DatabaseError(Exception):
    """The database cannot be used; the text is one sentence for the operator."""


class Database:
    """`memory://` or `sqlite:///path`; the path is relative to the working directory.

    The file belongs to one process: it holds a lock beside it, because recovery after a crash
    must not touch the tasks of a process that still runs them.
    """

    def __init__(self, address: str) -> None:
        self._path = ":memory:" if address == "memory://" else address.removeprefix("sqlite:///")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._resources = ExitStack()
        self._waiting: list[tuple[Statement[Any], asyncio.Future[Any] | None]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Create the file and its tables where they are missing; raises DatabaseError."""
        try:
            self._connection = await self._in_thread(self._connect)
        except (OSError, sqlite3.Error) as error:
            await self.close()
            raise DatabaseError(
                f"The database {self._path} cannot be used ({error}): "
                "set A2A_DATABASE_URL to a place this process may write."
            ) from error
        except DatabaseError:
            await self.close()
            raise

    async def run(self, statement: Statement[Result]) -> Result:
        """What the statement returned, once it is committed; raises sqlite3.Error."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((statement, done))
        self._wake()
        return await done

    def defer(self, statement: Statement[object]) -> None:
        """Let the statement share the next commit, which comes soon by itself."""
        self._waiting.append((statement, None))
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(DEFER_SECONDS, self._wake)

    @property
    def waiting(self) -> int:
        """How many statements wait for the next commit."""
        return len(self._waiting)

    async def close(self) -> None:
        """Finish what waits, then let go of file and lock."""
        if self._flusher is not None:
            await self._flusher
        await self._flush()
        await self._in_thread(self._resources.close)
        self._thread.shutdown()

    async def _in_thread(self, function: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)

    def _wake(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._flusher is None and self._waiting:
            self._flusher = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            outcomes = await self._in_thread(self._commit, [statement for statement, _ in batch])
            for (_, done), (result, error) in zip(batch, outcomes, strict=True):
                if done is None and error is not None:
                    logger.error("A deferred statement failed", exc_info=error)
                elif done is None or done.cancelled():
                    continue
                elif error is not None:
                    done.set_exception(error)
                else:
                    done.set_result(result)
        self._flusher = None

    def _commit(self, statements: list[Statement[Any]]) -> list[tuple[Any, Exception | None]]:
        outcomes: list[tuple[Any, Exception | None]] = []
        try:
            self._connection.execute("BEGIN")
            for statement in statements:
                try:
                    outcomes.append((statement(self._connection), None))
                except Exception as error:  # noqa: BLE001 - else all others would wait for ever
                    outcomes.append((None, error))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return [(None, error)] * len(statements)
        return outcomes

    def _connect(self) -> sqlite3.Connection:
        if self._path != ":memory:":
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._resources.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DatabaseError(
                    f"The database {self._path} belongs to another running agent: "
                    "stop that one or set A2A_DATABASE_URL to another file."
                ) from None
            Path(self._path).touch(mode=0o600)  # the files beside it will be as private
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._resources.callback(connection.close)
        connection.execute("PRAGMA journal_mode = WAL")
        # A crash of the machine may lose the last commits but cannot damage the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"The database {self._path} was written by a newer release of this agent "
                f"(schema {version}, this one knows {SCHEMA_VERSION}): run that release."
            )
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return connection
