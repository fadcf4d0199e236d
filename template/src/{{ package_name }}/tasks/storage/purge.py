"""Finds and deletes all that is stored of one caller, whatever state it is in."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...database.interface import Database

BATCH = 500

# The subject is the last line of an owner, see owner_of.
OWNERS = """
SELECT owner, count(*) FROM {table}
WHERE substr(owner, length(owner) - length($1) + 1) = $1 GROUP BY owner
"""
# The rows that somebody writes at this moment are for the next time, so nobody waits for another.
DELETE = """
DELETE FROM {table} WHERE ({key}) IN (
    SELECT {key} FROM {table} WHERE owner = $1 LIMIT $2{unlocked}
) RETURNING 1
"""
UNLOCKED = " FOR UPDATE SKIP LOCKED"
# SQLite leaves what is deleted in its file otherwise.
OVERWRITE = "PRAGMA secure_delete = ON"
# What goes with its task comes first, to be counted.
KEYS = {
    "push_configs": "task_id, owner, id",
    "messages": "owner, message_id",
    "tasks": "id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """How much there is of one owner."""

    owner: str
    tasks: int = 0
    messages: int = 0
    push_configs: int = 0

    @property
    def tenant(self) -> str:
        """For whom it was called; mostly empty."""
        return self.owner.split("\n")[0]

    @property
    def issuer(self) -> str:
        """Who vouched for the caller; empty for nobody."""
        return self.owner.split("\n")[1]


async def find(database: Database, subject: str) -> Sequence[Owned]:
    """What there is of this subject, for each tenant and issuer."""
    found: dict[str, dict[str, int]] = {}
    for table in KEYS:
        for owner, number in await database.run(OWNERS.format(table=table), f"\n{subject}"):
            found.setdefault(owner, {})[table] = number
    return [Owned(owner=owner, **numbers) for owner, numbers in sorted(found.items())]


async def purge(database: Database, owner: str) -> Owned:
    """Delete all of this owner, running tasks as well; how much it was."""
    if not database.shared:
        await database.run(OVERWRITE)
    deleted = {table: await _delete(database, table, owner) for table in KEYS}
    return Owned(owner=owner, **deleted)


async def _delete(database: Database, table: str, owner: str) -> int:
    total, key = 0, KEYS[table]
    sql = DELETE.format(table=table, key=key, unlocked=UNLOCKED if database.shared else "")
    while deleted := len(await database.run(sql, owner, BATCH)):
        total += deleted
    return total
