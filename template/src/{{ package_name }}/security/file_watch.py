"""Mounted files that change: what has read them reads them again."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

logger = logging.getLogger(__name__)

# Files that belong together are written one after the other; a pause this long ends the change.
SETTLE_MILLISECONDS = 100
LONGEST_CHANGE_MILLISECONDS = 2_000
# For what the kernel does not tell, as when a whole folder is mounted anew.
LOOK_SECONDS = 30.0


@dataclass
class _Watched:
    paths: tuple[Path, ...]
    reload: Callable[[], None]
    seen: tuple[bytes, ...]


class FileWatch:
    """Calls `reload` when what the files hold has changed, however that came about.

    Folders are watched, not files: Kubernetes exchanges a symbolic link beside them. A path may
    be a folder itself, for all files in it.
    """

    def __init__(self, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._look_seconds = look_seconds
        self._watched: list[_Watched] = []
        self._watching: asyncio.Task[None] | None = None

    def add(self, paths: Iterable[Path], reload: Callable[[], None]) -> None:
        """Before the start: `reload` has just read these; it never raises."""
        chosen = tuple(paths)
        self._watched.append(_Watched(chosen, reload, _contents(chosen)))

    def start(self) -> None:
        """Watch from now on, if there is anything to watch."""
        if self._watched:
            self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Watch no longer, if anything was watched."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self) -> None:
        try:
            await self._watch_events()
        except OSError as error:  # inotify gives a process or a node only so many
            reason = error.strerror or type(error).__name__
            text = "Changes of files are looked for every %g seconds: the kernel does not tell (%s)"
            logger.warning(text, self._look_seconds, reason)
            await self._watch_contents()

    async def _watch_events(self) -> None:
        changes = awatch(
            *{
                path if path.is_dir() else path.parent
                for watched in self._watched
                for path in watched.paths
            },
            watch_filter=None,
            recursive=False,
            debounce=LONGEST_CHANGE_MILLISECONDS,
            step=SETTLE_MILLISECONDS,
            rust_timeout=int(self._look_seconds * 1000),
            yield_on_timeout=True,
        )
        async for _ in changes:
            self._look()

    async def _watch_contents(self) -> None:
        while True:
            await asyncio.sleep(self._look_seconds)
            self._look()

    def _look(self) -> None:
        for watched in self._watched:
            now = _contents(watched.paths)
            if now != watched.seen:
                watched.seen = now
                watched.reload()


def _contents(paths: Iterable[Path]) -> tuple[bytes, ...]:
    return tuple(map(_digest, paths))


def _digest(path: Path) -> bytes:
    try:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if not file.is_dir())
            return b"".join(file.name.encode() + b"/" + _digest(file) for file in files)
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""
