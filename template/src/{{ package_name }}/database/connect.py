"""Which database an address means, and what can be done with one that no agent has opened."""

from . import postgres_schema, schema, sqlite_file
from .interface import Database, DatabaseError
from .postgres import PostgresDatabase
from .postgres_address import read
from .sqlite import SqliteDatabase


def connect(
    url: str, *, password: str, pool_size: int, timeout_seconds: float, exclusive: bool = True
) -> Database:
    """It still has to be opened; raises DatabaseError.

    A command may look into the file of a running agent, which is exclusive to agents only.
    """
    if _is_postgres(url):
        return PostgresDatabase(
            url, password=password, pool_size=pool_size, timeout_seconds=timeout_seconds
        )
    return SqliteDatabase(url, exclusive=exclusive)


async def upgrade(url: str, *, password: str, timeout_seconds: float) -> str:
    """What was done to its tables; raises DatabaseError and DatabaseUnavailableError."""
    if _is_postgres(url):
        address = read(url, password)
        place, version = address.text, await postgres_schema.upgrade(address, timeout_seconds)
    else:
        place = _file(url)
        version = sqlite_file.upgrade_file(place)
    if version == schema.LATEST:
        return f"The database {place} is up to date: it has schema {version}."
    return f"The database {place} now has schema {schema.LATEST}; it had {version or 'none'}."


async def objection(url: str, *, password: str, timeout_seconds: float) -> str:
    """Why an agent would not start with it; empty: it would; raises what `upgrade` raises."""
    if _is_postgres(url):
        address = read(url, password)
        version = await postgres_schema.read_version(address, timeout_seconds)
        return schema.objection(address.text, version)
    version = sqlite_file.version_of(path := _file(url))
    return schema.objection(path, version) if version else ""  # the agent makes a new one itself


def _is_postgres(url: str) -> bool:
    return url.startswith("postgres")


def _file(url: str) -> str:
    path = sqlite_file.path_of(url)
    if path == sqlite_file.MEMORY:
        raise DatabaseError("A2A_DATABASE_URL is memory://, which has no tables of its own.")
    return path
