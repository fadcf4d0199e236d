"""What the agent says, told as A2A events."""

import json
import uuid

from a2a.types import (
    Artifact,
    Part,
    Role,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)
from a2a.types import Message as A2AMessage
from google.protobuf.json_format import Parse
from google.protobuf.struct_pb2 import Value

from ...conversation import (
    JSON,
    Ask,
    Data,
    Fail,
    File,
    Message,
    Progress,
    Refuse,
    Reply,
    RequestAuthorization,
)
from ..lifecycle import TurnOutcome
from ..live.live_task import LiveTask

# Metadata keys: of messages that are not part of the conversation, and of an answer to a message.
PROGRESS = "progress"
ANSWERS = "answersMessageId"


class Speech:
    """One turn's side of a task: a lone message, or the task with its artifacts."""

    def __init__(self, live: LiveTask, message: A2AMessage) -> None:
        self._live = live
        self._message = message
        self._answer = ""
        self._opened = False
        self.outcome: TurnOutcome = ""

    async def open(self) -> None:
        """Let the task exist and work; done by itself before anything that needs a task."""
        if self._opened:
            return
        working = status_update(self._live, TaskState.TASK_STATE_WORKING)
        if self._live.task is not None:
            await self._live.apply(working)
        else:
            task = Task(id=self._live.id, context_id=self._live.context_id, status=working.status)
            task.history.append(self._message)
            await self._live.apply(task)
        self._opened = True

    async def text(self, pieces: str, *, last: bool = False) -> None:
        """Stream a piece of the answer; all pieces of a turn make one artifact."""
        append = bool(self._answer)
        self._answer = self._answer or self._unfinished() or str(uuid.uuid4())
        artifact = Artifact(
            artifact_id=self._answer,
            name="answer",
            parts=[Part(text=pieces)],
            metadata={ANSWERS: self._message.message_id},
        )
        await self._give(artifact, append=append, last=last)

    async def say(self, reply: Reply) -> None:
        """Tell any reply but a piece of text."""
        if isinstance(reply, Message) and self._live.task is None:
            message = self._say(reply.text)
            message.ClearField("task_id")
            await self._live.apply(message)
            self.outcome = "message"
            return
        match reply:
            case File():
                await self._give(_artifact(reply.name or "file", _file(reply)))
            case Data():
                await self._give(_artifact(reply.name or "data", _data(reply.value)))
            case Progress():
                message = self._say(reply.text)
                message.metadata[PROGRESS] = True
                await self._enter(TaskState.TASK_STATE_WORKING, message)
            case Message():
                await self._end("completed", TaskState.TASK_STATE_COMPLETED, reply.text)
            case Ask():
                await self._end("input_required", TaskState.TASK_STATE_INPUT_REQUIRED, reply.text)
            case RequestAuthorization():
                state = TaskState.TASK_STATE_AUTH_REQUIRED
                await self._end("auth_required", state, reply.text, reply.url)
            case Refuse():
                await self._end("rejected", TaskState.TASK_STATE_REJECTED, reply.text)
            case Fail():
                await self._end("failed", TaskState.TASK_STATE_FAILED, reply.text)
            case _:
                raise TypeError(f"reply() yielded {reply!r:.80}, which is not a Reply")

    async def finish(self) -> None:
        """Complete the task, unless the agent has ended the turn in its own words."""
        if not self.outcome:
            await self._enter(TaskState.TASK_STATE_COMPLETED)
            self.outcome = "completed"

    async def fail(self, outcome: TurnOutcome, text: str) -> None:
        """End the task as failed, for a reason the caller may read."""
        if not self.outcome:
            await self.say(Fail(text))
            self.outcome = outcome

    def _unfinished(self) -> str:
        """The artifact of an earlier attempt at this turn, whose place this one takes."""
        for artifact in self._live.task.artifacts if self._live.task else ():
            if dict(artifact.metadata).get(ANSWERS) == self._message.message_id:
                return artifact.artifact_id
        return ""

    async def _end(self, outcome: TurnOutcome, state: TaskState, text: str, url: str = "") -> None:
        message = self._say(text)
        if url:
            message.parts.append(Part(url=url))
        await self._enter(state, message)
        self.outcome = outcome

    async def _enter(self, state: TaskState, message: A2AMessage | None = None) -> None:
        await self.open()
        await self._live.apply(status_update(self._live, state, message))

    async def _give(self, artifact: Artifact, *, append: bool = False, last: bool = False) -> None:
        await self.open()
        update = TaskArtifactUpdateEvent(
            task_id=self._live.id,
            context_id=self._live.context_id,
            artifact=artifact,
            append=append,
            last_chunk=last,
        )
        await self._live.apply(update)

    def _say(self, text: str) -> A2AMessage:
        return A2AMessage(
            message_id=str(uuid.uuid4()),
            role=Role.ROLE_AGENT,
            task_id=self._live.id,
            context_id=self._live.context_id,
            parts=[Part(text=text)],
        )


def status_update(
    live: LiveTask, state: TaskState, message: A2AMessage | None = None
) -> TaskStatusUpdateEvent:
    """The task comes into this state now."""
    status = TaskStatus(state=state, message=message)
    status.timestamp.GetCurrentTime()
    return TaskStatusUpdateEvent(task_id=live.id, context_id=live.context_id, status=status)


def _artifact(name: str, part: Part) -> Artifact:
    return Artifact(artifact_id=str(uuid.uuid4()), name=name, parts=[part])


def _file(file: File) -> Part:
    if file.content is None:
        return Part(url=file.url, filename=file.name, media_type=file.media_type)
    return Part(raw=file.content, filename=file.name, media_type=file.media_type)


def _data(value: JSON) -> Part:
    return Part(
        data=Parse(json.dumps(value, allow_nan=False), Value()), media_type="application/json"
    )
