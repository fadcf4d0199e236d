"""Calls that are waited for to their end; with a stream or without, what is left is a task."""

from collections.abc import Callable, Coroutine
from typing import Any

from a2a.types import SendMessageRequest, StreamResponse, Task

from .callers import Caller

Call = Callable[[Caller, SendMessageRequest], Coroutine[Any, Any, Task]]


async def unary(caller: Caller, request: SendMessageRequest) -> Task:
    """The task as the answer has it."""
    task: Task = await caller.send(request)
    return task


async def stream(caller: Caller, request: SendMessageRequest) -> Task:
    """The task as its events tell it."""
    task = Task()
    async for event in caller.stream(request):
        _apply(event, task)
    return task


def _apply(event: StreamResponse, task: Task) -> None:
    if event.HasField("task"):
        task.CopyFrom(event.task)
    elif event.HasField("status_update"):
        task.status.CopyFrom(event.status_update.status)
    else:
        task.artifacts.append(event.artifact_update.artifact)
