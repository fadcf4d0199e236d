"""Sends the events of a task to its targets, one after the other, beside the task."""

import asyncio
import logging
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from a2a.server.tasks import PushNotificationEvent, PushNotificationSender
from a2a.types import TaskArtifactUpdateEvent, TaskPushNotificationConfig

from ...database.interface import DatabaseUnavailableError
from ..observer import Observer
from ..states import TERMINAL, at_rest
from .backlog import Notification, PushQueue
from .configs import PushConfigStore
from .delivery import PushDelivery
from .lookup import RETRY_SECONDS, PushLookup
from .targets import Target

logger = logging.getLogger(__name__)


class PushSender(PushNotificationSender):
    """A slow or dead target holds up nobody: not the task, and no other target."""

    def __init__(
        self,
        configs: PushConfigStore,
        delivery: PushDelivery,
        *,
        observer: Observer,
        queue: PushQueue | None = None,
    ) -> None:
        self._configs = configs
        self._delivery = delivery
        self._observer = observer
        self._queue = queue or PushQueue()
        self._lookup = PushLookup(configs, self._put)
        self._workers: dict[Target, asyncio.Task[None]] = {}
        self._under_way: dict[Target, asyncio.Task[None]] = {}

    async def send_notification(self, task_id: str, event: PushNotificationEvent) -> None:
        """Queue the event for all who want to be told of it."""
        now = asyncio.get_running_loop().time()
        targets = self._configs.targets(task_id, fresh=at_rest(event))
        if targets is None or self._lookup.holds(task_id):
            self._lookup.hold(task_id, Notification(event, now))
        elif targets:
            self._put(targets, Notification(event, now))
        if not isinstance(event, TaskArtifactUpdateEvent) and event.status.state in TERMINAL:
            self._configs.settle(task_id)

    @property
    def waiting(self) -> int:
        """How many notifications are being delivered or wait for their turn."""
        return self._queue.total + len(self._under_way)

    async def drain(self, grace_seconds: float) -> None:
        """Give what is queued a last chance, then the latest of each target, and give up the rest."""
        self._delivery.hurry()
        await self._finish(grace_seconds / 2)
        for target, delivery in self._under_way.items():
            self._give_up(self._queue.drop(target, keep=1))
            if self._queue.waiting(target):
                delivery.cancel()
        await self._finish(grace_seconds / 2)
        self._lookup.cancel()
        if not self._workers:
            return
        late = self.waiting
        rest = [*self._workers.values(), *self._under_way.values()]
        for each in rest:
            each.cancel()
        for target in self._workers:
            self._give_up(self._queue.drop(target))
        await asyncio.wait(rest)
        logger.warning("Gave up on %d push notifications that were slow to take", late)

    def _put(self, targets: Iterable[Target], notification: Notification) -> None:
        for target in targets:
            own = replace(notification, id=str(uuid.uuid4()))
            self._give_up(self._queue.put(target, own))
            if target not in self._workers:
                self._workers[target] = asyncio.create_task(self._work(target))

    async def _finish(self, timeout_seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._lookup.finish()
                if self._workers:
                    await asyncio.wait(self._workers.values())

    async def _work(self, target: Target) -> None:
        try:
            while (notification := self._queue.take(target)) is not None:
                # In the context of the call that it comes from, like the log lines of that call.
                delivery = asyncio.create_task(
                    self._deliver(target, notification), context=notification.context
                )
                self._under_way[target] = delivery
                delivery.add_done_callback(lambda _: self._under_way.pop(target))
                await asyncio.wait({delivery})
        finally:
            del self._workers[target]

    async def _deliver(self, target: Target, notification: Notification) -> None:
        try:
            config = await self._config(target)
            if config is None:
                self._queue.drop(target)
            elif not await self._delivery.deliver(notification, config, owner=target.owner):
                self._queue.drop(target)
                await self._configs.delete(target)
        except asyncio.CancelledError:
            self._give_up(1)
            raise
        except Exception:
            logger.exception("A push notification was lost")
            self._give_up(1)

    async def _config(self, target: Target) -> TaskPushNotificationConfig | None:
        while True:
            try:
                return await self._configs.find(target)
            except DatabaseUnavailableError:
                await asyncio.sleep(RETRY_SECONDS)

    def _give_up(self, number: int) -> None:
        for _ in range(number):
            self._observer.push_delivered("given_up")
