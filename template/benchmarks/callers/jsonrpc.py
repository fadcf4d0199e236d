"""Calls over JSON-RPC: POST to the root of the HTTP side."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from callers import Binding, CallError
from json_over_http import connected, events, message, post, state


class JsonRpcCaller:
    """A2A calls as JSON-RPC 2.0 requests."""

    def __init__(self, target: str, headers: Mapping[str, str]) -> None:
        self._client = connected(target, headers)

    async def send(self, text: str) -> str:
        return state(_result(await post(self._client, "/", _request("SendMessage", text))))

    async def stream(self, text: str) -> AsyncIterator[str]:
        async for event in events(self._client, "/", _request("SendStreamingMessage", text)):
            yield state(_result(event))

    async def aclose(self) -> None:
        await self._client.aclose()


def _request(method: str, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": message(text)}


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        raise CallError(json.dumps(answer["error"]))
    result: dict[str, Any] = answer["result"]
    return result


BINDING = Binding(name="JSON-RPC", endpoint="http", connect=JsonRpcCaller)
