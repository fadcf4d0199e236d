"""One SQLite database: a thread of its own, and one commit for all statements that wait together."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import lru_cache, partial
from typing import Any, TypeAlias, TypeVar

from .interface import DatabaseError, DatabaseUnavailableError, Row, Statement
from .sqlite_file import open_file, path_of, unusable

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Rows: TypeAlias = Sequence[Row]
Work: TypeAlias = Callable[[sqlite3.Connection], Any]

# A statement that nobody waits for waits this long for one to share its commit with.
DEFER_SECONDS = 0.05
# After trouble it is tried again, with what comes in the meantime.
AGAIN_SECONDS = 1.0
# The disk is full or fails, or somebody else holds the file.
TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}


class SqliteDatabase:
    """`memory://` or `sqlite:///path`, which belongs to this process alone."""

    shared = False

    def __init__(self, address: str, *, exclusive: bool = True) -> None:
        self._exclusive = exclusive
        self._path = path_of(address)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._resources = ExitStack()
        self._waiting: list[tuple[Work, asyncio.Future[Any] | None]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._available = self._closed = False

    @property
    def available(self) -> bool:
        """Whether statements are written; after trouble, one looks every second."""
        return self._available

    @property
    def waiting(self) -> int:
        """How many wait for the next commit."""
        return len(self._waiting)

    async def open(self) -> None:
        """Create the file and its tables where they are missing; raises DatabaseError."""
        try:
            self._connection = await self._in_thread(
                partial(open_file, self._path, self._resources, exclusive=self._exclusive)
            )
        except (OSError, sqlite3.Error) as error:
            await self.close()
            raise unusable(self._path, error) from error
        except DatabaseError:
            await self.close()
            raise
        self._available = True

    async def run(self, sql: str, *values: Any) -> Rows:
        """The rows of one statement, once it is committed."""
        rows: Rows = await self._committed(lambda connection: _execute(connection, sql, values))
        return rows

    async def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> Rows:
        """The rows of all of them, once they are committed."""
        found = await self.run_all(*[(sql, values) for values in rows])
        return [row for one in found for row in one]

    async def run_all(self, *statements: Statement) -> Sequence[Rows]:
        """The rows of each of them, once they are committed."""
        found: Sequence[Rows] = await self._committed(
            lambda connection: _execute_all(connection, statements)
        )
        return found

    def defer(self, sql: str, *values: Any) -> None:
        """Let the statement share the next commit, which comes soon by itself."""
        work = (lambda connection: _execute(connection, sql, values), None)
        self._defer([work], DEFER_SECONDS)

    async def close(self) -> None:
        """Finish what waits, then let go of file and lock."""
        if self._closed:
            return
        if self._flusher is not None:
            await self._flusher
        await self._flush()
        self._closed, self._available = True, False
        await self._in_thread(self._resources.close)
        self._thread.shutdown()

    async def _committed(self, work: Work) -> Any:
        if not self._available:
            raise DatabaseUnavailableError("The database file cannot be written.")
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        self._wake()
        return await done

    async def _in_thread(self, function: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)

    def _wake(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._flusher is None and self._waiting and not self._closed:
            self._flusher = asyncio.create_task(self._flush())

    def _defer(self, works: Iterable[tuple[Work, None]], seconds: float) -> None:
        self._waiting += works
        if self._alarm is None and self._waiting and not self._closed:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._wake)

    async def _flush(self) -> None:
        again: list[tuple[Work, None]] = []
        while self._waiting:
            batch, self._waiting = self._waiting, []
            outcomes = await self._in_thread(self._commit, [work for work, _ in batch])
            for (work, done), (result, error) in zip(batch, outcomes, strict=True):
                lost = isinstance(error, DatabaseUnavailableError)
                if lost and self._available:
                    logger.error("The database cannot be written (%s)", error)
                    self._available = False
                    again.append((_look, None))
                elif work is _look and not lost:
                    logger.warning("The database can be written again")
                    self._available = True
                if done is not None:
                    _tell(done, result, error)
                elif lost:
                    again.append((work, None))
                elif error is not None:
                    logger.error("A deferred statement failed", exc_info=error)
        self._flusher = None
        self._defer(again, AGAIN_SECONDS)

    def _commit(self, batch: list[Work]) -> list[tuple[Any, Exception | None]]:
        outcomes: list[tuple[Any, Exception | None]] = []
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")  # one that reads first might find it busy
            for work in batch:
                try:
                    outcomes.append((work(connection), None))
                except Exception as error:
                    if _code(error) in TROUBLE or not connection.in_transaction:
                        raise
                    outcomes.append((None, error))
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - else those who wait would do so for ever
            if connection.in_transaction:
                with suppress(sqlite3.Error):  # the next batch fails at once then
                    connection.execute("ROLLBACK")
            if len(batch) > 1 and _code(error) == sqlite3.SQLITE_FULL:
                # What is small enough may still find room.
                return [outcome for work in batch for outcome in self._commit([work])]
            return [(None, _translated(error))] * len(batch)
        return outcomes


def _look(connection: sqlite3.Connection) -> None:
    """Write a page as it is: reading alone would find a full disk in order."""
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    connection.execute(f"PRAGMA user_version = {version}")


def _tell(done: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if done.cancelled():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)


@lru_cache
def _dialect(sql: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", sql)


def _execute(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> Rows:
    return connection.execute(_dialect(sql), values).fetchall()


def _execute_all(connection: sqlite3.Connection, statements: Iterable[Statement]) -> Sequence[Rows]:
    """Neighbours in the same commit keep what is undone here."""
    connection.execute("SAVEPOINT statements")
    try:
        found = [_execute(connection, sql, values) for sql, values in statements]
    except Exception:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO statements")
            connection.execute("RELEASE statements")
        raise
    connection.execute("RELEASE statements")
    return found


def _translated(error: Exception) -> Exception:
    return DatabaseUnavailableError(str(error)) if _code(error) in TROUBLE else error


def _code(error: Exception) -> int:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF  # without the details
