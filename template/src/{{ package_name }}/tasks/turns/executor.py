"""Runs one turn of the agent: A2A task life on one side, plain conversation on the other."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable

from a2a.server.context import ServerCallContext
from a2a.types import SendMessageRequest, Task, TaskState
from a2a.utils.errors import UnsupportedOperationError

from ...conversation import Ending, Logic, Message, Turn, is_resumable
from ...database.interface import DatabaseUnavailableError
from ..calls.call import call_of
from ..lifecycle import RunningTurn, RunningTurns
from ..live.live_task import LiveTask, TurnLostError
from ..observer import Observer
from .hearing import hear
from .recipes import recipe
from .replies import END, End, Replies
from .speech import Speech, status_update

logger = logging.getLogger(__name__)

Earlier = Callable[[str, ServerCallContext], Awaitable[Iterable[Task]]]

# A reply within this time may still be a message without a task; after it the task exists.
TASK_AFTER_SECONDS = 0.1
# Pieces of text that come within this time are sent together.
COALESCE_SECONDS = 0.05
COALESCE_CHARACTERS = 4096
# What a cancelled agent gets to tidy up before its task goes on without it.
CLEANUP_SECONDS = 1.0

INTERRUPTED = "The turn was interrupted because the agent is shutting down; send it again."


class Executor:
    """Turns the owner's `reply` into an executor; nothing it raises reaches a caller."""

    def __init__(
        self,
        logic: Logic,
        *,
        turns: RunningTurns,
        earlier: Earlier,
        observer: Observer,
        turn_timeout_seconds: float,
    ) -> None:
        self._logic = logic
        self._turns = turns
        self._earlier = earlier
        self._observer = observer
        self._turn_timeout_seconds = turn_timeout_seconds

    def recipe(self, request: SendMessageRequest, context: ServerCallContext) -> bytes | None:
        """What another replica needs to resume the turn; None where the logic does not want it."""
        return recipe(request, context) if is_resumable(self._logic) else None

    async def execute(
        self, live: LiveTask, request: SendMessageRequest, context: ServerCallContext
    ) -> None:
        """Run one turn to its end; the task is never left working."""
        if live.ended:
            raise UnsupportedOperationError(f"Task {live.id} has ended and takes no more messages.")
        with (
            self._turns.register(call_of(context), live.id, live.context_id) as turn,
            self._observer.around_turn(turn),
        ):
            await self._run(turn, live, request, context)

    async def cancel(self, live: LiveTask) -> None:
        """End the task as cancelled and stop its turn, unless it ends by itself first."""
        canceled = status_update(live, TaskState.TASK_STATE_CANCELED)
        try:
            await live.interrupt(canceled)
        except TurnLostError:  # which leaves the task to be cancelled in the other replica
            await live.interrupt(canceled)
        if live.state == TaskState.TASK_STATE_CANCELED:
            self._turns.stop(live.id)

    async def _run(
        self,
        turn: RunningTurn,
        live: LiveTask,
        request: SendMessageRequest,
        context: ServerCallContext,
    ) -> None:
        speech = Speech(live, request.message)
        deadline = asyncio.timeout(self._turn_timeout_seconds)
        try:
            async with deadline:
                earlier = await self._earlier_tasks(live, context)
                heard = hear(request, context, live.task, earlier, turn.cancelled)
                await self._converse(heard, speech)
        except asyncio.CancelledError:
            if not self._turns.aborting:
                speech.outcome = speech.outcome or "canceled"
                raise
            if live.record.request is not None:  # another replica begins the turn again
                speech.outcome = speech.outcome or "interrupted"
                raise
            turn.worker.uncancel()
            await speech.fail("interrupted", INTERRUPTED)
        except (DatabaseUnavailableError, TurnLostError):
            speech.outcome = speech.outcome or "interrupted"
            raise
        except Exception:
            if deadline.expired():
                limit = f"{self._turn_timeout_seconds:g} seconds"
                text = f"The turn took longer than {limit} and was stopped."
                await speech.fail("timed_out", text)
                return
            reference = uuid.uuid4().hex[:12]
            logger.exception("The agent failed in a turn (reference %s)", reference)
            text = f"The agent failed: quote reference {reference} to its operator."
            await speech.fail("crashed", text)
        finally:
            turn.outcome = speech.outcome or "crashed"

    async def _earlier_tasks(self, live: LiveTask, context: ServerCallContext) -> list[Task]:
        if not call_of(context).continued:
            return []
        tasks = await self._earlier(live.context_id, context)
        return [task for task in tasks if task.id != live.id]

    async def _converse(self, turn: Turn, speech: Speech) -> None:
        replies = Replies()
        speaker = asyncio.create_task(self._speak(turn, replies))
        speaker.add_done_callback(lambda _: replies.end())
        try:
            await _tell(replies, speech)
            await speaker
            await speech.finish()
        finally:
            if speaker.cancel():
                await asyncio.wait({speaker}, timeout=CLEANUP_SECONDS)

    async def _speak(self, turn: Turn, replies: Replies) -> None:
        # One asyncio task runs the whole generator, so its timeouts and context variables hold.
        said = self._logic(turn)
        try:
            async for reply in said:
                await replies.put(reply)
                if isinstance(reply, Message | Ending):
                    break
        except BaseException as error:
            me = asyncio.current_task()
            if isinstance(error, Exception) or (me is not None and me.cancelling()):
                raise
            # Its own, and no wish of ours to stop: the turn has failed.
            raise RuntimeError(f"reply() raised {type(error).__name__}") from error
        finally:
            if aclose := getattr(said, "aclose", None):
                await aclose()


async def _tell(replies: Replies, speech: Speech) -> None:
    """Pass replies on as they come, pieces of text joined."""
    now = asyncio.get_running_loop().time
    pieces, due = "", 0.0
    wake_at: float | None = now() + TASK_AFTER_SECONDS
    while True:
        try:
            reply = await replies.get(wake_at)
        except TimeoutError:
            reply = ""
            await speech.open()
        if isinstance(reply, str):
            pieces += reply
            if pieces and (now() >= due or len(pieces) >= COALESCE_CHARACTERS):
                await speech.text(pieces)
                pieces, due = "", now() + COALESCE_SECONDS
            wake_at = due if pieces else None
            continue
        if pieces:
            await speech.text(pieces, last=reply is END)
            pieces = ""
        if isinstance(reply, End):
            return
        await speech.say(reply)
        wake_at = None
