"""How events change a task (spec 4.1 and 4.2), and which events make one task of another."""

from collections.abc import Iterator

from a2a.types import (
    Artifact,
    Message,
    Part,
    Role,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)

from ..states import RUNNING, TERMINAL


def changed_by(
    event: Task | TaskStatusUpdateEvent | TaskArtifactUpdateEvent,
    task: Task | None,
    message: Message | None,
) -> Task:
    """Change the task by an event, and before it by a message that it has not heard yet."""
    if isinstance(event, Task):
        return copy_of(event)
    assert task is not None
    if message is not None:
        hear(task, message)
    if isinstance(event, TaskArtifactUpdateEvent):
        grow(task, event)
    else:
        enter(task, event.status)
    return task


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
    """It gets an artifact, or more of the one with that id, or another one in its place."""
    for artifact in reversed(task.artifacts):
        if artifact.artifact_id == update.artifact.artifact_id:
            if update.append:
                artifact.parts.extend(update.artifact.parts)
            else:
                artifact.CopyFrom(update.artifact)
            return
    task.artifacts.append(update.artifact)


def copy_of(task: Task) -> Task:
    """The task as it is now."""
    copy = Task()
    copy.CopyFrom(task)
    return copy


def snapshot(task: Task) -> Task:
    """The task as it is now and stays; one that has ended does not change any more."""
    return task if task.status.state in TERMINAL else copy_of(task)


def events_between(
    old: Task, new: Task
) -> Iterator[TaskStatusUpdateEvent | TaskArtifactUpdateEvent]:
    """What a listener has to be told who knows the task as it was, and not how it went on.

    Tasks only grow: no event gets lost but for the times of states in between.
    """
    for message in new.history[len(old.history) :]:
        if message.role == Role.ROLE_AGENT and message.message_id != old.status.message.message_id:
            status = TaskStatus(state=TaskState.TASK_STATE_WORKING, message=message)
            status.timestamp.CopyFrom(new.status.timestamp)
            yield TaskStatusUpdateEvent(task_id=new.id, context_id=new.context_id, status=status)
    known = {artifact.artifact_id: artifact for artifact in old.artifacts}
    finished = new.status.state not in RUNNING
    for artifact in new.artifacts:
        yield from _pieces(new, known.get(artifact.artifact_id), artifact, finished=finished)
    if new.status != old.status:
        yield TaskStatusUpdateEvent(task_id=new.id, context_id=new.context_id, status=new.status)


def _pieces(
    task: Task, old: Artifact | None, new: Artifact, *, finished: bool
) -> Iterator[TaskArtifactUpdateEvent]:
    parts = list(new.parts) if old is None else _parts_behind(old, new)
    append = old is not None and parts is not None
    if parts is None:
        parts = list(new.parts)
    if parts:
        piece = Artifact()
        piece.CopyFrom(new)
        del piece.parts[:]
        piece.parts.extend(parts)
        yield TaskArtifactUpdateEvent(
            task_id=task.id,
            context_id=task.context_id,
            artifact=piece,
            append=append,
            last_chunk=finished,
        )


def _parts_behind(old: Artifact, new: Artifact) -> list[Part] | None:
    """What has been added; None when something else has taken its place."""
    if list(new.parts[: len(old.parts)]) == list(old.parts):
        return list(new.parts[len(old.parts) :])
    before, after = _text(old), _text(new)
    if before is None or after is None or not after.startswith(before):
        return None
    return [Part(text=after[len(before) :])] if after != before else []


def _text(artifact: Artifact) -> str | None:
    if any(part.WhichOneof("content") != "text" for part in artifact.parts):
        return None
    return "".join(part.text for part in artifact.parts)


def _remember_status(task: Task) -> None:
    if task.status.HasField("message"):
        task.history.append(task.status.message)
