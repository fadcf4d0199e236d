"""Which task and which context a message belongs to."""

from a2a.server.agent_execution import RequestContext, SimpleRequestContextBuilder
from a2a.server.context import ServerCallContext
from a2a.types import SendMessageRequest, Task

from .call import call_of
from .store import TaskStore


class ContextFromTask(SimpleRequestContextBuilder):
    """A message that names only its task continues in the context of that task (spec 3.4.3)."""

    def __init__(self, store: TaskStore) -> None:
        super().__init__()
        self._store = store

    async def build(
        self,
        context: ServerCallContext,
        params: SendMessageRequest | None = None,
        task_id: str | None = None,
        context_id: str | None = None,
        task: Task | None = None,
    ) -> RequestContext:
        """The request context of the SDK, with the ids that belong together."""
        if task_id and not context_id and (known := await self._store.get(task_id, context)):
            context_id = known.context_id
        call = call_of(context)
        task_id = task_id or call.new_task_id or None
        call.continued = context_id is not None
        return await super().build(context, params, task_id, context_id, task)
