"""What the caller says, told as a Turn."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from a2a.server.context import ServerCallContext
from a2a.types import Message, Part, Role, SendMessageRequest, Task
from google.protobuf.json_format import MessageToDict

from ...conversation import File, Turn, Utterance
from ..calls.call import call_of
from ..calls.principal import caller_of, principal_of
from ..calls.requests import skill_of
from .speech import ANSWERS, PROGRESS


def hear(
    request: SendMessageRequest,
    context: ServerCallContext,
    task: Task | None,
    earlier: Iterable[Task],
    cancelled: asyncio.Event,
) -> Turn:
    """The turn of this request; `earlier` are the tasks before it in the same context."""
    message = request.message
    history = [utterance for other in earlier for utterance in _utterances(other)]
    return Turn(
        text=_text(message.parts),
        files=tuple(_file(part) for part in message.parts if part.HasField("raw") or part.url),
        data=tuple(MessageToDict(part.data) for part in message.parts if part.HasField("data")),
        metadata=_metadata(request) | _metadata(message),
        caller=caller_of(principal_of(context), context.tenant),
        skill=skill_of(request),
        history=(*history, *(_utterances(task, until=message.message_id) if task else ())),
        attempt=call_of(context).attempt,
        cancelled=cancelled,
        message_id=message.message_id,
        task_id=message.task_id,
        context_id=message.context_id,
    )


def _utterances(task: Task, *, until: str = "") -> Iterator[Utterance]:
    """Those before a message that the task holds already, when its turn is resumed."""
    answers: dict[str, str] = defaultdict(str)
    for artifact in task.artifacts:
        if ANSWERS in artifact.metadata:
            answers[str(artifact.metadata[ANSWERS])] += _text(artifact.parts, separator="")
    for message in [*task.history, task.status.message]:
        if until and message.message_id == until:
            return
        by_caller = message.role == Role.ROLE_USER
        if message.parts and PROGRESS not in message.metadata:
            yield Utterance("caller" if by_caller else "agent", _text(message.parts))
        if by_caller and (answer := answers.get(message.message_id)):
            yield Utterance("agent", answer)


def _metadata(told: SendMessageRequest | Message) -> dict[str, Any]:
    return MessageToDict(told.metadata) if told.HasField("metadata") else {}


def _text(parts: Iterable[Part], separator: str = "\n") -> str:
    return separator.join(part.text for part in parts if part.HasField("text"))


def _file(part: Part) -> File:
    media_type = part.media_type or "application/octet-stream"
    if part.HasField("raw"):
        return File(name=part.filename, media_type=media_type, content=part.raw)
    return File(name=part.filename, media_type=media_type, url=part.url)
