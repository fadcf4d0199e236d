"""That a replica lives, as others see it: a row with a time, which is renewed again and again."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from math import inf

from ...database.interface import Database, DatabaseUnavailableError

logger = logging.getLogger(__name__)

BEATS = 5  # within the time after which a silent replica counts as dead

BEAT = """
INSERT INTO replicas (id, seen_at) VALUES ($1, now())
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING seen_at
"""
LEAVE = "DELETE FROM replicas WHERE id = $1"
DELETE_DEAD = """
DELETE FROM replicas WHERE seen_at < now() - make_interval(secs => $1)
AND NOT EXISTS (SELECT FROM tasks WHERE tasks.runner = replicas.id)
"""


class Lease:
    """Keeps this replica alive for the others, and says when they may be taken for dead.

    A database that was away has seen nobody. So others count as dead only once this replica has
    been seen for as long as they would have needed.
    """

    def __init__(self, database: Database, *, replica: str, timeout_seconds: float) -> None:
        self._database = database
        self._replica = replica
        self.timeout_seconds = timeout_seconds
        self.pause_seconds = timeout_seconds / BEATS
        self._seen_since = self._seen_at = -inf
        self.as_of = datetime.min.replace(tzinfo=UTC)  # by the clock of the database

    async def take(self) -> None:
        """Be alive, and known to be: whoever has not been seen for a while begins anew."""
        asked_at = asyncio.get_running_loop().time()
        ((self.as_of,),) = await self._database.run(BEAT, self._replica)
        if asked_at - self._seen_at > 2 * self.pause_seconds:
            self._seen_since = asked_at
        self._seen_at = asked_at

    async def renew(self) -> None:
        """Before something is begun that others would take over from the dead."""
        if asyncio.get_running_loop().time() - self._seen_at > 2 * self.pause_seconds:
            await self.take()

    @property
    def steady(self) -> bool:
        """Whether it has been held for so long that others may be judged."""
        return self._seen_at - self._seen_since >= self.timeout_seconds

    async def run(self) -> None:
        """Renew it, until cancelled."""
        while True:
            await asyncio.sleep(self.pause_seconds)
            try:
                await self.take()
            except DatabaseUnavailableError:
                continue
            except Exception:
                logger.exception("This replica could not say that it is alive; trying again")

    async def bury_the_dead(self) -> None:
        """Forget replicas that have nothing left to be settled."""
        await self._database.run(DELETE_DEAD, self.timeout_seconds)

    async def leave(self) -> None:
        """Be gone, so that nobody waits."""
        with suppress(DatabaseUnavailableError):
            await self._database.run(LEAVE, self._replica)
