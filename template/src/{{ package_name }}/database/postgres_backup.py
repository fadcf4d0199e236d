"""Backups of a Postgres: a dump of one snapshot, restored in one transaction."""

import asyncio
import secrets
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import asyncpg

from . import schema
from .backups import Content, Contents
from .interface import DatabaseError
from .postgres_address import PostgresAddress
from .postgres_backup_programs import check_version, dump, load, version_in
from .postgres_schema import Connection, connected, version_of

MAGIC = b"PGDMP"
VERSIONS_IN_ONE_MAJOR = 10_000
SETTINGS = {
    # Rows are compared as texts, which must not depend on how a database is set up.
    "bytea_output": "hex",
    "datestyle": "ISO",
    "timezone": "UTC",
    # The snapshot is held while pg_dump works, however long that takes.
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": "0",
}
TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
AND relowner = current_user::regrole
"""
SEEN_LATELY = "SELECT count(*) FROM replicas WHERE seen_at > now() - make_interval(secs => $1)"


class PostgresBackups:
    """Of the namespace that is the agent's own, with the programs that come with Postgres."""

    suffix = ".dump"

    def __init__(
        self,
        address: PostgresAddress,
        *,
        timeout_seconds: float,
        replica_timeout_seconds: float,
    ) -> None:
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._replica_timeout_seconds = replica_timeout_seconds

    async def save(self, file: Path, *, compare: bool = False) -> Contents:
        """One dump as of now; whoever writes meanwhile does not have to wait."""
        address = self._address
        async with self._connected() as connection:
            await _check_programs(connection)
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            if not await version_of(connection):
                raise DatabaseError(
                    f"The database {address.text} has no tables: the command db upgrade makes them."
                )
            namespace = await _namespace(connection)
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            await asyncio.to_thread(dump, address, file, namespace=namespace, snapshot=snapshot)
            return await _contents(connection) if compare else {}

    async def restore(self, file: Path, *, force: bool = False) -> int:
        """With force even while replicas use it, whose running turns then fail."""
        async with self._connected() as connection:
            await _check_programs(connection)
            version = await asyncio.to_thread(_version_of_backup, file)
            if not force:
                await self._check_unused(connection)
            namespace = await _namespace(connection)
            await asyncio.to_thread(load, self._address, file, namespace=namespace)
            await connection.execute("ANALYZE")  # else the first queries take the long way
        return version

    async def rehearse(self, file: Path) -> tuple[Contents, float]:
        """Into a database on the same server, which is dropped in the end."""
        name = f"drill_{secrets.token_hex(8)}"
        scratch = _beside(self._address, name)
        async with self._connected() as connection:
            namespace = await _namespace(connection)
            try:
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            except asyncpg.InsufficientPrivilegeError:
                raise DatabaseError(
                    f"A drill needs a database of its own on the server of {self._address.text}: "
                    "give its user the right CREATEDB."
                ) from None
            try:
                started = monotonic()
                await asyncio.to_thread(load, scratch, file, namespace=namespace)
                seconds = monotonic() - started
                async with connected(scratch, self._timeout_seconds, **SETTINGS) as restored:
                    return await _contents(restored), seconds
            finally:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _connected(self) -> AbstractAsyncContextManager[Connection]:
        return connected(self._address, self._timeout_seconds, **SETTINGS)

    async def _check_unused(self, connection: Connection) -> None:
        if await connection.fetchval("SELECT to_regclass('replicas')") is None:
            return
        seconds = self._replica_timeout_seconds
        if count := await connection.fetchval(SEEN_LATELY, seconds):
            raise DatabaseError(
                f"Replicas that used the database {self._address.text} in the last {seconds:g} "
                f"seconds: {count}. Stop them and wait, or restore under them with --force."
            )


def _beside(address: PostgresAddress, name: str) -> PostgresAddress:
    return replace(
        address,
        text=f"{address.text.rpartition('/')[0]}/{name}",
        connection=address.connection | {"database": name},
        name=name,
    )


async def _check_programs(connection: Connection) -> None:
    server = int(await connection.fetchval("SHOW server_version_num"))
    await asyncio.to_thread(check_version, server // VERSIONS_IN_ONE_MAJOR)


def _version_of_backup(file: Path) -> int:
    try:
        with file.open("rb") as opened:
            ours = opened.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise DatabaseError(f"{file} cannot be read ({error.strerror}).") from error
    version = version_in(file) if ours else 0
    if not version:
        raise DatabaseError(f"{file} is no backup of this agent's database: name another file.")
    if version > schema.LATEST:
        raise DatabaseError(schema.newer(str(file), version))
    return version


async def _namespace(connection: Connection) -> str:
    return str(await connection.fetchval("SELECT current_schema()"))


async def _contents(connection: Connection) -> Contents:
    return {name: await _content(connection, name) for (name,) in await connection.fetch(TABLES)}


async def _content(connection: Connection, table: str) -> Content:
    [(rows, checksum)] = await connection.fetch(
        "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text "
        f"FROM {table} t"
    )
    return Content(rows, checksum)
