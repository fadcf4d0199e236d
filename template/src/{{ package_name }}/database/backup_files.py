"""Backups as files in a folder: their names, and which of them are kept."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .interface import DatabaseError

TIME = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished"
# Nobody works on a backup for that long: whoever began it has been killed.
ABANDONED_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class BackupFolder:
    """The backups of one agent, beside which there may be other files."""

    path: Path
    agent: str
    suffix: str

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """An empty file that only its owner reads; what is not finished is removed."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(UNFINISHED, f".{self.agent}-", self.path)
        except OSError as error:
            raise self._unwritable(error) from error
        os.close(handle)
        file = Path(name)
        try:
            yield file
        finally:
            file.unlink(missing_ok=True)

    def finish(self, file: Path) -> Path:
        """Give it its name, once it is sure to survive a loss of power."""
        finished = self.path / f"{self.agent}-{datetime.now(UTC).strftime(TIME)}{self.suffix}"
        try:
            make_durable(file)
            file.replace(finished)
            make_durable(self.path)
        except OSError as error:
            raise self._unwritable(error) from error
        return finished

    def finished(self) -> list[tuple[datetime, Path]]:
        """All of them, the newest first."""
        name = re.compile(rf"{re.escape(self.agent)}-(\d{{8}}T\d{{6}}Z){re.escape(self.suffix)}")
        named = [(name.fullmatch(path.name), path) for path in self.path.glob("*")]
        times = [
            (datetime.strptime(found[1], TIME).replace(tzinfo=UTC), path)
            for found, path in named
            if found
        ]
        return sorted(times, reverse=True)

    def prune(self, *, keep: int | None, keep_days: float | None) -> list[Path]:
        """Delete those that no rule keeps, the oldest first; without a rule, all are kept."""
        youngest = datetime.max.replace(tzinfo=UTC)
        if keep_days is not None:
            youngest = datetime.now(UTC) - timedelta(days=keep_days)
        beyond = [path for time, path in self.finished()[keep or 0 :] if time < youngest]
        if keep is None and keep_days is None:
            beyond = []
        beyond.reverse()
        try:
            for path in [*beyond, *self._abandoned()]:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return beyond

    def _unwritable(self, error: OSError) -> DatabaseError:
        return DatabaseError(
            f"Backups cannot be written to {self.path} ({error.strerror}): "
            "name a folder with space that this process may write."
        )

    def _abandoned(self) -> list[Path]:
        old = time.time() - ABANDONED_SECONDS
        files = self.path.glob(f".{self.agent}-*{UNFINISHED}")
        return [file for file in files if file.stat().st_mtime < old]


def make_durable(path: Path) -> None:
    """What has been written to a file or a folder survives a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
