"""Messages that come in: to which task and context each belongs, and the turn that it becomes."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from contextlib import ExitStack, nullcontext

from a2a.server.context import ServerCallContext
from a2a.types import AgentCard, Message, SendMessageRequest
from a2a.utils.errors import InvalidParamsError, UnsupportedOperationError
from a2a.utils.input_mode_validator import validate_input_modes
from a2a.utils.task import validate_history_length

from ...database.interface import DatabaseUnavailableError
from ..calls.call import call_of
from ..calls.quotas import Quotas
from ..calls.refusals import UnavailableError
from ..live.listeners import Listener, Nobody
from ..live.live_task import LiveTask, TurnLostError
from ..live.live_tasks import LiveTasks
from ..push.operations import PushCalls
from ..storage.store import TaskStore
from ..turns.executor import Executor

logger = logging.getLogger(__name__)

STOPPED = "The turn was stopped before it came to rest: get the task, or send the message again."


class Intake:
    """Turns of one task run one after the other, each in the context variables of its own call."""

    def __init__(
        self,
        executor: Executor,
        *,
        tasks: LiveTasks,
        store: TaskStore,
        push_calls: PushCalls,
        card: AgentCard,
        quotas: Quotas,
    ) -> None:
        self._executor = executor
        self._tasks = tasks
        self._store = store
        self._push_calls = push_calls
        self._card = card
        self._quotas = quotas
        self._turns: set[asyncio.Task[None]] = set()

    async def begin(
        self, listener: Listener, params: SendMessageRequest, context: ServerCallContext
    ) -> LiveTask:
        """The task of this message, whose turn is queued; `listener` is told of it to its end.

        Raises what the caller has done wrong, and then nothing has begun.
        """
        with ExitStack() as undoing:
            counted = undoing.enter_context(ExitStack())
            counted.enter_context(self._quotas.tasks.one_more(call_of(context)))
            live = await self._task_of(params.message, context)
            undoing.callback(self._tasks.release, live)
            self._check(live, params)
            await self._keep_push_config(live, params, context)
            at_the_end = undoing.pop_all()
        params.message.task_id, params.message.context_id = live.id, live.context_id
        live.audience.queue(listener)
        with_push = params.configuration.HasField("task_push_notification_config")
        call_of(context).known_early = listener.early or with_push
        turn = asyncio.create_task(self._run(live, listener, params, context, counted.close))
        call_of(context).turn = turn
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        turn.add_done_callback(lambda _: at_the_end.close())
        return live

    def resume(
        self, live: LiveTask, params: SendMessageRequest, context: ServerCallContext
    ) -> None:
        """Begin the turn of this message anew, which another replica has not finished."""
        turn = asyncio.create_task(self._run(live, Nobody(), params, context, lambda: None))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        turn.add_done_callback(lambda _: self._tasks.release(live))

    async def close(self) -> None:
        """Stop what is left of all turns."""
        for turn in self._turns:
            turn.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)

    async def _run(
        self,
        live: LiveTask,
        listener: Listener,
        params: SendMessageRequest,
        context: ServerCallContext,
        rested: Callable[[], None],
    ) -> None:
        call, message = call_of(context), params.message
        resumed = call.attempt > 1
        # A resumed turn comes before those that wait here for its end, by the runner of the row.
        queue = nullcontext() if resumed and self._store.shared else live.turns
        try:
            async with queue:
                recipe = self._executor.recipe(params, context)
                await live.claim_turn(message, recipe, resumed=resumed)
                turn = live.begin(listener, message, context, rested)
                try:
                    await self._executor.execute(live, params, context)
                finally:
                    live.finish(turn)
                    call.kept = call.kept or live.keeps(message)
        except UnsupportedOperationError as refusal:
            # The task has ended while this message was queued.
            live.audience.leave(listener, refusal)
        except DatabaseUnavailableError as error:
            logger.warning("A turn of task %s ended early: the database is away", live.id)
            live.audience.leave(listener, error)
        except TurnLostError:
            logger.warning("A turn of task %s goes on in another replica", live.id)
        except asyncio.CancelledError:
            live.audience.leave(listener, UnavailableError(STOPPED, retry_after_seconds=1))
            raise
        except Exception as error:
            logger.exception("A turn of task %s was lost", live.id)
            live.audience.leave(listener, error)
        finally:
            live.audience.leave(listener)
            if live.task is None:
                self._push_calls.discard(live.id)

    async def _task_of(self, message: Message, context: ServerCallContext) -> LiveTask:
        call = call_of(context)
        call.continued = bool(message.task_id or message.context_id)
        if message.task_id:
            return await self._tasks.find(message.task_id, context)
        if message.context_id and await self._store.is_foreign(message.context_id, context):
            raise InvalidParamsError(
                "message.context_id is taken: leave it out, and the agent chooses one."
            )
        context_id = message.context_id or str(uuid.uuid4())
        return self._tasks.new(call.new_task_id or str(uuid.uuid4()), context_id, context)

    def _check(self, live: LiveTask, params: SendMessageRequest) -> None:
        message = params.message
        if live.ended:
            raise UnsupportedOperationError(f"Task {live.id} has ended and takes no more messages.")
        validate_history_length(params.configuration)
        if any(part.media_type for part in message.parts):
            validate_input_modes(message, self._card)
        if message.context_id not in {"", live.context_id}:
            raise InvalidParamsError(
                f"Context {message.context_id} does not match "
                f"context {live.context_id} of task {live.id}"
            )

    async def _keep_push_config(
        self, live: LiveTask, params: SendMessageRequest, context: ServerCallContext
    ) -> None:
        if params.configuration.HasField("task_push_notification_config"):
            config = params.configuration.task_push_notification_config
            await self._push_calls.keep(live.id, config, context)
