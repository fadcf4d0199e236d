"""A JSON-RPC caller that costs next to nothing: what is measured is the server, not its client.

The callers of the agent's own benchmark take more CPU time for a call than the agent does.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from callers import CallError
from json_over_http import message, state

MEGABYTE = 2**20


class LeanCaller:
    """One connection, which stays open; understands what uvicorn sends, and no more."""

    def __init__(self, target: str) -> None:
        self._host, _, self._port = target.partition(":")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, text: str) -> str:
        """Send one message, wait, and return the state that its task is left in."""
        (answer,) = [answer async for answer in self.results("SendMessage", message(text))]
        return state(answer)

    async def stream(self, text: str) -> AsyncIterator[str]:
        """Send one message and yield each event's task state, or "" for an event without one."""
        async for event in self.results("SendStreamingMessage", message(text)):
            yield state(event)

    async def results(self, method: str, params: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Yield the one result of a call, or all those of a stream."""
        async for body in self._bodies(method, params):
            for line in body.splitlines():
                if line.startswith((b"{", b"data:")):
                    answer: dict[str, Any] = json.loads(line.removeprefix(b"data:"))
                    if "error" in answer:
                        raise CallError(json.dumps(answer["error"]))
                    yield answer["result"]

    async def aclose(self) -> None:
        """Close the connection."""
        if self._streams:
            self._streams[1].close()

    async def _bodies(self, method: str, params: dict[str, Any]) -> AsyncIterator[bytes]:
        """Yield the whole body of an answer, or each of its chunks."""
        if not self._streams:
            streams = asyncio.open_connection(self._host, int(self._port), limit=MEGABYTE)
            self._streams = await streams
        reader, writer = self._streams
        writer.write(self._request(method, params))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise CallError(head.partition(b"\r\n")[0].decode())
        if b"content-length: " in head:
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            yield await reader.readexactly(int(length))
            return
        while size := int(await reader.readuntil(b"\r\n"), 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)

    def _request(self, method: str, params: dict[str, Any]) -> bytes:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        head = [
            "POST / HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            "A2A-Version: 1.0",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*head, "", ""]).encode() + body
