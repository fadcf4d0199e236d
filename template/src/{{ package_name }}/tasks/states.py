"""Which task states mean what, and whose a task is."""

from a2a.server.context import ServerCallContext
from a2a.types import TaskState

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


def owner_of(context: ServerCallContext) -> str:
    """The caller within its tenant; tasks, contexts and push configurations belong to it."""
    return f"{context.tenant}\n{context.user.user_name}"  # a tenant is one line: see requests.py
