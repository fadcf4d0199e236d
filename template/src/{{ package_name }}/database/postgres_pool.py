"""Connections to Postgres, with limits on how long anything may take on each of them.

The limits are set when a connection begins. A pooler between has to pass them on or to ignore
them, and to know prepared statements, with which a statement is one round trip instead of two:
PgBouncer does from 1.21 on, with max_prepared_statements and ignore_startup_parameters.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from .interface import DatabaseUnavailableError
from .postgres_address import PostgresAddress
from .postgres_errors import TOO_MANY_CONNECTIONS, sqlstate
from .postgres_schema import Connection

Work: TypeAlias = Callable[[Connection], Awaitable[Any]]

# The server gives up first, and says so; one that is silent for longer does not answer.
MARGIN_SECONDS = 1.0


class PostgresPool:
    """At most `size` connections, which are opened when they are needed."""

    def __init__(self, address: PostgresAddress, *, size: int, timeout_seconds: float) -> None:
        self._size, self._timeout_seconds = size, timeout_seconds
        self._options: dict[str, Any] = {
            **address.connection,
            "min_size": 0,
            "max_size": size,
            "timeout": timeout_seconds,
            "command_timeout": timeout_seconds + 2 * MARGIN_SECONDS,  # of what tidies up, too
            "reset": _leave_as_it_is,
            "server_settings": _server_settings(timeout_seconds),
        }
        self._turns = asyncio.Semaphore(size)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self.waiting = 0

    async def open(self) -> None:
        """Be ready for the first statement."""
        self._pool = await asyncpg.create_pool(**self._options)

    async def renew(self) -> None:
        """Let go of connections that may be silent for ever."""
        if self._pool is not None:
            self._pool.terminate()
        await self.open()

    async def close(self) -> None:
        """Take leave of the server, if it is there."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(MARGIN_SECONDS):
                await self._pool.close()
        except (OSError, asyncpg.InterfaceError):
            self._pool.terminate()

    async def transact(self, work: Work) -> Any:
        """What the work returns; raises what asyncpg raises, and TimeoutError after silence."""
        await self._take_turn()
        try:
            pool = self._pool
            assert pool is not None  # it has been opened
            connection = await self._connect(pool)
            try:
                async with asyncio.timeout(self._timeout_seconds + MARGIN_SECONDS):
                    return await work(connection)
            except asyncpg.PostgresError:
                raise  # the connection is all right, or known to be closed
            except BaseException:
                connection.terminate()
                raise
            finally:
                await pool.release(connection)
        finally:
            self._turns.release()

    async def _take_turn(self) -> None:
        """In the order of their coming, which the queue of asyncpg does not keep."""
        if not self._turns.locked():
            await self._turns.acquire()  # which does not wait
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise DatabaseUnavailableError(
                f"All {self._size} connections to the database were in use for "
                f"{self._timeout_seconds:g} seconds: raise A2A_DATABASE_POOL_SIZE."
            ) from None
        finally:
            self.waiting -= 1

    async def _connect(
        self, pool: "asyncpg.Pool[asyncpg.Record]"
    ) -> "PoolConnectionProxy[asyncpg.Record]":
        try:
            return await pool.acquire(timeout=self._timeout_seconds)
        except asyncpg.PostgresError as error:
            if sqlstate(error) != TOO_MANY_CONNECTIONS or not pool.get_size():
                raise
            raise DatabaseUnavailableError(
                f"The database admits no more than {pool.get_size()} connections of this agent: "
                "lower A2A_DATABASE_POOL_SIZE, or raise max_connections of the database."
            ) from None


async def _leave_as_it_is(_: object) -> None:
    """Nothing here changes a session, so a second round trip would reset nothing."""


def _server_settings(timeout_seconds: float) -> dict[str, str]:
    milliseconds = max(1, int(timeout_seconds * 1000))
    return {
        "application_name": __package__.partition(".")[0],
        "TimeZone": "UTC",
        "statement_timeout": str(milliseconds),
        # Whoever waits for a lock gives up before those who have to wait for both.
        "lock_timeout": str(max(1, milliseconds // 2)),
        # A process that was stopped in the middle of a transaction holds its locks no longer.
        "idle_in_transaction_session_timeout": str(2 * milliseconds),
        # The same for one whose machine has gone without a word.
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    }
