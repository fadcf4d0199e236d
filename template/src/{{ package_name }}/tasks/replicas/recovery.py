"""Tasks whose replica has died are failed, or begun again where the agent's logic allows it."""

import logging
from collections.abc import Sequence
from datetime import datetime

from a2a.types import Message, Part, Role, TaskState
from a2a.utils.errors import A2AError

from ...database.interface import Database, DatabaseUnavailableError, Row
from ..lifecycle import RunningTurns
from ..live.live_task import LiveTask, TurnLostError
from ..live.live_tasks import LiveTasks
from ..observer import Observer
from ..operations.intake import Intake
from ..states import RUNNING
from ..turns.recipes import context_of, request_of
from ..turns.speech import status_update

logger = logging.getLogger(__name__)

RECOVERED = "The agent stopped while it worked on this; send the message again."
# A turn that ends its process each time must not end all of them.
MAX_ATTEMPTS = 3
# Any number will do that nobody else locks in this database.
LOCK = 0x_A2A_7A5C

_RUNNING = ", ".join(map(str, sorted(RUNNING)))
# The tasks of others that are taken over; turns that had not begun to run are let go of.
TAKE_OVER = f"""
UPDATE tasks SET version = version + 1,
    attempt = CASE WHEN state IN ({_RUNNING}) THEN attempt + 1 ELSE attempt END,
    runner = CASE WHEN state IN ({_RUNNING}) THEN $1 END
WHERE {{condition}} RETURNING id, owner, attempt, request, runner
"""
ALL_OTHERS = f"(state IN ({_RUNNING}) OR runner IS NOT NULL) AND coalesce(runner, '') <> $1"
DEAD_ONES = f"""
(SELECT pg_try_advisory_xact_lock({LOCK})) AND id IN (
    SELECT id FROM tasks WHERE runner IS NOT NULL AND runner <> $1 AND NOT EXISTS (
        SELECT FROM replicas
        WHERE replicas.id = tasks.runner AND seen_at > now() - make_interval(secs => $2)
    ) FOR UPDATE SKIP LOCKED
)
AND now() < CAST($3 AS timestamptz) + make_interval(secs => $2) / 2 -- else the database has slept
"""
FIND_OWN = "SELECT id, owner, state, request IS NOT NULL FROM tasks WHERE runner = $1"
# The same for a database without an index on it, in which nothing at rest is claimed.
FIND_OWN_WORKING = f"{FIND_OWN} AND state IN ({_RUNNING})"
# A turn was claimed, and came to nothing before it changed the task.
LET_GO = f"""
UPDATE tasks SET runner = NULL, version = version + 1
WHERE id = $2 AND runner = $1 AND state NOT IN ({_RUNNING})
"""


class Recovery:
    """Settles what no living process works on, through the same steps as any other change."""

    def __init__(
        self,
        database: Database,
        *,
        replica: str,
        tasks: LiveTasks,
        intake: Intake,
        turns: RunningTurns,
        observer: Observer,
    ) -> None:
        self._database = database
        self._replica = replica
        self._tasks = tasks
        self._intake = intake
        self._turns = turns
        self._observer = observer
        self._abandoned: set[str] = set()
        self._taken: set[str] = set()  # and not settled yet

    async def take_over_all(self) -> None:
        """Of a database that belongs to this process alone."""
        sql = TAKE_OVER.format(condition=ALL_OTHERS)
        await self._settle(await self._database.run(sql, self._replica))

    async def take_over_dead(self, timeout_seconds: float, *, as_of: datetime) -> None:
        """Of replicas that have not been seen for so long, by a judgement of this moment."""
        sql = TAKE_OVER.format(condition=DEAD_ONES)
        await self._settle(await self._database.run(sql, self._replica, timeout_seconds, as_of))

    async def reconcile(self, *, at_once: bool = False) -> None:
        """Fail own tasks whose turn ended without a trace, and let go of those that rest.

        Only those that were found so the last time as well, unless it is to be done at once: an end
        may be on its way. What can be resumed is left then to whoever comes next.
        """
        own = FIND_OWN if self._database.shared else FIND_OWN_WORKING
        found = {
            task_id: (owner, state in RUNNING)
            for task_id, owner, state, resumable in await self._database.run(own, self._replica)
            if task_id not in self._turns and task_id not in self._taken
            if not (at_once and resumable)
        }
        late = set(found) if at_once else self._abandoned & set(found)
        for task_id in late:
            owner, working = found[task_id]
            if working:
                await self._fail(task_id, owner)
            else:
                await self._database.run(LET_GO, self._replica, task_id)
        self._abandoned = set(found) - late

    async def _settle(self, rows: Sequence[Row]) -> None:
        taken = [row for row in rows if row[-1] is not None]
        self._taken = {row[0] for row in taken}
        try:
            for task_id, owner, attempt, request, _ in taken:
                try:
                    if request is None or attempt > MAX_ATTEMPTS:
                        await self._fail(task_id, owner)
                    else:
                        await self._resume(task_id, owner, request, attempt)
                except DatabaseUnavailableError:
                    raise
                except Exception:  # one that cannot be read is not in the way of the others
                    logger.exception("Task %s of a dead replica could not be settled", task_id)
        finally:
            self._taken.clear()
        if taken:
            logger.warning("Took over %d tasks of a replica that has died", len(taken))

    async def _fail(self, task_id: str, owner: str) -> None:
        if (live := await self._find(task_id, owner)) is None:
            return
        message = Message(
            message_id=f"recovery-{live.id}",
            role=Role.ROLE_AGENT,
            task_id=live.id,
            context_id=live.context_id,
            parts=[Part(text=RECOVERED)],
        )
        turn = live.begin(None, None, context_of(owner))
        try:
            await live.apply(status_update(live, TaskState.TASK_STATE_FAILED, message))
            self._observer.recovered("failed")
        except TurnLostError:
            logger.info("Task %s has been taken over by yet another replica", task_id)
        finally:
            live.finish(turn)
            self._tasks.release(live)

    async def _resume(self, task_id: str, owner: str, made: bytes, attempt: int) -> None:
        if (live := await self._find(task_id, owner)) is None:
            return
        context = context_of(owner, made, attempt=attempt)
        self._intake.resume(live, request_of(made), context)
        self._observer.recovered("resumed")

    async def _find(self, task_id: str, owner: str) -> LiveTask | None:
        try:
            return await self._tasks.find(task_id, context_of(owner))
        except A2AError:
            return None  # deleted in this moment
