"""Push notifications: their configurations, their operations, and their way out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from ...database.interface import Database
from ..observer import Observer
from ..storage.store import TaskStore
from .configs import PushConfigStore
from .delivery import Patience, PushDelivery
from .operations import PushCalls
from .post import PushPost, Sign
from .sender import PushSender

ATTEMPT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSecurity:
    """What keeps notifications from doing harm.

    `screen` raises PushTargetRefusedError for an address that nothing is sent to, and so does
    `transport`. `unseal` raises ValueError for what was sealed with a key that is gone.
    """

    screen: Callable[[str], Awaitable[None]]
    transport: httpx.AsyncBaseTransport
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    sign: Sign | None = None


class Push:
    """`sender` is told of events, `calls` serve callers."""

    def __init__(
        self,
        database: Database,
        store: TaskStore,
        *,
        security: PushSecurity,
        observer: Observer,
        patience: Patience | None = None,
    ) -> None:
        self._transport = security.transport
        self._configs = PushConfigStore(database, seal=security.seal, unseal=security.unseal)
        post = PushPost(self._transport, sign=security.sign, timeout_seconds=ATTEMPT_SECONDS)
        delivery = PushDelivery(post, observer=observer, patience=patience or Patience())
        self.sender = PushSender(self._configs, delivery, observer=observer)
        self.calls = PushCalls(self._configs, store, screen=security.screen)

    async def open(self) -> None:
        """Learn whom to tell; the tasks that a crash has interrupted are settled before."""
        await self._configs.open()

    async def close(self) -> None:
        """Deliver what is left, as far as targets take it in time."""
        await self.sender.drain(ATTEMPT_SECONDS)
        await self._transport.aclose()
