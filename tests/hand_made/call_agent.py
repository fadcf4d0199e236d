"""Asks what callers ask, and prints what they hear: uv run python call_agent.py"""

import asyncio
import uuid
from collections.abc import Iterable, Iterator

import httpx
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import (
    AgentCard,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    TaskState,
    TaskStatus,
)

URL = "http://localhost:9999"


async def main() -> None:
    async with httpx.AsyncClient() as web:
        print("places:", (await web.get(f"{URL}/places")).json())
        card = await A2ACardResolver(web, URL).get_agent_card()
    describe(card)
    for streaming in (True, False):
        async with ClientFactory(ClientConfig(streaming=streaming)).create(card) as client:
            print("\nstreamed:" if streaming else "\nat once:")
            asked = await say(client, "hello", Message())
            await say(client, "Lisbon", asked)
            await say(
                client, "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", Message()
            )


def describe(card: AgentCard) -> None:
    """Print what callers choose the agent by, and where they find it."""
    print("card:", card.name, card.version, card.description, [skill.id for skill in card.skills])
    for interface in card.supported_interfaces:
        if interface.protocol_binding == "JSONRPC":
            print("JSON-RPC:", interface.url, interface.protocol_version)


async def say(client: Client, text: str, earlier: Message) -> Message:
    """Send a message, print what comes back, and return what the next one has to go on from."""
    message = Message(
        message_id=str(uuid.uuid4()),
        role=Role.ROLE_USER,
        parts=[Part(text=text)],
        task_id=earlier.task_id,
        context_id=earlier.context_id,
    )
    print(">", text)
    async for event in client.send_message(SendMessageRequest(message=message)):
        for words in heard(event):
            print(" ", words)
        if event.HasField("task"):
            earlier = Message(task_id=event.task.id, context_id=event.task.context_id)
    return earlier


def heard(event: StreamResponse) -> Iterator[str]:
    if event.HasField("artifact_update"):
        yield from told(event.artifact_update.artifact.parts)
    elif event.HasField("status_update"):
        yield from state(event.status_update.status)
    else:
        for artifact in event.task.artifacts:
            yield from told(artifact.parts)
        yield from state(event.task.status)


def told(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield repr(part.text) if part.text else f"{part.filename} {part.media_type} {part.raw!r}"


def state(status: TaskStatus) -> Iterator[str]:
    yield from told(status.message.parts)
    if status.state not in {TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING}:
        yield TaskState.Name(status.state)


if __name__ == "__main__":
    asyncio.run(main())
