"""Delivers one notification: how often it is tried, and how many are at the same time."""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from a2a.types import TaskPushNotificationConfig
from a2a.utils.proto_utils import to_stream_response
from google.protobuf.json_format import MessageToDict
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_random_exponential

from ..observer import Observer
from .answers import DeliveryError, TryAgainError
from .backlog import Notification
from .post import PushPost

logger = logging.getLogger(__name__)

# At the same time, in all and for one owner, whose targets may all be slow.
MAX_ATTEMPTS = 200
MAX_ATTEMPTS_OF_OWNER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When a notification is given up; each pause is a random part of a longest one that doubles."""

    attempts: int = 6
    within_seconds: float = 600.0
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 60.0


class PushDelivery:
    """Counts every attempt, and whatever is given up although another one might succeed."""

    def __init__(self, post: PushPost, *, observer: Observer, patience: Patience) -> None:
        self._post = post
        self._observer = observer
        self._patience = patience
        self._backoff = wait_random_exponential(
            multiplier=patience.first_pause_seconds, max=patience.longest_pause_seconds
        )
        self._hurried = asyncio.Event()
        self._room = asyncio.Semaphore(MAX_ATTEMPTS)
        self._rooms: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def hurry(self) -> None:
        """Let there be no more pauses, and let the attempt that follows be the last."""
        self._hurried.set()

    async def deliver(
        self, notification: Notification, config: TaskPushNotificationConfig, *, owner: str
    ) -> bool:
        """Try until it is taken or given up; false when the target wants no more of them."""
        now = asyncio.get_running_loop().time
        deadline = notification.queued_at + self._patience.within_seconds
        if now() > deadline and not notification.lasting:
            self._observer.push_delivered("given_up")
            return True

        host = urlsplit(config.url).hostname

        def enough(state: RetryCallState) -> bool:
            late = self._hurried.is_set() or now() > deadline
            return late or state.attempt_number >= self._patience.attempts

        def tell(state: RetryCallState) -> None:
            reason = state.outcome.exception() if state.outcome else None
            logger.info("A push notification to %s is tried again: %s", host, str(reason))

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(TryAgainError),
            stop=enough,
            wait=self._pause_seconds,
            before_sleep=tell,
            sleep=self._pause,
            reraise=True,
        )
        try:
            await retrying(self._attempt, config, _body(notification), notification.id, owner)
        except DeliveryError as error:
            if isinstance(error, TryAgainError):
                self._observer.push_delivered("given_up")
            logger.warning("A push notification to %s was not delivered: %s", host, error.reason)
            return not error.gone
        return True

    async def _attempt(
        self, config: TaskPushNotificationConfig, body: bytes, notification_id: str, owner: str
    ) -> None:
        room = self._rooms.setdefault(owner, asyncio.Semaphore(MAX_ATTEMPTS_OF_OWNER))
        async with room, self._room:
            try:
                await self._post.send(config, body, notification_id)
            except DeliveryError:
                self._observer.push_delivered("failed")
                raise
        self._observer.push_delivered("ok")

    def _pause_seconds(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TryAgainError) and error.retry_after_seconds is not None:
            return min(error.retry_after_seconds, self._patience.longest_pause_seconds)
        return self._backoff(state)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), seconds)


def _body(notification: Notification) -> bytes:
    message = MessageToDict(to_stream_response(notification.event))
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
