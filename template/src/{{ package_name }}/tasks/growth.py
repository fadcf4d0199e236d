"""How events change a task (spec 4.1 and 4.2)."""

from a2a.types import Message, Task, TaskArtifactUpdateEvent, TaskStatus

from .states import TERMINAL


def hear(task: Task, message: Message) -> None:
    """Its caller says something; what the agent has said before becomes history as well."""
    if message.message_id not in {heard.message_id for heard in task.history}:
        _remember_status(task)
        task.status.ClearField("message")
        task.history.append(message)


def enter(task: Task, status: TaskStatus) -> None:
    """It comes into another state; the message of the state before becomes history."""
    _remember_status(task)
    task.status.CopyFrom(status)


def grow(task: Task, update: TaskArtifactUpdateEvent) -> None:
    """It gets an artifact, or more of its latest one with that id."""
    for artifact in reversed(task.artifacts) if update.append else ():
        if artifact.artifact_id == update.artifact.artifact_id:
            artifact.parts.extend(update.artifact.parts)
            return
    task.artifacts.append(update.artifact)


def snapshot(task: Task) -> Task:
    """The task as it is now and stays; one that has ended does not change any more."""
    if task.status.state in TERMINAL:
        return task
    copy = Task()
    copy.CopyFrom(task)
    return copy


def _remember_status(task: Task) -> None:
    if task.status.HasField("message"):
        task.history.append(task.status.message)
