"""The agent behind its bindings: tasks, their database, and the handler in front of both."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from a2a.types import AgentCard

from ..conversation import Logic
from ..database.interface import Database, DatabaseUnavailableError
from .calls.admission import Policy
from .calls.quotas import Quotas
from .lifecycle import RunningTurns
from .live.live_tasks import LiveTasks
from .observer import Observer
from .operations.engine import Engine
from .operations.handler import Handler
from .operations.intake import Intake
from .operations.repeats import Repeats
from .push.notifications import Push, PushSecurity
from .replicas.lease import Lease
from .replicas.recovery import Recovery
from .replicas.upkeep import Upkeep
from .replicas.watch import Watch
from .storage.messages import MessageRegister
from .storage.retention import Retention
from .storage.store import TaskStore
from .turns.executor import Executor

logger = logging.getLogger(__name__)

# How often a database is looked for that is not there yet.
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Turns that run, the age of the oldest, and what waits to be delivered and to be written.

    `database_up` says whether the database answers.
    """

    turns: int
    oldest_turn_seconds: float
    push_queue: int
    database_queue: int
    database_up: bool


class Runtime:
    """Runs turns of one agent; `handler` is what every binding calls."""

    def __init__(
        self,
        logic: Logic,
        *,
        card: AgentCard,
        extended_card: Callable[[], AgentCard] | None,
        database: Database,
        database_patience_seconds: float,
        replica_timeout_seconds: float,
        request_timeout_seconds: float,
        turn_timeout_seconds: float,
        parked_task_seconds: float,
        task_retention_seconds: float,
        max_finished_tasks: int,
        max_file_bytes: int,
        push: PushSecurity,
        quotas: Quotas,
        policy: Policy,
        observer: Observer,
    ) -> None:
        self._database = database
        self._opened = False
        replica = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._store = TaskStore(database, replica=replica)
        lease = Lease(database, replica=replica, timeout_seconds=replica_timeout_seconds)
        self._register = MessageRegister(database, replica=replica, stay_alive=lease.renew)
        self._turns = RunningTurns()
        self._push = Push(database, self._store, security=push, observer=observer)
        executor = Executor(
            logic,
            turns=self._turns,
            earlier=self._store.conversation,
            observer=observer,
            turn_timeout_seconds=turn_timeout_seconds,
        )
        tasks = LiveTasks(
            self._store,
            self._push.sender,
            observer=observer,
            stop_turn=self._turns.stop,
            patience_seconds=database_patience_seconds,
            parked_seconds=parked_task_seconds,
        )
        intake = Intake(
            executor,
            tasks=tasks,
            store=self._store,
            push_calls=self._push.calls,
            card=card,
            quotas=quotas,
        )
        self._engine = Engine(
            executor,
            tasks=tasks,
            store=self._store,
            push_calls=self._push.calls,
            intake=intake,
            extended_card=extended_card,
        )
        recovery = Recovery(
            database,
            replica=replica,
            tasks=tasks,
            intake=intake,
            turns=self._turns,
            observer=observer,
        )
        self._upkeep = Upkeep(
            database,
            lease=lease,
            recovery=recovery,
            register=self._register,
            retention=Retention(
                database,
                retention_seconds=task_retention_seconds,
                max_finished_tasks=max_finished_tasks,
            ),
            watch=Watch(database, tasks),
        )
        self.handler = Handler(
            self._engine,
            repeats=Repeats(self._engine, register=self._register, store=self._store),
            turns=self._turns,
            observer=observer,
            policy=policy,
            quotas=quotas,
            max_file_bytes=max_file_bytes,
            request_timeout_seconds=request_timeout_seconds,
        )

    async def open(self) -> None:
        """Open the database, as soon as it is there, and settle what a crash left behind.

        Raises DatabaseError where waiting would not help.
        """
        told = False
        while True:
            try:
                return await self._open()
            except DatabaseUnavailableError as error:
                if not told:
                    logger.warning("Waiting for the database: %s", error)
                told = True
            await asyncio.sleep(RETRY_SECONDS)

    async def _open(self) -> None:
        if not self._opened:
            await self._database.open()
            self._opened = True
        await self._push.open()
        await self._register.open()
        await self._upkeep.start()

    @property
    def available(self) -> bool:
        """Whether the database is there; without it, no call succeeds."""
        return self._database.available

    @property
    def load(self) -> Load:
        """What it is busy with at this moment."""
        return Load(
            turns=len(self._turns),
            oldest_turn_seconds=self._turns.longest_seconds,
            push_queue=self._push.sender.waiting,
            database_queue=self._database.waiting,
            database_up=self._database.available,
        )

    def hurry(self) -> None:
        """Let the grace period be over."""
        self._turns.hurry()

    async def drain(self, grace_seconds: float) -> None:
        """Let running turns end, interrupt the rest, then end every stream that is left."""
        if not await self._turns.drain(grace_seconds):
            logger.warning("Interrupting what did not end within %g seconds", grace_seconds)
            await self._turns.abort()
        await self._engine.close()

    async def close(self) -> None:
        """Write and deliver what is left."""
        if self._opened:
            with suppress(DatabaseUnavailableError):
                await self._store.close()
            await self._upkeep.settle()
        await self._push.close()
        if self._opened:
            await self._upkeep.stop()
            await self._database.close()
