"""A task as it builds up in front of somebody who listens to its streams."""

from collections.abc import Iterable
from typing import Any

from a2a.types import Artifact, Part, Role, StreamResponse, Task, TaskState, TaskStatus
from history_records import Sight

ANSWERS = "answersMessageId"
AT_REST = frozenset(
    {"COMPLETED", "CANCELED", "FAILED", "REJECTED", "INPUT_REQUIRED", "AUTH_REQUIRED"}
)
TERMINAL = AT_REST - {"INPUT_REQUIRED", "AUTH_REQUIRED"}


class View:
    """What has been told so far."""

    def __init__(self) -> None:
        self.task_id = self.context_id = self.state = self.remark = ""
        self.changed = 0.0  # when it came into this state, as it says itself
        self.events = 0
        self.whole = False  # it began with the task as it was
        self._texts: dict[str, str] = {}

    @property
    def rests(self) -> bool:
        """Whether the agent has said all that it had to say for now."""
        return bool(self.remark) or self.state in AT_REST

    @property
    def text(self) -> str:
        """Of all artifacts."""
        return "".join(self._texts.values())

    def take(self, event: StreamResponse) -> TaskStatus | Task | None:
        """Bring it up to date; what tells of a state comes back."""
        self.events += 1
        match event.WhichOneof("payload"):
            case "task":
                self._texts = {
                    each.artifact_id: text_of(each.parts) for each in event.task.artifacts
                }
                self._enter(event.task.id, event.task, event.task.status)
                self.whole = True
                return event.task
            case "status_update":
                update = event.status_update
                self._enter(update.task_id, update, update.status)
                return update.status
            case "artifact_update":
                self.task_id = event.artifact_update.task_id
                self._grow(event.artifact_update.artifact, append=event.artifact_update.append)
            case "message":
                self.remark = text_of(event.message.parts)
        return None

    def accept(self, sight: Sight) -> None:
        """Bring it up to date with what was read in another way."""
        self.task_id, self.context_id, self.state = sight.task_id, sight.context_id, sight.state
        self.changed, self._texts, self.whole = sight.changed, {"": sight.text}, True

    def _enter(self, task_id: str, named: Any, status: TaskStatus) -> None:
        self.task_id, self.context_id = task_id, named.context_id
        self.state, self.changed = state_of(status), seconds_of(status)

    def _grow(self, artifact: Artifact, *, append: bool) -> None:
        before = self._texts.get(artifact.artifact_id, "") if append else ""
        self._texts[artifact.artifact_id] = before + text_of(artifact.parts)


def text_of(parts: Iterable[Part]) -> str:
    """All text of a message or an artifact."""
    return "".join(part.text for part in parts)


def state_of(status: TaskStatus) -> str:
    """Without the words that all states have in common."""
    return TaskState.Name(status.state).removeprefix("TASK_STATE_")


def seconds_of(status: TaskStatus) -> float:
    """When the state was entered; 0 if it does not say so."""
    return status.timestamp.ToMicroseconds() / 1e6 if status.HasField("timestamp") else 0.0


def sight_of(task: Task, **circumstances: Any) -> Sight:
    """The task in the words of the record; `circumstances` are who saw it, when, and where."""
    return Sight(
        task_id=task.id,
        context_id=task.context_id,
        state=state_of(task.status),
        changed=seconds_of(task.status),
        heard=tuple(each.message_id for each in task.history if each.role == Role.ROLE_USER),
        answers=tuple(
            (str(each.metadata[ANSWERS]) if ANSWERS in each.metadata else "", text_of(each.parts))
            for each in task.artifacts
        ),
        **circumstances,
    )
