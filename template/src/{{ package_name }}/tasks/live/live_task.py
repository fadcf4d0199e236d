"""One task in memory: what happens to it, one thing after the other, its turns among that."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.server.tasks import PushNotificationSender
from a2a.types import Message, Task, TaskStatusUpdateEvent
from a2a.utils.errors import TaskNotFoundError, UnsupportedOperationError

from ...database.interface import DatabaseUnavailableError
from ..calls.call import call_of
from ..observer import Observer
from ..states import RUNNING, TERMINAL, at_rest, name_of, owner_of
from ..storage.growth import events_between, snapshot
from ..storage.store import Stored, TaskStore
from .audience import Audience
from .kept_task import Change, KeptTask, OvertakenError
from .listeners import Listener

RETRY_SECONDS = 0.5
# How often is looked whether a turn that runs in another replica has come to rest.
BUSY_SECONDS = 0.05


class TurnLostError(Exception):
    """Another replica has taken the turn over, so nothing that this one says counts any more."""


class LiveTask(KeptTask):
    """A task that works or waits for its caller.

    Events are handed out as they come and never change afterwards; `task` goes on changing.
    Other replicas may change the task as well:
    `catch_up` learns of it, and `stop_turn` is called where that leaves nothing to be done here.
    """

    def __init__(
        self,
        task_id: str,
        context_id: str,
        context: ServerCallContext,
        *,
        store: TaskStore,
        push: PushNotificationSender,
        observer: Observer,
        stop_turn: Callable[[str], None],
        patience_seconds: float,
        stored: Stored | None = None,
    ) -> None:
        super().__init__(task_id, context_id, owner_of(context), store=store, stored=stored)
        self.audience = Audience()
        self._push = push
        self._observer = observer
        self._stop_turn = stop_turn
        self._patience_seconds = patience_seconds
        self._context = context
        self.turns = asyncio.Lock()  # one after the other
        self._changes = asyncio.Lock()
        self._asked: Message | None = None  # which the turn that runs is about
        self._turn: object | None = None
        self._broken = False
        self._persisting = 0  # states at rest that are on their way into the database
        self.users = 0

    @property
    def ended(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self._broken or self.state in TERMINAL

    async def claim_turn(self, message: Message, request: bytes | None, *, resumed: bool) -> None:
        """Let this replica run the turn of a message, once no other turn runs anywhere.

        Raises UnsupportedOperationError when the task ends before that, and TurnLostError when
        another replica has heard the message.
        """
        while self.task is not None and self._store.shared:
            async with self._changes:
                if self.ended:
                    raise UnsupportedOperationError(f"Task {self.id} has ended.")
                if not resumed and self.keeps(message):
                    raise TurnLostError
                if await self._is_mine(request, resumed=resumed):
                    break
            await asyncio.sleep(BUSY_SECONDS)
        self.record.request = request

    async def _is_mine(self, request: bytes | None, *, resumed: bool) -> bool:
        if self.runner is not None:  # which changes by `catch_up`
            return self.runner == self._store.replica and resumed == (self.state in RUNNING)
        try:
            await self.claim(request)
        except OvertakenError as error:
            self._adopt(error.stored, certain=True)
            return False
        return True

    def begin(
        self,
        asker: Listener | None,
        message: Message | None,
        context: ServerCallContext,
        rested: Callable[[], None] | None = None,
    ) -> object:
        """The turn of this message has its go; once it is at rest, `asker` has heard all.

        `rested` is called right before anybody hears of that.
        What is returned ends it, by `finish`.
        """
        self.audience.begin(asker, rested)
        self.message = self._asked = message
        self._context = context
        self.record.message_id = message.message_id if message else ""
        self._turn = turn = object()
        return turn

    def finish(self, turn: object) -> None:
        """This turn is over."""
        if self._turn is turn:
            self._turn = None

    @property
    def running(self) -> bool:
        """Whether a turn of it runs in this replica."""
        return self._turn is not None

    async def apply(self, event: Event) -> None:
        """What the turn says: change the task, keep it, tell of it, unless it has ended.

        Whoever is cancelled in here may rely on it that a state at rest is kept and told. Raises
        TurnLostError, and DatabaseUnavailableError once its patience is over.
        """
        if at_rest(event):
            await asyncio.shield(asyncio.create_task(self._persist(event, self._turn)))
        else:
            await self._apply(event, self._turn)

    async def interrupt(self, event: TaskStatusUpdateEvent) -> None:
        """The same for what does not come from its turn, and with no patience."""
        await asyncio.shield(asyncio.create_task(self._apply(event, None)))

    async def join(self, listener: Listener) -> Task:
        """The task as it is, for a listener that is told of everything behind that."""
        async with self._changes:
            assert self.task is not None
            self.audience.listen(listener)
            return snapshot(self.task)

    async def catch_up(self, stored: Stored | None, *, known: int) -> None:
        """Take over what another replica has made of the task; None: it has been deleted.

        `known` is the version that was known here when the database was asked.
        """
        if self._persisting or self._changes.locked() or self.record.writing.locked():
            return  # what is written just now finds out by itself
        async with self._changes:
            restored = stored is not None and stored.version < known == self.record.version
            with suppress(TurnLostError):
                self._adopt(stored, certain=restored)

    async def _persist(self, event: Event, turn: object | None) -> None:
        """Apply it as soon as the database is there; nobody has to wait for that."""
        now = asyncio.get_running_loop().time
        give_up_at = now() + self._patience_seconds
        self._persisting += 1
        try:
            while True:
                try:
                    return await self._apply(event, turn)
                except DatabaseUnavailableError as error:
                    self.audience.close(error)
                    if now() >= give_up_at:
                        self._broken = True
                        raise
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._persisting -= 1

    async def _apply(self, event: Event, turn: object | None) -> None:
        async with self._changes:
            if self.ended:
                return
            if turn is not None and turn is not self._turn:
                raise TurnLostError
            if not isinstance(event, Message):
                try:
                    kept = await self._keep(event)
                except (DatabaseUnavailableError, TurnLostError):
                    raise
                except Exception as error:
                    self._broken = True  # what is kept and what is known differ from now on
                    self.audience.close(error)
                    raise
                if not kept:
                    return
                if at_rest(event):
                    self._turn = self.runner = None
                if self.ended:
                    self._observer.task_ended(name_of(self.state))
                await self._push.send_notification(self.id, event)
            self._tell(event)

    async def _keep(self, event: Change) -> bool:
        """False when the task has ended elsewhere, before this could happen."""
        if not self.must_last(event, call_of(self._context)):
            self.grow(event)
            return True
        while not self.ended:
            try:
                await self.save(event)
            except OvertakenError as error:
                self._adopt(error.stored, certain=True)
            else:
                return True
        return False

    def _adopt(self, stored: Stored | None, *, certain: bool = False) -> None:
        """What is kept wins over what is known here, unless this replica has written it itself.

        An older version is an old answer, unless it is certain: then the database was restored.
        """
        self.record.doubtful = False
        if stored is None:
            self._broken = True
            self._give_way()
            if self.record.version:
                self.audience.close(TaskNotFoundError(f"Task {self.id} not found"))
                return
            self.audience.close(
                DatabaseUnavailableError("Another replica has taken the message over.")
            )
            raise TurnLostError
        if stored.version <= self.record.version and not certain:
            return
        newer = stored.version > self.record.version
        if newer and self.running and stored.runner == self._store.replica:
            self.record.version = stored.version
            return
        old = self.task
        self.take(stored)
        if self.running and not self._holds_what_was_asked():
            self.audience.lose_asker(DatabaseUnavailableError("The turn was lost."))
        if old is not None:
            self._tell(*events_between(old, stored.task))
        if self._give_way() and not self.ended:
            raise TurnLostError

    def _holds_what_was_asked(self) -> bool:
        return self._asked is None or self.keeps(self._asked)

    def _give_way(self) -> bool:
        """Stop the turn that runs here, if one does."""
        lost, self._turn = self.running, None
        if lost:
            self._store.forget(self.record)
            self._stop_turn(self.id)
        return lost

    def _tell(self, *events: Event) -> None:
        self.audience.tell(events, self.task, ended=self.ended)
