"""What is particular to gRPC: request ids in metadata, and calls that end before they begin."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from a2a.types import GetTaskRequest, a2a_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ...agents import Agent
from ...callers import says
from ..output import Output

SEND = "/lf.a2a.v1.A2AService/SendMessage"


@pytest.fixture
async def channel(shared_agent: Agent) -> AsyncIterator[grpc.aio.Channel]:
    """Calls the agent by hand."""
    address = f"127.0.0.1:{shared_agent.settings.grpc_port}"
    async with grpc.aio.insecure_channel(address) as channel:
        yield channel


def metadata(request_id: str) -> tuple[tuple[str, str], ...]:
    """Of a call in the current version."""
    return (("a2a-version", "1.0"), ("x-request-id", request_id))


async def test_request_id_comes_back(channel: grpc.aio.Channel, output: Output) -> None:
    """With a good answer, and with a stream."""
    stub = a2a_pb2_grpc.A2AServiceStub(channel)
    answer = stub.SendMessage(says("Ada"), metadata=metadata("good-1"))
    await answer
    stream = stub.SendStreamingMessage(says("Ada"), metadata=metadata("stream-1"))
    async for _ in stream:
        pass
    line = await output.access(http__request__id="good-1")
    await output.access(http__request__id="stream-1")

    assert dict(await answer.trailing_metadata())["x-request-id"] == "good-1"
    assert dict(await stream.trailing_metadata())["x-request-id"] == "stream-1"
    assert (line["rpc.method"], line["rpc.grpc.status_code"]) == (SEND[1:], 0)


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (
            SEND.replace("SendMessage", "GetTask"),
            GetTaskRequest(id="unknown").SerializeToString(),
            {"rpc.grpc.status_code": 5, "a2a.operation": "GetTask"},
        ),
        (SEND, b"\xff", {"rpc.grpc.status_code": 3, "a2a.refusal": "parse"}),
        ("/hunter2/hunter2", b"", {"rpc.grpc.status_code": 12}),
    ],
    ids=["refused", "parse", "unknown-method"],
)
async def test_errors_have_it_as_well(
    channel: grpc.aio.Channel, output: Output, path: str, body: bytes, told: dict[str, Any]
) -> None:
    """And their status passes as it is."""
    send: Any = channel.unary_unary(path)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await send(body, metadata=metadata("error-1"))
    line = await output.access(http__request__id="error-1")

    assert caught.value.code().value[0] == line["rpc.grpc.status_code"]
    assert dict(caught.value.trailing_metadata())["x-request-id"] == "error-1"
    assert (line["log.level"], line["event.outcome"]) == ("info", "failure")
    assert told.items() <= line.items()
    assert "hunter2" not in output.text


@pytest.mark.parametrize("hostile", ["two words", "x" * 129, ""])
async def test_hostile_request_ids_are_replaced(channel: grpc.aio.Channel, hostile: str) -> None:
    """gRPC lets through what a line should not hold."""
    stub = a2a_pb2_grpc.A2AServiceStub(channel)
    call = stub.SendMessage(says("Ada"), metadata=metadata(hostile))
    await call

    assert len(dict(await call.trailing_metadata())["x-request-id"]) == 32


async def test_message_beyond_the_limit(channel: grpc.aio.Channel, output: Output) -> None:
    """gRPC answers by itself; to the agent it looks like a call without a message."""
    send: Any = channel.unary_unary(SEND)
    request_id = uuid4().hex
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await send(b"x" * 9_000_000, metadata=metadata(request_id))
    line = await output.access(http__request__id=request_id)

    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert line["event.outcome"] == "failure"


async def test_health_is_no_news(channel: grpc.aio.Channel, output: Output) -> None:
    """Probes come every few seconds."""
    stub: Any = health_pb2_grpc.HealthStub(channel)
    await stub.Check(health_pb2.HealthCheckRequest())

    assert output.text == ""
