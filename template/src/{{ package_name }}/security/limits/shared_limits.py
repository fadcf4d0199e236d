"""One budget for all replicas: Redis counts, and each counts for itself while Redis is away."""

import asyncio
import time
from collections import OrderedDict
from contextvars import Context
from typing import Any

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from ...tasks.calls.security_events import security_event
from .rate_limits import Counters

# What a call waits for Redis at most, and only the first ones do when it is away.
ANSWER_SECONDS = 0.25
# How long Redis is left alone after it has not answered.
PAUSE_SECONDS = 1.0
CONNECTIONS = 16
# Who is refused is not asked about again within this time: a flood must not reach Redis as well.
REMEMBER_SECONDS = 1.0
MAX_REMEMBERED = 10_000
# What is counted to see whether Redis can: a full or read-only one still answers to a ping.
PROBE = parse("1000000/second")

AWAY = (RedisError, OSError, TimeoutError)


class SharedLimitsError(Exception):
    """The address of Redis is none; the text is one sentence for the operator."""


class SharedCounters:
    """Counts in Redis under names that begin with `prefix`; `local` counts while it is away."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        local: Counters,
        answer_seconds: float = ANSWER_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._local = local
        self._answer_seconds = answer_seconds
        self._pause_seconds = pause_seconds
        self._pool = _pool(url, answer_seconds)
        options: dict[str, Any] = {"connection_pool": self._pool, "key_prefix": prefix}
        storage = RedisStorage("redis://", implementation="redispy", **options)
        self._redis = SlidingWindowCounterRateLimiter(storage)
        # Whom Redis has refused: until when that is believed, and when a call will be within the limit.
        self._refused: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._return: asyncio.Task[None] | None = None

    async def hit(self, limit: RateLimitItem, key: str) -> float | None:
        """Count a call within the limit; else return in how many seconds one will be."""
        if self._return is None:
            try:
                async with asyncio.timeout(self._answer_seconds):
                    return await self._hit(limit, key)
            except AWAY as error:
                self._lose(error)
        return await self._local.hit(limit, key)

    async def close(self) -> None:
        """Ask no more, and close all connections."""
        if self._return is not None:
            self._return.cancel()
            await asyncio.wait({self._return})
        await self._pool.aclose()

    async def _hit(self, limit: RateLimitItem, key: str) -> float | None:
        name, now = limit.key_for(key), time.monotonic()
        believed_until, free_at = self._refused.get(name, (0.0, 0.0))
        if now < believed_until:
            return free_at - now
        if await self._redis.hit(limit, key):
            return None
        stats = await self._redis.get_window_stats(limit, key)
        wait_seconds = stats.reset_time - time.time()
        self._remember(name, now + min(wait_seconds, REMEMBER_SECONDS), now + wait_seconds)
        return wait_seconds

    def _remember(self, name: str, believed_until: float, free_at: float) -> None:
        self._refused[name] = (believed_until, free_at)
        self._refused.move_to_end(name)
        if len(self._refused) > MAX_REMEMBERED:
            self._refused.popitem(last=False)

    def _lose(self, error: Exception) -> None:
        if self._return is not None:
            return  # another call was quicker
        self._return = asyncio.create_task(
            self._wait_for_return(),
            context=Context(),  # it belongs to no call
        )
        security_event(
            "shared_limits_lost",
            "Redis does not answer: each replica limits its callers by itself until it does.",
            failed=True,
            error__type=type(error).__name__,
        )

    async def _wait_for_return(self) -> None:
        while True:
            await asyncio.sleep(self._pause_seconds)
            try:
                async with asyncio.timeout(self._answer_seconds):
                    await self._redis.hit(PROBE, "probe")
            except AWAY:
                continue
            break
        self._return = None
        security_event(
            "shared_limits_restored",
            "Redis answers: all replicas share their limits again.",
            failed=False,
        )


def _pool(url: str, answer_seconds: float) -> BlockingConnectionPool:
    try:
        return BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=answer_seconds,
            socket_timeout=answer_seconds,
            socket_connect_timeout=answer_seconds,
            # A connection that Redis has closed meanwhile is opened anew, and nothing else tried.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
    except ValueError:
        raise SharedLimitsError(
            "The address of Redis cannot be read: write one like redis://host:6379/0, or "
            "rediss:// for TLS."
        ) from None
