"""What gRPC reads of a call, and when."""

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ..agents import Agent, running
from ..guarded import guarded

SEND = "/lf.a2a.v1.A2AService/SendMessage"


async def never() -> Any:
    """The messages of a caller who has begun a call and sends none."""
    await asyncio.Event().wait()
    yield b""


async def begin(agent: Agent, method: str = SEND) -> grpc.aio.AioRpcError:
    """How a call ends whose message does not come."""
    async with grpc.aio.insecure_channel(agent.settings.grpc_address) as channel:
        call: Any = channel.stream_stream(method)(never(), timeout=20)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call.read()
    return refused.value


async def test_callers_are_asked_before_their_message_is_read() -> None:
    """Else anybody could fill the memory with large messages that are almost complete."""
    async with guarded() as known:
        error = await begin(known.agent)

    assert error.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_messages_to_nobody_are_not_read(shared_agent: Agent) -> None:
    """A method that does not exist has no use for one."""
    error = await begin(shared_agent, "/no.such.Service/Method")

    assert error.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_nobody_waits_for_a_message_for_ever() -> None:
    """Callers that the agent knows get the time that they get for the next piece of anything."""
    async with running(idle_timeout_seconds=2) as agent:
        error = await begin(agent)

    assert error.details() == "The message did not come."


async def test_health_is_for_everybody_but_not_for_everything(shared_agent: Agent) -> None:
    """Names of services are short."""
    async with grpc.aio.insecure_channel(shared_agent.settings.grpc_address) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await health.Watch(health_pb2.HealthCheckRequest(service="x" * 2000)).read()

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_health_counts_as_a_call_of_its_address() -> None:
    """A flood of probes is one as well."""
    codes = set()
    async with (
        running(rate_limit_per_address="3/hour") as agent,
        grpc.aio.insecure_channel(agent.settings.grpc_address) as channel,
    ):
        health: Any = health_pb2_grpc.HealthStub(channel)
        for _ in range(5):
            try:
                await health.Check(health_pb2.HealthCheckRequest())
            except grpc.aio.AioRpcError as error:
                codes.add(error.code())

    assert codes == {grpc.StatusCode.RESOURCE_EXHAUSTED}
