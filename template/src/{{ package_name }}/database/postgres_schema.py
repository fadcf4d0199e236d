"""The tables in Postgres: which version they have, and how they get a newer one."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import asyncpg

from . import schema
from .interface import DatabaseError, DatabaseUnavailableError
from .postgres_address import PostgresAddress
from .postgres_errors import lasting, reason, trouble

# Any number that no other program takes in the same database.
LOCK = 4_220_266_154_877
VERSION_TABLE = """
CREATE TABLE IF NOT EXISTS schema_version (
    version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class Connection(Protocol):
    """What is used of one, pooled or not."""

    async def execute(self, query: str, *args: Any) -> str:
        """Run statements."""

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """Rows."""

    async def fetchmany(self, query: str, args: Iterable[Sequence[Any]]) -> list[asyncpg.Record]:
        """Rows of a statement for each of these."""

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first value."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Done together or not at all."""


async def version_of(connection: Connection) -> int:
    """Which schema it has; 0: none yet."""
    if await connection.fetchval("SELECT to_regclass('schema_version')") is None:
        return 0
    version = await connection.fetchval("SELECT coalesce(max(version), 0) FROM schema_version")
    return int(version)


async def read_version(address: PostgresAddress, timeout_seconds: float) -> int:
    """The same, on a connection of its own; raises DatabaseError and DatabaseUnavailableError."""
    return await _version(address, timeout_seconds, upgrade=False)


async def upgrade(address: PostgresAddress, timeout_seconds: float) -> int:
    """Bring it up to date, and say from which version; several may do so at once."""
    return await _version(address, timeout_seconds, upgrade=True)


async def _version(address: PostgresAddress, timeout_seconds: float, *, upgrade: bool) -> int:
    try:
        async with connected(address, timeout_seconds) as connection:
            version = await version_of(connection)
            if upgrade and version > schema.LATEST:
                raise DatabaseError(schema.newer(address.text, version))
            if upgrade:
                await _upgrade(connection, version)
    except asyncpg.PostgresError as error:
        raise DatabaseError(
            f"The database {address.text} cannot be upgraded ({reason(error)}): "
            "set A2A_DATABASE_URL to one that is empty or has the tables of this agent."
        ) from error
    return version


@asynccontextmanager
async def connected(
    address: PostgresAddress, timeout_seconds: float, **settings: str
) -> AsyncIterator[Connection]:
    """A connection of its own; raises DatabaseError and DatabaseUnavailableError."""
    try:
        connection = await asyncpg.connect(
            **address.connection, timeout=timeout_seconds, server_settings=settings
        )
        try:
            yield connection
        finally:
            await connection.close(timeout=timeout_seconds)
    except Exception as error:
        if known := lasting(error, address):
            raise known from error
        if trouble(error) is not None:
            raise unreachable(address, error) from error
        raise


def unreachable(address: PostgresAddress, error: BaseException) -> DatabaseUnavailableError:
    """What an operator reads who may wait."""
    return DatabaseUnavailableError(
        f"The database {address.text} does not answer ({reason(error)}): "
        "start it, or correct A2A_DATABASE_URL."
    )


async def _upgrade(connection: Connection, version: int) -> None:
    """Each step is one transaction under one lock, which a pooler in between does not mind."""
    for number, sql in schema.steps("postgres", version):
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            await connection.execute(VERSION_TABLE)
            if await version_of(connection) < number:
                await connection.execute(sql)
                await connection.execute("INSERT INTO schema_version VALUES ($1)", number)
