"""Backup and drill, whichever database it is: a file that is complete, or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol, TypeAlias

from .backup_files import BackupFolder


@dataclass(frozen=True)
class Content:
    """What one table holds, whatever the order of its rows."""

    rows: int
    checksum: str


# By the name of the table.
Contents: TypeAlias = Mapping[str, Content]


class BackupMethod(Protocol):
    """How one kind of database is saved and comes back."""

    suffix: str

    async def save(self, file: Path, *, compare: bool = False) -> Contents:
        """Write a whole backup; with compare, say what the database held at that moment.

        Raises DatabaseError and DatabaseUnavailableError, as all of them do.
        """

    async def restore(self, file: Path, *, force: bool = False) -> int:
        """Put it in the place of what is there, all or nothing; the value is its schema."""

    async def rehearse(self, file: Path) -> tuple[Contents, float]:
        """Restore it beside what is there; say what it holds, and how many seconds it took."""


@dataclass(frozen=True)
class Backup:
    """One that has been made, and those that were deleted in its favour."""

    path: Path
    size_bytes: int
    seconds: float
    deleted: list[Path]


@dataclass(frozen=True)
class Drill:
    """How a restoration of the newest backup would have gone."""

    backup: Backup
    recovery_seconds: float
    rows: int
    differences: list[str]
    last_age: timedelta | None
    """How old the newest backup was before this one; None: there was none."""


async def back_up(
    method: BackupMethod,
    folder: BackupFolder,
    *,
    keep: int | None = None,
    keep_days: float | None = None,
) -> Backup:
    """Save the database; then, and only then, delete what is beyond its time."""
    backup, _ = await _save(method, folder, compare=False)
    deleted = folder.prune(keep=keep, keep_days=keep_days)
    return Backup(backup.path, backup.size_bytes, backup.seconds, deleted)


async def drill(method: BackupMethod, folder: BackupFolder) -> Drill:
    """Save the database, restore it elsewhere, and compare the two as of the same moment."""
    earlier = folder.finished()
    last_age = datetime.now(UTC) - earlier[0][0] if earlier else None
    backup, source = await _save(method, folder, compare=True)
    restored, seconds = await method.rehearse(backup.path)
    return Drill(
        backup=backup,
        recovery_seconds=seconds,
        rows=sum(content.rows for content in source.values()),
        differences=_differences(source, restored),
        last_age=last_age,
    )


async def _save(
    method: BackupMethod, folder: BackupFolder, *, compare: bool
) -> tuple[Backup, Contents]:
    started = monotonic()
    with folder.unfinished() as file:
        contents = await method.save(file, compare=compare)
        path = folder.finish(file)
    return Backup(path, path.stat().st_size, monotonic() - started, []), contents


def _differences(source: Contents, restored: Contents) -> list[str]:
    return [
        f"{table}: {_told(source.get(table))} in the database, {_told(restored.get(table))} restored"
        for table in sorted(source.keys() | restored.keys())
        if source.get(table) != restored.get(table)
    ]


def _told(content: Content | None) -> str:
    return f"{content.rows} rows ({content.checksum})" if content else "no such table"
