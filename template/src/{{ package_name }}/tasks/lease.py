"""That a replica lives, as others see it: a row with a time, which is renewed again and again."""

import asyncio
import logging
from contextlib import suppress

from ..database.interface import Database, DatabaseUnavailableError
from .recovery import Recovery

logger = logging.getLogger(__name__)

BEATS = 5  # within the time after which a silent replica counts as dead

BEAT = """
INSERT INTO replicas (id, seen_at) VALUES ($1, now())
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
"""
LEAVE = "DELETE FROM replicas WHERE id = $1"
DELETE_DEAD = "DELETE FROM replicas WHERE seen_at < now() - make_interval(secs => $1)"


class Lease:
    """Keeps this replica alive for the others, and settles the tasks of those that are not.

    A database that was away has seen nobody. So others count as dead only once this replica has
    been seen for as long as they would have needed.
    """

    def __init__(
        self, database: Database, recovery: Recovery, *, replica: str, timeout_seconds: float
    ) -> None:
        self._database = database
        self._recovery = recovery
        self._replica = replica
        self._timeout_seconds = timeout_seconds
        self._seen_since = 0.0

    async def take(self) -> None:
        """Live from now on."""
        await self._database.run(BEAT, self._replica)
        self._seen_since = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Renew it, and look after the dead, until cancelled."""
        pause = self._timeout_seconds / BEATS
        now = asyncio.get_running_loop().time
        seen_at = self._seen_since
        while True:
            await asyncio.sleep(pause)
            try:
                await self._database.run(BEAT, self._replica)
                if now() - seen_at > 2 * pause:
                    self._seen_since = now()
                seen_at = now()
                if seen_at - self._seen_since >= self._timeout_seconds:
                    await self._recovery.take_over_dead(self._timeout_seconds)
                    await self._database.run(DELETE_DEAD, self._timeout_seconds)
            except DatabaseUnavailableError:
                continue
            except Exception:
                logger.exception("The tasks of dead replicas could not be settled; trying again")

    async def leave(self) -> None:
        """Be gone, so that nobody waits."""
        with suppress(DatabaseUnavailableError):
            await self._database.run(LEAVE, self._replica)
