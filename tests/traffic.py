"""Calls of every kind, over every transport that an agent's card offers."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import grpc
import httpx
from a2a.client import Client, ClientConfig, ClientFactory
from a2a.client.errors import A2AClientError
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
)
from a2a.utils.errors import A2AError

BINDINGS = ("JSONRPC", "HTTP+JSON", "GRPC")
TEXTS = ("ask", "crash", "fail", "good", "refuse")
# How many calls one round is: the texts, an empty one, and three that are no messages; each is
# made by a client that streams, and by one that does not.
CALLS = len(BINDINGS) * 2 * (len(TEXTS) + 4)

# What the agent does when it is told these words; put into its agent/logic.py.
LOGIC = '''"""What the agent does while it is watched."""

import asyncio
from collections.abc import AsyncIterator

from ..conversation import Ask, Fail, Refuse, Reply, Turn


async def reply(turn: Turn) -> AsyncIterator[Reply]:
    """Do as the caller says."""
    match turn.text:
        case "ask":
            yield Ask("What?")
        case "crash":
            raise RuntimeError("as planned")
        case "fail":
            yield Fail("As planned.")
        case "refuse":
            yield Refuse("As planned.")
        case _:
            yield "One, "
            await asyncio.sleep(0.1)
            yield "two."
'''


async def drive(url: str, *, callers: int = 1) -> None:
    """Let each caller say everything once over each transport, all of them side by side."""
    await asyncio.gather(*(_drive(url, binding) for binding in BINDINGS * callers))


async def _drive(url: str, binding: str) -> None:
    for streaming in (True, False):
        async with _client(url, binding, streaming=streaming) as client:
            for text in TEXTS:
                await _say(client, text)
            with suppress(A2AError, A2AClientError):
                await _say(client, "")
            await client.list_tasks(ListTasksRequest())
            with suppress(A2AError, A2AClientError):
                await client.get_task(GetTaskRequest(id="unknown"))
            with suppress(A2AError, A2AClientError):
                await client.cancel_task(CancelTaskRequest(id="unknown"))


async def _say(client: Client, text: str) -> None:
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=text)])
    async for _ in client.send_message(SendMessageRequest(message=message)):
        pass


@asynccontextmanager
async def _client(url: str, binding: str, *, streaming: bool) -> AsyncIterator[Client]:
    async with httpx.AsyncClient(timeout=60) as http:
        config = ClientConfig(
            streaming=streaming,
            httpx_client=http,
            grpc_channel_factory=grpc.aio.insecure_channel,
            supported_protocol_bindings=[binding],
        )
        async with await ClientFactory(config).create_from_url(url) as client:
            yield client
