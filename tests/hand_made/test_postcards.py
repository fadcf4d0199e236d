"""What the postcard writer says, tested without a server."""

import asyncio

from a2a.helpers import new_text_message
from a2a.server.agent_execution import RequestContext
from a2a.server.context import ServerCallContext
from a2a.server.events import Event, EventQueue
from a2a.types import Role, SendMessageRequest, TaskArtifactUpdateEvent
from agent_executor import PostcardExecutor


class Said(EventQueue):
    """Keeps what the executor says."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def enqueue_event(self, event: Event) -> None:
        self.events.append(event)


def test_postcard_is_written() -> None:
    """A place is all it takes."""
    request = SendMessageRequest(message=new_text_message("Oslo", role=Role.ROLE_USER))
    said = Said()
    asyncio.run(PostcardExecutor().execute(RequestContext(ServerCallContext(), request), said))
    text, file = [one.artifact for one in said.events if isinstance(one, TaskArtifactUpdateEvent)]

    assert "Oslo is lovely." in text.parts[0].text
    assert file.parts[0].raw.decode() == text.parts[0].text
