"""A Postgres that replicas share: a pool of connections behind a gate.

The gate closes when the database does not answer: calls fail at once, and one connection looks
every second whether it is back. A statement that the server itself gave up does not close it.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from . import schema
from .deferred import Deferred
from .interface import DatabaseError, DatabaseUnavailableError, Row, Statement
from .postgres_address import read
from .postgres_errors import (
    DISK_FULL,
    READ_ONLY,
    Trouble,
    is_connection,
    lasting,
    reason,
    sqlstate,
    trouble,
)
from .postgres_pool import PostgresPool, Work
from .postgres_schema import Connection, unreachable, version_of

logger = logging.getLogger(__name__)

Rows: TypeAlias = Sequence[Row]

ATTEMPTS = 5
LOOK_SECONDS = 1.0
# A table that somebody has locked, or a disk that does not answer, is noticed as well.
LOOK = "SELECT 1 FROM tasks LIMIT 1"
# On a full disk, what is small still finds room between the rest.
WRITE = "INSERT INTO tasks (id, owner, context_id, state, updated_at, data) VALUES ($1, '', '', 0, 0, $2)"
WRITE_BYTES = 256 * 1024


class _Undone(Exception):  # noqa: N818 - nothing has failed
    """Ends a transaction without a trace."""


class PostgresDatabase:
    """`postgresql://user@host:port/name`, whose tables `db upgrade` has made."""

    shared = True

    def __init__(self, url: str, *, password: str, pool_size: int, timeout_seconds: float) -> None:
        self._address = read(url, password)
        self._pool = PostgresPool(self._address, size=pool_size, timeout_seconds=timeout_seconds)
        self._timeout_seconds = timeout_seconds
        self._deferred = Deferred(self.run_many)
        self._running: set[asyncio.Task[Any]] = set()
        self._lookout: asyncio.Task[None] | None = None
        self._available = False
        self._answered_at = 0.0

    @property
    def available(self) -> bool:
        """Whether it has answered lately."""
        return self._available

    @property
    def waiting(self) -> int:
        """How many wait for a connection, or for the database to come back."""
        return self._pool.waiting + len(self._deferred)

    async def open(self) -> None:
        """May be tried again after DatabaseUnavailableError; raises DatabaseError otherwise."""
        try:
            await self._pool.open()
            version = await self._pool.transact(version_of)
        except Exception as error:
            await self._pool.close()
            if known := lasting(error, self._address):
                raise known from error
            if trouble(error) is None:
                raise
            raise unreachable(self._address, error) from error
        if objection := schema.objection(self._address.text, version):
            await self._pool.close()
            raise DatabaseError(objection)
        self._answered_at = asyncio.get_running_loop().time()
        self._available = True

    async def run(self, sql: str, *values: Any) -> Rows:
        """The rows of one statement, which is a transaction of its own."""
        rows: Rows = await self._perform(lambda connection: connection.fetch(sql, *values))
        return rows

    async def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> Rows:
        """The rows of all of them, in one transaction and one round trip."""
        if not (values := list(rows)):
            return []
        found: Rows = await self._perform(lambda connection: connection.fetchmany(sql, values))
        return found

    async def run_all(self, *statements: Statement) -> Sequence[Rows]:
        """The rows of each of them, in one transaction."""

        async def transaction(connection: Connection) -> Sequence[Rows]:
            found: list[Any] = []
            async with connection.transaction():
                for sql, values in statements:
                    found.append(await connection.fetch(sql, *values))
            return found

        found: Sequence[Rows] = await self._perform(transaction)
        return found

    def defer(self, sql: str, *values: Any) -> None:
        """Run it soon; what an outage delays may be run twice."""
        self._deferred.add((sql, values))

    async def close(self) -> None:
        """Finish what waits, within the timeout; what the database does not take now is lost."""
        await self._deferred.close()
        self._available = False
        if self._lookout is not None:
            self._lookout.cancel()
            await asyncio.wait([self._lookout])
        if self._running:
            await asyncio.wait(self._running)
        await self._pool.close()

    async def _perform(self, work: Work) -> Any:
        """Whoever stops waiting leaves the statement to its end, as with SQLite."""
        if not self._available:
            raise DatabaseUnavailableError(f"The database {self._address.text} does not answer.")
        task = asyncio.create_task(self._attempts(work))
        self._running.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait([task])
        return task.result()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited for it has it

    async def _attempts(self, work: Work) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = await self._pool.transact(work)
            except Exception as error:
                kind = trouble(error)
                if kind is None:
                    raise
                if kind is Trouble.CONFLICT and attempt < ATTEMPTS:
                    continue
                if kind is Trouble.AWAY or self._silent():
                    self._close_gate(error)
                raise unreachable(self._address, error) from error
            self._answered_at = asyncio.get_running_loop().time()
            return found
        raise AssertionError  # the last attempt returns or raises

    def _silent(self) -> bool:
        """Whether nobody has had an answer for as long as one may take."""
        return asyncio.get_running_loop().time() > self._answered_at + self._timeout_seconds

    def _close_gate(self, error: Exception) -> None:
        if self._available:
            self._available = False
            logger.error("The database does not answer (%s)", reason(error))
            self._lookout = asyncio.create_task(self._look(error))

    async def _look(self, error: Exception) -> None:
        """Other connections know that they are closed, but not that nobody answers or writes."""
        look = _fetch if sqlstate(error) != DISK_FULL else _write
        if not is_connection(error):
            await asyncio.sleep(LOOK_SECONDS)
        while True:
            try:
                if isinstance(error, TimeoutError) or sqlstate(error) == READ_ONLY:
                    await self._pool.renew()
                await self._pool.transact(look)
            except Exception as again:  # noqa: BLE001 - whatever it is, it is not back
                error = again
            else:
                break
            await asyncio.sleep(LOOK_SECONDS)
        self._available, self._lookout = True, None
        logger.warning("The database answers again")


async def _fetch(connection: Connection) -> None:
    await connection.fetch(LOOK)


async def _write(connection: Connection) -> None:
    with suppress(_Undone):
        async with connection.transaction():
            await connection.execute(WRITE, secrets.token_hex(), secrets.token_bytes(WRITE_BYTES))
            raise _Undone
