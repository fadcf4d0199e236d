"""Remembers which message led to which task, so that a repeated one does not run twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from a2a.types import Message, Task

from ...database.interface import Database, DatabaseUnavailableError, Row

# More ids than this are not held in memory; each takes about a hundred bytes.
MAX_KNOWN = 200_000

CLAIM = """
INSERT INTO messages (owner, message_id, task_id, runner, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (owner, message_id) DO NOTHING RETURNING task_id
"""
ALL = f"SELECT owner, message_id FROM messages LIMIT {MAX_KNOWN}"
FIND = "SELECT task_id, reply, runner FROM messages WHERE owner = $1 AND message_id = $2"
TASK = "SELECT data FROM tasks WHERE id = $1 AND owner = $2"
FORGET = """
DELETE FROM messages
WHERE owner = $1 AND message_id = $2 AND task_id = $3 AND runner = $4 AND reply IS NULL
"""
ANSWER = """
UPDATE messages SET reply = $3 WHERE owner = $1 AND message_id = $2 AND task_id = $4 RETURNING 1
"""
ALIVE = "SELECT 1 FROM replicas WHERE id = $1"

# Makes sure that other replicas take this one for alive.
StayAlive: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Claim:
    """The first call with a message id; `settled` once its turn is over.

    `runner` is the replica that took the message.
    """

    owner: str
    message_id: str
    task_id: str
    runner: str
    first: bool
    reply: Message | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class MessageRegister:
    """A2A leaves it to the agent to detect duplicates by message id (spec 3.3.1)."""

    def __init__(
        self, database: Database, *, replica: str = "this", stay_alive: StayAlive | None = None
    ) -> None:
        self._database = database
        self._replica = replica
        self._stay_alive = stay_alive
        self._running: dict[tuple[str, str], Claim] = {}
        self._known: set[int] | None = None  # hashes of all ids; None: ask the database
        self._to_forget: set[Claim] = set()

    async def open(self) -> None:
        """Learn which ids there are; then a new one is known to be new without a look."""
        if not self._database.shared:
            self._known = {hash(tuple(key)) for key in await self._database.run(ALL)}

    async def claim(self, owner: str, message_id: str, task_id: str) -> Claim:
        """The claim of this call when it is the first one, or that of the first call."""
        key, me = (owner, message_id), self._replica
        if earlier := self._running.get(key):
            return Claim(owner, message_id, earlier.task_id, me, False, settled=earlier.settled)
        claim = Claim(owner, message_id, task_id, me, first=True)
        self._running[key] = claim
        try:
            known = await self._take_or_find(claim)
        except BaseException:
            self.settle(claim)
            if self._database.shared:
                self._to_forget.add(claim)  # it may have been kept all the same
            raise
        if known is None:
            return claim
        self.settle(claim)
        task_id, reply, runner = known
        answer = Message.FromString(reply) if reply is not None else None
        return Claim(owner, message_id, task_id, runner, False, answer, claim.settled)

    async def in_progress(self, claim: Claim) -> bool:
        """Whether the replica that took a message may still be about to answer it."""
        if claim.runner == self._replica:
            return not claim.settled.is_set()
        return self._database.shared and bool(await self._database.run(ALIVE, claim.runner))

    async def forget(self, claim: Claim) -> None:
        """Nothing has come of the call: the caller may correct the message and repeat it."""
        self.settle(claim)
        self._to_forget.add(claim)
        await self.tidy()

    async def tidy(self) -> None:
        """Forget what could not be forgotten while the database was away."""
        for claim in tuple(self._to_forget):
            key = (claim.owner, claim.message_id)
            if key not in self._running and not await self._has_come_of(claim):
                await self._database.run(FORGET, *key, claim.task_id, claim.runner)
            self._to_forget.discard(claim)

    async def answer(self, claim: Claim, reply: Message) -> None:
        """Remember an answer that made no task; raises DatabaseUnavailableError."""
        values = (claim.owner, claim.message_id, reply.SerializeToString(), claim.task_id)
        if not await self._database.run(ANSWER, *values):
            raise DatabaseUnavailableError("Another replica has taken the message over.")

    def settle(self, claim: Claim) -> None:
        """Its turn is over."""
        key = (claim.owner, claim.message_id)
        if self._running.get(key) is claim:
            del self._running[key]
        claim.settled.set()

    async def _has_come_of(self, claim: Claim) -> bool:
        """Whether its task holds the message, although nobody could be told so."""
        for (data,) in await self._database.run(TASK, claim.task_id, claim.owner):
            history = Task.FromString(data).history
            return any(heard.message_id == claim.message_id for heard in history)
        return False

    async def _take_or_find(self, claim: Claim) -> Row | None:
        """None once the claim is kept, or will be; else the row of the earlier one."""
        row = (claim.owner, claim.message_id, claim.task_id, claim.runner, _now())
        if self._known is None:
            if self._stay_alive is not None:
                await self._stay_alive()
            while not await self._database.run(CLAIM, *row):
                if earlier := await self._find(claim):
                    return earlier
            return None
        if not self._database.available:
            raise DatabaseUnavailableError("The message cannot be kept.")
        key = hash((claim.owner, claim.message_id))
        earlier = await self._find(claim) if key in self._known else None
        if earlier is None:
            self._known.add(key)
            if len(self._known) >= MAX_KNOWN:
                self._known = None
            # It shares a commit with the task: neither is ever there without the other.
            self._database.defer(CLAIM, *row)
        return earlier

    async def _find(self, claim: Claim) -> Row | None:
        for row in await self._database.run(FIND, claim.owner, claim.message_id):
            return row
        return None


def _now() -> int:
    return time.time_ns() // 1000
