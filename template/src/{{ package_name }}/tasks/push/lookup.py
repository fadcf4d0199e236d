"""Holds back events until it is known whom to tell of them, beside the task."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextvars import Context

from ...database.interface import DatabaseUnavailableError
from .backlog import MAX_WAITING, Notification
from .configs import PushConfigStore
from .targets import Target

logger = logging.getLogger(__name__)

# All events and tasks of this time share one look at the database.
GATHER_SECONDS = 0.02
RETRY_SECONDS = 1.0

Held = dict[str, list[Notification]]


class PushLookup:
    """`tell` takes the targets of a task and what to tell them."""

    def __init__(
        self,
        configs: PushConfigStore,
        tell: Callable[[Iterable[Target], Notification], None],
    ) -> None:
        self._configs = configs
        self._tell = tell
        self._held: Held = {}
        self._looked_up: Held = {}
        self._worker: asyncio.Task[None] | None = None

    def holds(self, task_id: str) -> bool:
        """Whether earlier events of this task wait here."""
        return task_id in self._held or task_id in self._looked_up

    def hold(self, task_id: str, notification: Notification) -> None:
        """Tell of it once it is known whom."""
        held = self._held.setdefault(task_id, [])
        held.append(notification)
        _bound(held)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), context=Context())

    async def finish(self) -> None:
        """Wait for all that is held."""
        if self._worker is not None:
            await asyncio.wait({self._worker})

    def cancel(self) -> None:
        """Forget what is held."""
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        try:
            while self._held:
                await asyncio.sleep(GATHER_SECONDS)
                self._looked_up, self._held = self._held, {}
                try:
                    await self._look_up()
                except DatabaseUnavailableError:
                    self._put_back()
                    await asyncio.sleep(RETRY_SECONDS)
                except Exception:
                    logger.exception("Push notifications were lost")
                self._looked_up = {}
        finally:
            self._worker = None

    async def _look_up(self) -> None:
        found = await self._configs.look_up(self._looked_up)
        for task_id, notifications in self._looked_up.items():
            for notification in notifications:
                self._tell(found[task_id], notification)

    def _put_back(self) -> None:
        for task_id, later in self._held.items():
            earlier = self._looked_up.setdefault(task_id, [])
            earlier += later
            _bound(earlier)
        self._held, self._looked_up = self._looked_up, {}


def _bound(held: list[Notification]) -> None:
    """The oldest go first, and no last state as long as there is another one."""
    while len(held) > MAX_WAITING:
        passing = (number for number, each in enumerate(held) if not each.lasting)
        del held[next(passing, 0)]
