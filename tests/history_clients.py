"""Callers that write down each call they make, and all that they see of tasks."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    SendMessageRequest,
)
from fault_replicas import USER_HEADER, Replica
from google.protobuf.message import Message
from history_answers import PASSING, LostError, Wire
from history_grpc import GrpcWire
from history_http import JsonRpcWire, RestWire
from history_recorder import STREAMS, Note, Recorder
from history_records import History, Sight
from history_views import View, state_of, text_of

WIRES: Mapping[str, Any] = {"jsonrpc": JsonRpcWire, "rest": RestWire, "grpc": GrpcWire}
CALL_SECONDS = 6.0
# A replica that has not answered is left alone for a while, as a load balancer would do.
REST_SECONDS = 1.0
PAGE_SIZE = 50


class Client:
    """One caller over one transport; every method raises what `history_answers` names."""

    def __init__(
        self, name: str, owner: str, transport: str, replicas: Mapping[str, Replica], into: History
    ) -> None:
        self.name, self.owner, self.history = name, owner, into
        self._recorder = Recorder(caller=name, owner=owner, transport=transport, history=into)
        headers = {USER_HEADER: owner}
        self._wires: dict[str, Wire] = {
            replica.name: WIRES[transport](
                replica.grpc_port if transport == "grpc" else replica.http_port, headers
            )
            for replica in replicas.values()
        }
        self._resting: dict[str, float] = {}

    def anywhere(self, chance: random.Random, *, but: str = "") -> str:
        """Any replica, rather not that one, and rather one that has answered lately."""
        names = list(self._wires)
        fresh = [name for name in names if self._resting.get(name, 0.0) < time.time()]
        others = [name for name in fresh if name != but]
        return chance.choice(others or fresh or names)

    async def send(
        self, replica: str, request: SendMessageRequest, *, seconds: float, foreign: bool = False
    ) -> Note:
        """Wait for the answer, as the request says."""
        message = request.message
        about = {
            "message_id": message.message_id,
            "text": text_of(message.parts),
            "task_id": message.task_id,
            "foreign": foreign,
            "awaited": not request.configuration.return_immediately,
        }
        async with self._noted("SendMessage", replica, **about) as note:
            began = time.time()
            answer = await self._wires[replica].call("SendMessage", request, seconds=seconds)
            if answer.HasField("message"):
                note.told_text = text_of(answer.message.parts)
            else:
                self._recorder.saw(answer.task, "send", replica, began)
                note.told_task = answer.task.id
                note.told_state = state_of(answer.task.status)
        return note

    async def get(self, replica: str, task_id: str, *, foreign: bool = False) -> Sight:
        """The task as it is."""
        async with self._noted("GetTask", replica, task_id=task_id, foreign=foreign) as note:
            began = time.time()
            request = GetTaskRequest(id=task_id)
            task = await self._wires[replica].call("GetTask", request, seconds=CALL_SECONDS)
            note.told_task, note.told_state = task.id, state_of(task.status)
            return self._recorder.saw(task, "get", replica, began)

    async def list(self, replica: str, *, pages: int = 1) -> list[Sight]:
        """The latest tasks; each page is a call."""
        found: list[Sight] = []
        request = ListTasksRequest(page_size=PAGE_SIZE, include_artifacts=True)
        for _ in range(pages):
            async with self._noted("ListTasks", replica):
                began = time.time()
                page = await self._wires[replica].call("ListTasks", request, seconds=CALL_SECONDS)
            found += [self._recorder.saw(task, "list", replica, began) for task in page.tasks]
            request.page_token = page.next_page_token
            if not request.page_token:
                break
        return found

    async def cancel(self, replica: str, task_id: str, *, foreign: bool = False) -> None:
        """Stop the task."""
        async with self._noted("CancelTask", replica, task_id=task_id, foreign=foreign) as note:
            began = time.time()
            request = CancelTaskRequest(id=task_id)
            task = await self._wires[replica].call("CancelTask", request, seconds=CALL_SECONDS)
            note.told_task, note.told_state = task.id, state_of(task.status)
            self._recorder.saw(task, "cancel", replica, began)

    async def stream(
        self,
        operation: str,
        replica: str,
        request: Message,
        view: View,
        *,
        quiet_seconds: float,
        **about: Any,
    ) -> Note:
        """Listen until the task rests; TimeoutError tells of a stream that has nothing to tell."""
        began, number = time.time(), next(STREAMS)
        async with self._noted(operation, replica, **about) as note:
            events = self._wires[replica].stream(operation, request)
            async with aclosing(events):
                while not view.rests or not note.told_task:
                    try:
                        event = await asyncio.wait_for(anext(events), quiet_seconds)
                    except StopAsyncIteration:
                        raise LostError("It ended before the task did") from None
                    self._recorder.heard(view.take(event), view, replica, began, number)
                    note.told_task = view.task_id
                    note.told_text, note.told_state = view.remark, view.state
                    if view.remark:
                        break
        return note

    async def close(self) -> None:
        """Hang up."""
        for wire in self._wires.values():
            await wire.close()

    @asynccontextmanager
    async def _noted(self, operation: str, replica: str, **about: Any) -> AsyncIterator[Note]:
        try:
            async with self._recorder.call(operation, replica, **about) as note:
                yield note
        except PASSING:
            self._resting[replica] = time.time() + REST_SECONDS
            raise
