"""One task as this replica knows it, and the row that keeps it."""

from a2a.types import (
    Message,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatusUpdateEvent,
)

from ..calls.call import Call
from ..states import at_rest
from ..storage.growth import changed_by, copy_of
from ..storage.store import ConflictError, Record, Stored, TaskStore

Change = Task | TaskStatusUpdateEvent | TaskArtifactUpdateEvent


class OvertakenError(Exception):
    """Another replica was faster; `stored` is what it has made of the task, None if nothing is left."""

    def __init__(self, stored: Stored | None) -> None:
        super().__init__("Another replica has changed the task.")
        self.stored = stored


class KeptTask:
    """A task and its row; `task` is None until it exists, `runner` the replica that runs its turn."""

    def __init__(
        self, task_id: str, context_id: str, owner: str, *, store: TaskStore, stored: Stored | None
    ) -> None:
        self.id = task_id
        self.context_id = context_id
        self.record = Record(task_id, owner)
        self.task: Task | None = None
        self.runner: str | None = None
        self.message: Message | None = None  # of its caller, until the task holds it
        self._store = store
        if stored is not None:
            self.take(stored)

    @property
    def state(self) -> TaskState:
        """The state of the task; unspecified until it exists."""
        return TaskState.TASK_STATE_UNSPECIFIED if self.task is None else self.task.status.state

    def keeps(self, message: Message) -> bool:
        """Whether the database holds this message of the caller."""
        history = self.task.history[: self.record.messages] if self.task else ()
        return any(kept.message_id == message.message_id for kept in history)

    def take(self, stored: Stored) -> None:
        """What is kept is what is known."""
        self.task, self.runner = stored.task, stored.runner
        self.record.version, self.record.messages = stored.version, len(stored.task.history)

    async def claim(self, request: bytes | None) -> None:
        """Let this replica run its turn; raises OvertakenError."""
        try:
            await self._store.claim(self.record, request)
        except ConflictError as error:
            raise OvertakenError(await self._load()) from error
        self.runner = self._store.replica

    def grow(self, event: Change) -> None:
        """Apply an event, and keep it some time soon."""
        self.task, self.message = changed_by(event, self.task, self.message), None
        self._store.grow(self.record, self.task)

    async def save(self, event: Change) -> None:
        """Apply an event once it is kept; raises OvertakenError."""
        task = changed_by(event, self.task and copy_of(self.task), self.message)
        try:
            await self._store.save(self.record, task)
        except ConflictError as error:
            stored = await self._load()
            if stored is None or stored.task != task:
                raise OvertakenError(stored) from error
            # It was this very change, whose outcome was not known.
            self.record.version, self.record.messages = stored.version, len(task.history)
        self.task, self.message = task, None

    def must_last(self, event: Change, call: Call) -> bool:
        """Whether an event of this call has to be kept before anybody hears of it."""
        if at_rest(event) or self.record.doubtful:
            return True
        new = not self.record.version or self.message is not None
        if new and self._store.shared and call.known_early:
            return True  # another replica may be asked for it
        return self.message is not None and not call.attended

    async def _load(self) -> Stored | None:
        return await self._store.load(self.id, self.record.owner)
