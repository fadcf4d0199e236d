"""Notices what other replicas do to the tasks in memory here, by looking at their rows."""

import asyncio
import logging

from a2a.types import Task

from ...database.interface import Database, DatabaseUnavailableError
from ..live.live_tasks import LiveTasks
from ..storage.store import Stored

logger = logging.getLogger(__name__)

# How long an event of another replica may be under way, beside the time until it is written.
POLL_SECONDS = 0.05
# One look takes longer the more tasks there are; then there are fewer looks.
TASKS_A_SECOND = 10_000
AWAY_SECONDS = 1.0

# Tasks that have been deleted come with NULL.
CHANGED = """
SELECT known.id, tasks.data, tasks.version, tasks.runner
FROM unnest($1::text[], $2::bigint[]) AS known (id, version) LEFT JOIN tasks ON tasks.id = known.id
WHERE tasks.version IS DISTINCT FROM known.version
"""


class Watch:
    """Subscribers of a task that runs elsewhere hear of it, and turns end that are cancelled there."""

    def __init__(self, database: Database, tasks: LiveTasks) -> None:
        self._database = database
        self._tasks = tasks

    async def run(self) -> None:
        """Look again and again while there are tasks, until cancelled."""
        while True:
            await self._tasks.used.wait()
            pause = max(POLL_SECONDS, len(self._tasks) / TASKS_A_SECOND)
            await asyncio.sleep(pause)
            try:
                await self.look()
            except DatabaseUnavailableError:
                await asyncio.sleep(AWAY_SECONDS)
            except Exception:
                logger.exception("Changes by other replicas were not read; trying again")
                await asyncio.sleep(AWAY_SECONDS)

    async def look(self) -> None:
        """Pass on what has changed since the last look."""
        lives = {live.id: live for live in self._tasks.kept}
        if not lives:
            return
        known = {live.id: live.record.version for live in lives.values()}
        for task_id, data, version, runner in await self._database.run(
            CHANGED, list(known), list(known.values())
        ):
            stored = None if data is None else Stored(Task.FromString(data), version, runner)
            await lives[task_id].catch_up(stored, known=known[task_id])
