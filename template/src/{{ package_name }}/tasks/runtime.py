"""The agent behind its bindings: tasks, their database, and the handler in front of both."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from a2a.types import AgentCard

from ..conversation import Logic
from .admission import Policy
from .database import Database
from .engine import Engine
from .executor import Executor
from .handler import Handler
from .lifecycle import RunningTurns
from .live_tasks import LiveTasks
from .messages import MessageRegister
from .observer import Observer
from .push import Push, PushSecurity
from .quotas import Quotas
from .repeats import Repeats
from .store import TaskStore
from .upkeep import Upkeep

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Turns that run, the age of the oldest, and what waits to be delivered and to be written."""

    turns: int
    oldest_turn_seconds: float
    push_queue: int
    database_queue: int


class Runtime:
    """Runs turns of one agent; `handler` is what every binding calls."""

    def __init__(
        self,
        logic: Logic,
        *,
        card: AgentCard,
        extended_card: Callable[[], AgentCard] | None,
        database_url: str,
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
        self._database = Database(database_url)
        self._store = TaskStore(self._database)
        self._turns = RunningTurns()
        self._upkeep = Upkeep(
            self._database,
            turns=self._turns,
            observer=observer,
            retention_seconds=task_retention_seconds,
            max_finished_tasks=max_finished_tasks,
        )
        self._upkeep_loop: asyncio.Task[None] | None = None
        self._push = Push(self._database, self._store, security=push, observer=observer)
        self._engine = Engine(
            Executor(
                logic,
                turns=self._turns,
                earlier=self._store.conversation,
                observer=observer,
                turn_timeout_seconds=turn_timeout_seconds,
            ),
            tasks=LiveTasks(
                self._store,
                self._push.sender,
                observer=observer,
                parked_seconds=parked_task_seconds,
            ),
            store=self._store,
            push_calls=self._push.calls,
            card=card,
            extended_card=extended_card,
            quotas=quotas,
        )
        self._register = MessageRegister(self._database)
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
        """Open the database and settle what a crash left behind; raises DatabaseError."""
        await self._database.open()
        await self._upkeep.recover()
        await self._push.open()
        await self._register.open()
        self._upkeep_loop = asyncio.create_task(self._upkeep.run())

    @property
    def load(self) -> Load:
        """What it is busy with at this moment."""
        return Load(
            turns=len(self._turns),
            oldest_turn_seconds=self._turns.longest_seconds,
            push_queue=self._push.sender.waiting,
            database_queue=self._database.waiting,
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
        """Deliver and write what is left."""
        await self._push.close()
        if self._upkeep_loop is not None:
            self._upkeep_loop.cancel()
        await self._store.close()
        await self._upkeep.recover()
        await self._database.close()
