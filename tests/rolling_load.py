"""Callers that go on calling over every transport, and count what they were answered."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import httpx
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import (
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    Task,
    TaskState,
)

BINDINGS = ("JSONRPC", "HTTP+JSON", "GRPC")
PAUSE_SECONDS = 0.02
LONG_STREAMS = 3
COMPLETED = TaskState.TASK_STATE_COMPLETED


class Load:
    """`answered` counts calls by transport and kind; `failures` has a line for each that failed."""

    def __init__(self) -> None:
        self.answered = Counter[str]()
        self.failures: list[str] = []
        self.ended = False

    async def repeat(self, kind: str, call: Callable[[], Awaitable[bool]]) -> None:
        """Make one kind of call over and over again."""
        while not self.ended:
            try:
                problem = "" if await call() else "is no answer"
            except Exception as error:  # noqa: BLE001  # whatever it is, it is counted
                problem = f"{type(error).__name__}: {error}"
            self.answered[kind] += not problem
            if problem:
                self.failures.append(f"{kind}: {problem}")
            await asyncio.sleep(PAUSE_SECONDS)

    def __str__(self) -> str:
        lines = [f"{count:6} {what}" for what, count in sorted(self.answered.items())]
        return "\n".join([*lines, f"{len(self.failures):6} failed", *self.failures[:10]])


@asynccontextmanager
async def load(url: str) -> AsyncIterator[Load]:
    """Calls of every kind over each transport go on until the block ends, and then to their end."""
    running = Load()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        for binding in BINDINGS:
            http = await stack.enter_async_context(
                httpx.AsyncClient(timeout=httpx.Timeout(10, read=60), verify=False)  # noqa: S501
            )
            card = await A2ACardResolver(http, url).get_agent_card()
            config = ClientConfig(
                supported_protocol_bindings=[binding],
                httpx_client=http,
                grpc_channel_factory=grpc.aio.insecure_channel,
            )
            streaming = ClientFactory(config).create(card)
            config.streaming = False
            unary = ClientFactory(config).create(card)
            for kind, call in kinds(unary, streaming).items():
                group.create_task(running.repeat(f"{binding} {kind}", call))
        try:
            yield running
        finally:
            running.ended = True


def kinds(unary: Client, streaming: Client) -> Mapping[str, Callable[[], Awaitable[bool]]]:
    """What callers do; long streams do not end before their replica is asked to stop."""
    long = [f"long stream {number}" for number in range(LONG_STREAMS)]
    return dict.fromkeys(long, lambda: _completes(streaming, says("wait 8"))) | {
        "message": lambda: _completes(unary, says("Ada")),
        "stream": lambda: _completes(streaming, says("wait 0.2")),
        "follow-up": lambda: _follows_up(unary),
        "list": lambda: _lists(unary),
    }


def says(text: str, task_id: str = "") -> SendMessageRequest:
    """Something that was never said before."""
    parts = [Part(text=text)]
    said = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=parts, task_id=task_id)
    return SendMessageRequest(message=said)


async def _completes(client: Client, request: SendMessageRequest) -> bool:
    return await _state(client, request) == COMPLETED


async def _follows_up(client: Client) -> bool:
    """Ask back, answer, and read what has become of it, wherever each of them lands."""
    async for event in client.send_message(says("ask")):
        task = event.task
    answered = await _completes(client, says("Bob", task_id=task.id))
    read: Task = await client.get_task(GetTaskRequest(id=task.id))
    return answered and read.status.state == COMPLETED


async def _lists(client: Client) -> bool:
    await client.list_tasks(ListTasksRequest(page_size=5))
    return True


async def _state(client: Client, request: SendMessageRequest) -> TaskState | None:
    state = None
    async for event in client.send_message(request):
        state = _state_of(event) or state
    return state


def _state_of(event: StreamResponse) -> TaskState | None:
    match event.WhichOneof("payload"):
        case "task":
            return event.task.status.state
        case "status_update":
            return event.status_update.status.state
    return None
