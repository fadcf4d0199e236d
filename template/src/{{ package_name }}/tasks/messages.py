"""Remembers which message led to which task, so that a repeated one does not run twice."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

from a2a.types import Message

from .database import Database

# More ids than this are not held in memory; each takes about a hundred bytes.
MAX_KNOWN = 200_000

CLAIM = "INSERT INTO messages (owner, message_id, task_id, created_at) VALUES (?, ?, ?, ?)"
ALL = f"SELECT owner, message_id FROM messages LIMIT {MAX_KNOWN}"
FIND = "SELECT task_id, reply FROM messages WHERE owner = ? AND message_id = ?"
FORGET = "DELETE FROM messages WHERE owner = ? AND message_id = ? AND task_id = ?"
ANSWER = "UPDATE messages SET reply = ? WHERE owner = ? AND message_id = ?"


@dataclass(eq=False, slots=True)
class Claim:
    """The first call with a message id; `settled` once that call is over."""

    owner: str
    message_id: str
    task_id: str
    first: bool
    reply: Message | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class MessageRegister:
    """A2A leaves it to the agent to detect duplicates by message id (spec 3.3.1)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[tuple[str, str], Claim] = {}
        self._known: set[int] | None = None  # hashes of all ids; None: too many, ask the database

    async def open(self) -> None:
        """Learn which ids there are; then a new one is known to be new without a look."""
        rows = await self._database.run(lambda connection: connection.execute(ALL).fetchall())
        self._known = {hash(key) for key in rows}

    async def claim(self, owner: str, message_id: str, task_id: str) -> Claim:
        """The claim of this call when it is the first one, or that of the first call."""
        key = (owner, message_id)
        if earlier := self._running.get(key):
            return Claim(owner, message_id, earlier.task_id, False, settled=earlier.settled)
        claim = Claim(owner, message_id, task_id, first=True)
        self._running[key] = claim
        try:
            known = await self._find(key)
        except BaseException:
            self.settle(claim)
            raise
        if known is None:
            # It shares a commit with the task: neither is ever there without the other.
            row = (*key, task_id, time.time_ns() // 1000)
            self._database.defer(lambda connection: connection.execute(CLAIM, row))
            return claim
        self.settle(claim)
        task_id, reply = known
        answer = Message.FromString(reply) if reply is not None else None
        return Claim(owner, message_id, task_id, False, answer, claim.settled)

    async def forget(self, claim: Claim) -> None:
        """The call was refused before anything happened: the caller may correct and repeat it."""
        row = (claim.owner, claim.message_id, claim.task_id)
        await self._database.run(lambda connection: connection.execute(FORGET, row))
        self.settle(claim)

    def answer(self, claim: Claim, reply: Message) -> None:
        """Remember an answer that made no task; a crash in the same moment forgets it."""
        row = (reply.SerializeToString(), claim.owner, claim.message_id)
        self._database.defer(lambda connection: connection.execute(ANSWER, row))

    def settle(self, claim: Claim) -> None:
        """The first call is over."""
        self._running.pop((claim.owner, claim.message_id), None)
        claim.settled.set()

    async def _find(self, key: tuple[str, str]) -> tuple[str, bytes | None] | None:
        if self._known is not None and len(self._known) >= MAX_KNOWN:
            self._known = None
        if self._known is not None and hash(key) not in self._known:
            self._known.add(hash(key))
            return None
        row = await self._database.run(lambda connection: connection.execute(FIND, key).fetchone())
        return cast("tuple[str, bytes | None] | None", row)
