"""The file of a SQLite database: who may open it, and which tables it has."""

import fcntl
import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path

from . import schema
from .interface import DatabaseError

MEMORY = ":memory:"


def path_of(address: str) -> str:
    """What `memory://` or `sqlite:///path` stands for, relative to the working directory."""
    return MEMORY if address == "memory://" else address.removeprefix("sqlite:///")


def unusable(path: str, error: Exception) -> DatabaseError:
    """What an operator reads whose file cannot be opened."""
    return DatabaseError(
        f"The database {path} cannot be used ({error}): "
        "set A2A_DATABASE_URL to a place this process may write."
    )


def open_file(
    path: str, resources: ExitStack, *, upgrade: bool = False, exclusive: bool = True
) -> sqlite3.Connection:
    """A connection to it; an older schema is refused, or brought up to date.

    The file belongs to one agent: it holds a lock beside it, because recovery after a crash
    must not touch the tasks of a process that still runs them.
    """
    if path != MEMORY and exclusive:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        lock(path, resources)
        Path(path).touch(mode=0o600)  # the files beside it will be as private
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    resources.callback(connection.close)
    connection.execute("PRAGMA journal_mode = WAL")
    # A crash of the machine may lose the last commits but cannot damage the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    version = _version(connection)
    if (version == 0 and exclusive) or (upgrade and version < schema.LATEST):
        _upgrade(connection, version)
    elif objection := schema.objection(path, version):
        raise DatabaseError(objection)
    return connection


def upgrade_file(path: str) -> int:
    """Bring it up to date, and say from which version; raises DatabaseError."""
    version = version_of(path)
    try:
        with ExitStack() as resources:
            open_file(path, resources, upgrade=True)
    except (OSError, sqlite3.Error) as error:
        raise unusable(path, error) from error
    return version


def version_of(path: str) -> int:
    """Which schema it has, also while an agent uses it; 0: none yet; raises DatabaseError."""
    if not Path(path).exists():
        return 0
    try:
        connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=rw", uri=True)
        try:
            return _version(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unusable(path, error) from error


def lock(path: str, resources: ExitStack) -> None:
    """Keep every other process away from it; raises DatabaseError."""
    file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    resources.callback(os.close, file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatabaseError(
            f"The database {path} belongs to another running agent: "
            "stop that one or set A2A_DATABASE_URL to another file."
        ) from None


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Each step is one transaction, so that an interrupted upgrade goes on where it was."""
    for number, sql in schema.steps("sqlite", version):
        try:
            connection.executescript(f"BEGIN; {sql} PRAGMA user_version = {number}; COMMIT;")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
