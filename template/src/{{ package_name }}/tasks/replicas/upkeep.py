"""What the database needs besides its callers, now and then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ...database.interface import Database, DatabaseUnavailableError
from ..storage.messages import MessageRegister
from ..storage.retention import Retention
from .lease import Lease
from .recovery import Recovery
from .watch import Watch

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0
# Other replicas wait for what this one may still be busy with.
DOUBT_SECONDS = 2.0


class Upkeep:
    """Begins with what a crash has left behind; alone with its database, or one of several."""

    def __init__(
        self,
        database: Database,
        *,
        lease: Lease,
        recovery: Recovery,
        register: MessageRegister,
        retention: Retention,
        watch: Watch,
    ) -> None:
        self._database = database
        self._lease = lease
        self._recovery = recovery
        self._register = register
        self._retention = retention
        self._watch = watch
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Settle what nobody works on any more, and go on looking after it."""
        if self._database.shared:
            await self._lease.take()
            loops = [
                self._lease.run(),
                self._watch.run(),
                self._repeat(self._look_after_others, self._lease.pause_seconds),
                self._repeat(self._settle_doubts, DOUBT_SECONDS),
            ]
        else:
            await self._recovery.take_over_all()
            loops = [self._repeat(self._settle_doubts, INTERVAL_SECONDS)]
        loops.append(self._repeat(self._prune, INTERVAL_SECONDS))
        self._loops = [asyncio.create_task(loop) for loop in loops]

    async def settle(self) -> None:
        """Fail what this process would leave working."""
        try:
            await self._recovery.reconcile(at_once=True)
        except DatabaseUnavailableError:
            logger.warning("The database is away: the next start settles what is left working")
        except Exception:
            logger.exception("What is left working could not be settled; the next start does it")

    async def stop(self) -> None:
        """Be gone; whatever is left belongs to other replicas from now on."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._database.shared:
            await self._lease.leave()

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await work()
            except DatabaseUnavailableError:
                logger.debug("The database is away; what it needs can wait")
            except Exception:
                logger.exception("The database could not be looked after; trying again")
            await asyncio.sleep(seconds)

    async def _look_after_others(self) -> None:
        """Settle the tasks of replicas that have died."""
        lease = self._lease
        if lease.steady:
            await self._recovery.take_over_dead(lease.timeout_seconds, as_of=lease.as_of)
            await lease.bury_the_dead()

    async def _settle_doubts(self) -> None:
        """End what was under way when the database went, or could not be written."""
        await self._register.tidy()
        await self._recovery.reconcile()

    async def _prune(self) -> None:
        await self._retention.prune()
