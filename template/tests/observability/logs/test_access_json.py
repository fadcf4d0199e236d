"""Requests of JSON-RPC and REST that never become a call."""

import asyncio

import pytest

from ...agents import Agent
from ...callers import http_client
from ..output import Output


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/", b"{", (200, "parse")),
        ("/v1/message:send", b"{", (400, "parse")),
        ("/", b"x" * 9_000_000, (413, "size")),
        ("/v1/message:send", b"x" * 9_000_000, (413, "size")),
        ("/", b'{"jsonrpc": "2.0", "id": 1, "method": "MyOwn"}', (200, "parse")),
    ],
    ids=["rpc-parse", "rest-parse", "rpc-size", "rest-size", "rpc-method"],
)
async def test_refusals_before_there_is_a_call(
    shared_agent: Agent, output: Output, path: str, body: bytes, told: tuple[int, str]
) -> None:
    """One line, which says why, and is nothing to warn of; the answer has the request's id."""
    headers = {"x-request-id": "refused-1", "A2A-Version": "1.0"}
    async with http_client(base_url=shared_agent.address) as http:
        answer = await http.post(path, content=body, headers=headers)
    line = await output.access(http__request__id="refused-1")

    assert answer.headers["x-request-id"] == "refused-1"
    assert answer.status_code == told[0]
    assert (line["http.response.status_code"], line["a2a.refusal"]) == told
    assert (line["log.level"], line["event.outcome"]) == ("info", "failure")
    assert line["http.route"] == path


@pytest.mark.parametrize("tenant", ["", "/acme"])
async def test_ids_in_the_path_are_not_told(
    shared_agent: Agent, output: Output, tenant: str
) -> None:
    """The route is, with the names of what stands in it."""
    headers = {"x-request-id": "path-1", "A2A-Version": "1.0"}
    async with http_client(base_url=shared_agent.address) as http:
        await http.get(f"/v1{tenant}/tasks/my-own-words?x=my-own-words", headers=headers)
    line = await output.access(http__request__id="path-1")

    assert line["http.route"] == ("/v1/{tenant}/tasks/{id}" if tenant else "/v1/tasks/{id}")
    assert "my-own-words" not in output.text
    assert "acme" not in output.text


async def test_event_stream_has_the_id(shared_agent: Agent, output: Output) -> None:
    """In its headers, which come before its first event."""
    message = {"messageId": "stream-1", "role": "ROLE_USER", "parts": [{"text": "Ada"}]}
    headers = {"x-request-id": "stream-1", "A2A-Version": "1.0"}
    async with (
        http_client(base_url=shared_agent.address) as http,
        http.stream("POST", "/v1/message:stream", json={"message": message}, headers=headers) as it,
    ):
        begun = output.lines(event__action="request")
        await it.aread()
    await output.access(http__request__id="stream-1")

    assert it.headers["x-request-id"] == "stream-1"
    assert begun == []


@pytest.mark.parametrize("path", ["/", "/v1/message:send"])
async def test_caller_that_hangs_up_in_its_own_words(
    shared_agent: Agent, output: Output, path: str
) -> None:
    """Nobody is left to answer, and nobody here is to blame."""
    port = shared_agent.settings.http_port
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: agent\r\nx-request-id: half-1\r\ncontent-length: 99\r\n\r\n"
    )
    writer.write(head.encode() + b"{")
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    line = await output.access(http__request__id="half-1")

    assert (line["event.outcome"], line["log.level"]) == ("unknown", "info")
    assert output.lines(log__level="error") == []
