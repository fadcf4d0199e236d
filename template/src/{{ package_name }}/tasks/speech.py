"""What the agent says, told as A2A events."""

import json
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from a2a.server.agent_execution import RequestContext
from a2a.server.events import EventQueue
from a2a.server.tasks import TaskUpdater
from a2a.types import Message as A2AMessage
from a2a.types import Part, Task, TaskState, TaskStatus
from google.protobuf.json_format import Parse
from google.protobuf.struct_pb2 import Value

from ..conversation import (
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
from .lifecycle import TurnOutcome

# Metadata keys: of messages that are not part of the conversation, and of an answer to a message.
PROGRESS = "progress"
ANSWERS = "answersMessageId"


class Speech:
    """One turn's side of an event queue: a lone message, or a task with its artifacts."""

    def __init__(self, context: RequestContext, queue: EventQueue) -> None:
        self._context = context
        self._queue = queue
        self._task = TaskUpdater(queue, context.task_id or "", context.context_id or "")
        self._answer = ""
        self._opened = False
        self.outcome: TurnOutcome = ""

    async def open(self) -> None:
        """Let the task exist and work; done by itself before anything that needs a task."""
        if self._opened:
            return
        if self._context.current_task is not None:
            await self._task.start_work()
            self._opened = True
            return
        status = TaskStatus(state=TaskState.TASK_STATE_WORKING)
        status.timestamp.GetCurrentTime()
        task = Task(id=self._task.task_id, context_id=self._task.context_id, status=status)
        if self._context.message is not None:
            task.history.append(self._context.message)
        await self._queue.enqueue_event(task)
        self._opened = True

    async def text(self, pieces: str, *, last: bool = False) -> None:
        """Stream a piece of the answer; all pieces of a turn make one artifact."""
        await self.open()
        append = bool(self._answer)
        self._answer = self._answer or str(uuid.uuid4())
        message = self._context.message
        await self._task.add_artifact(
            [Part(text=pieces)],
            self._answer,
            "answer",
            metadata={ANSWERS: message.message_id if message else ""},
            append=append,
            last_chunk=last,
        )

    async def say(self, reply: Reply) -> None:
        """Tell any reply but a piece of text."""
        if isinstance(reply, Message) and not self._opened and self._context.current_task is None:
            await self._queue.enqueue_event(self._message(reply.text, alone=True))
            self.outcome = "message"
            return
        await self.open()
        match reply:
            case File():
                await self._task.add_artifact([_file(reply)], name=reply.name or "file")
            case Data():
                await self._task.add_artifact([_data(reply.value)], name=reply.name or "data")
            case Progress():
                message = self._message(reply.text)
                message.metadata[PROGRESS] = True
                await self._task.start_work(message)
            case Message():
                await self._end("completed", self._task.complete, reply.text)
            case Ask():
                await self._end("input_required", self._task.requires_input, reply.text)
            case RequestAuthorization():
                await self._end("auth_required", self._task.requires_auth, reply.text, reply.url)
            case Refuse():
                await self._end("rejected", self._task.reject, reply.text)
            case Fail():
                await self._end("failed", self._task.failed, reply.text)
            case _:
                raise TypeError(f"reply() yielded {reply!r:.80}, which is not a Reply")

    async def finish(self) -> None:
        """Complete the task, unless the agent has ended the turn in its own words."""
        if not self.outcome:
            await self.open()
            await self._task.complete()
            self.outcome = "completed"

    async def fail(self, outcome: TurnOutcome, text: str) -> None:
        """End the task as failed, for a reason the caller may read."""
        if not self.outcome:
            await self.say(Fail(text))
            self.outcome = outcome

    async def _end(
        self,
        outcome: TurnOutcome,
        state: Callable[[A2AMessage], Coroutine[Any, Any, None]],
        text: str,
        url: str = "",
    ) -> None:
        message = self._message(text)
        if url:
            message.parts.append(Part(url=url))
        await state(message)
        self.outcome = outcome

    def _message(self, text: str, *, alone: bool = False) -> A2AMessage:
        message = self._task.new_agent_message([Part(text=text)])
        if alone:
            message.ClearField("task_id")
        return message


def _file(file: File) -> Part:
    if file.content is None:
        return Part(url=file.url, filename=file.name, media_type=file.media_type)
    return Part(raw=file.content, filename=file.name, media_type=file.media_type)


def _data(value: JSON) -> Part:
    return Part(
        data=Parse(json.dumps(value, allow_nan=False), Value()), media_type="application/json"
    )
