"""Backups of a SQLite file: copied while an agent uses it, restored while none does."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import Any

from . import schema
from .backup_files import UNFINISHED, make_durable
from .backups import Content, Contents
from .interface import DatabaseError
from .sqlite_file import lock, path_of, unusable

# What is replaced is kept beside it under this name.
ASIDE = ".before-restore"
OUR_TABLES = {"tasks", "messages", "push_configs"}
JOURNALS = ("-wal", "-shm")


class SqliteBackups:
    """Of the file that `sqlite:///path` stands for."""

    suffix = ".db"

    def __init__(self, address: str) -> None:
        self._path = Path(path_of(address))

    async def save(self, file: Path, *, compare: bool = False) -> Contents:
        """One copy as of now; whoever writes meanwhile does not have to wait."""
        return await asyncio.to_thread(self._save, file, compare=compare)

    async def restore(self, file: Path, *, force: bool = False) -> int:
        """What was there is kept aside; a running agent cannot be talked out of its file."""
        if force:
            raise DatabaseError(
                "A SQLite file cannot be replaced under a running agent: "
                "stop the agent, and leave --force out."
            )
        return await asyncio.to_thread(self._restore, file)

    async def rehearse(self, file: Path) -> tuple[Contents, float]:
        """Into a folder beside the database, where a restored one would need the space as well."""
        return await asyncio.to_thread(self._rehearse, file)

    def _save(self, file: Path, *, compare: bool) -> Contents:
        if not self._path.exists():
            raise DatabaseError(f"There is no database {self._path}: correct A2A_DATABASE_URL.")
        try:
            with _opened(self._path, "rw") as source, _opened(file, "rw") as copy:
                source.execute("BEGIN")  # all that follows sees the same moment
                source.execute("PRAGMA schema_version").fetchone()
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, and none beside it
                _check(copy, self._path)
                return _contents(source) if compare else {}
        except sqlite3.Error as error:
            raise DatabaseError(f"No backup of {self._path} could be made ({error}).") from error

    def _restore(self, file: Path) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with ExitStack() as resources:
                lock(str(self._path), resources)
                handle, name = tempfile.mkstemp(UNFINISHED, ".restore-", self._path.parent)
                os.close(handle)
                resources.callback(Path(name).unlink, missing_ok=True)
                version = _copy(file, Path(name))
                make_durable(Path(name))
                _put_aside(self._path)
                Path(name).replace(self._path)
                make_durable(self._path.parent)
        except (OSError, sqlite3.Error) as error:
            raise unusable(str(self._path), error) from error
        return version

    def _rehearse(self, file: Path) -> tuple[Contents, float]:
        with tempfile.TemporaryDirectory(prefix=".drill-", dir=self._path.parent) as folder:
            scratch = SqliteBackups(f"sqlite:///{folder}/{self._path.name}")
            started = monotonic()
            scratch._restore(file)
            seconds = monotonic() - started
            with _opened(scratch._path, "ro") as restored:
                return _contents(restored), seconds


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a sound database of ours."""
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not version or not {name for (name,) in found} >= OUR_TABLES:
        raise DatabaseError(f"{path} is no database of this agent: name another file.")
    if version > schema.LATEST:
        raise DatabaseError(schema.newer(str(path), version))
    [(verdict,), *_] = connection.execute("PRAGMA integrity_check").fetchall()
    if verdict != "ok":
        raise DatabaseError(f"{path} is damaged ({verdict}): restore an older backup.")
    return int(version)


def _copy(file: Path, target: Path) -> int:
    try:
        with _opened(file, "ro") as source, _opened(target, "rw") as copy:
            source.backup(copy)
            return _check(copy, file)
    except sqlite3.OperationalError as error:
        raise DatabaseError(f"{file} cannot be restored ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"{file} is no backup of a SQLite database ({error}).") from error


def _put_aside(path: Path) -> None:
    """Under its second name before it loses the first: at no moment is there no database."""
    aside = Path(f"{path}{ASIDE}")
    for suffix in ("", *JOURNALS):
        Path(f"{aside}{suffix}").unlink(missing_ok=True)
    if path.exists():
        with suppress(sqlite3.DatabaseError), _opened(path, "rw") as old:  # it may be damaged
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside.hardlink_to(path)
    for suffix in JOURNALS:
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")


def _contents(connection: sqlite3.Connection) -> Contents:
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {name: _content(connection.execute(f'SELECT * FROM "{name}"')) for (name,) in names}


def _content(rows: Iterable[tuple[Any, ...]]) -> Content:
    count = checksum = 0
    for row in rows:
        count += 1
        checksum += int.from_bytes(blake2b(repr(row).encode(), digest_size=8).digest())
    return Content(count, f"{checksum:x}")
