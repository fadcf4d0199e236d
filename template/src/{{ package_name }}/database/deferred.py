"""Statements that nobody waits for: done soon, together, and again after an outage."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from .interface import DatabaseUnavailableError, Statement

logger = logging.getLogger(__name__)

DEFER_SECONDS, AGAIN_SECONDS = 0.05, 1.0


class Deferred:
    """In their order; one that may or may not have been committed is run again."""

    def __init__(self, run_many: Callable[[str, Sequence[Sequence[Any]]], Awaitable[object]]):
        self._run_many = run_many
        self._waiting: list[Statement] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._flusher: asyncio.Task[None] | None = None

    def add(self, statement: Statement) -> None:
        """Run it with those that come within the next moment."""
        self._waiting.append(statement)
        self._wake_after(DEFER_SECONDS)

    def __len__(self) -> int:
        return len(self._waiting)

    async def close(self) -> None:
        """Try all that wait once more."""
        if self._flusher is not None:
            await self._flusher
        await self._flush()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._waiting:
            logger.error("Statements are lost that nobody waited for: %d", len(self._waiting))

    def _wake_after(self, seconds: float) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        batch, self._waiting = self._waiting, []
        for sql, group in groupby(batch, key=itemgetter(0)):
            statements = list(group)
            try:
                await self._run(sql, [values for _, values in statements])
            except DatabaseUnavailableError:
                self._waiting += statements
        self._flusher = None
        if self._waiting:
            self._wake_after(AGAIN_SECONDS)

    async def _run(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        try:
            await self._run_many(sql, rows)
        except DatabaseUnavailableError:
            raise
        except Exception:
            if len(rows) == 1:
                logger.exception("A deferred statement failed")
                return
            for values in rows:
                await self._run(sql, [values])
