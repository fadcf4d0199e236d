"""Calls over REST: POST below /v1 of the HTTP side."""

from collections.abc import AsyncIterator, Mapping

from callers import Binding
from json_over_http import connected, events, message, post, state


class RestCaller:
    """A2A calls as HTTP+JSON requests."""

    def __init__(self, target: str, headers: Mapping[str, str]) -> None:
        self._client = connected(target, headers)

    async def send(self, text: str) -> str:
        return state(await post(self._client, "/v1/message:send", message(text)))

    async def stream(self, text: str) -> AsyncIterator[str]:
        async for event in events(self._client, "/v1/message:stream", message(text)):
            yield state(event)

    async def aclose(self) -> None:
        await self._client.aclose()


BINDING = Binding(name="REST", endpoint="http", connect=RestCaller)
