"""Which task states mean what, and whose a task is."""

from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.types import Message, TaskArtifactUpdateEvent, TaskState

from .calls.principal import principal_of

RUNNING = frozenset({TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING})
WAITING = frozenset({TaskState.TASK_STATE_INPUT_REQUIRED, TaskState.TASK_STATE_AUTH_REQUIRED})
TERMINAL = frozenset(
    {
        TaskState.TASK_STATE_COMPLETED,
        TaskState.TASK_STATE_CANCELED,
        TaskState.TASK_STATE_FAILED,
        TaskState.TASK_STATE_REJECTED,
    }
)


def at_rest(event: Event | None) -> bool:
    """Whether the agent has nothing more to say for now; an artifact is never the last word."""
    if event is None or isinstance(event, TaskArtifactUpdateEvent):
        return False
    return isinstance(event, Message) or event.status.state not in RUNNING


def name_of(state: TaskState) -> str:
    """As people write it: completed, failed, canceled."""
    return TaskState.Name(state).removeprefix("TASK_STATE_").lower()


def owner_of(context: ServerCallContext) -> str:
    """The caller within its tenant; tasks, contexts and push configurations belong to it."""
    principal = principal_of(context)  # each part is one line: a tenant too, see requests.py
    return f"{context.tenant}\n{principal.issuer}\n{principal.subject}"
