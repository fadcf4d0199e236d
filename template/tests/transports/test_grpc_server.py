"""What gRPC offers besides A2A, seen by a client that knows nothing of Python."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest
from a2a.types import Part, a2a_pb2_grpc

from ..agents import Agent, running
from ..callers import says

BUF = [str(Path(sys.executable).with_name("buf")), "curl"]
HOW = ["--protocol", "grpc", "--http2-prior-knowledge", "--reflect"]
SERVICE = "lf.a2a.v1.A2AService"
HEALTH = "/grpc.health.v1.Health/Check"


class Answer(NamedTuple):
    """What buf has printed."""

    output: str
    log: str


async def buf_curl(agent: Agent, *arguments: str, path: str = "") -> Answer:
    """Call the agent with buf, which learns everything by reflection."""
    url = f"http://localhost:{agent.settings.grpc_port}{path}"
    process = await asyncio.create_subprocess_exec(
        *[*BUF, *HOW, *arguments, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output, log = await process.communicate()
    return Answer(output.decode(), log.decode())


async def test_tools_find_their_way_by_reflection(shared_agent: Agent) -> None:
    """Services, methods and messages need no file."""
    methods = (await buf_curl(shared_agent, "--list-methods")).output.split()
    version = ("-H", "a2a-version: 1.0")
    tasks = await buf_curl(shared_agent, *version, "-d", "{}", path=f"/{SERVICE}/ListTasks")

    assert f"{SERVICE}/SendMessage" in methods
    assert "grpc.health.v1.Health/Check" in methods
    assert '"pageSize": 50' in tasks.output


@pytest.mark.parametrize("request_", ["{}", f'{{"service": "{SERVICE}"}}'])
async def test_health_is_asked_in_the_usual_way(shared_agent: Agent, request_: str) -> None:
    """For the whole server and for its service."""
    answer = await buf_curl(shared_agent, "-d", request_, path=HEALTH)

    assert '"SERVING"' in answer.output


async def test_reflection_can_be_switched_off() -> None:
    """Then nobody learns what there is to call."""
    async with running(grpc_reflection=False) as agent:
        answer = await buf_curl(agent, "--list-methods")

    assert not answer.output
    assert "unimplemented" in answer.log


@pytest.mark.parametrize("compression", ["none", "gzip"])
async def test_responses_are_compressed_by_setting(compression: str) -> None:
    """For callers that accept it."""
    async with running(grpc_compression=compression) as agent:
        health = await buf_curl(agent, "-v", path=HEALTH)

    assert ("Grpc-Encoding: gzip" in health.log) == (compression == "gzip")


async def test_a_second_server_does_not_share_the_port() -> None:
    """Otherwise every other call would end up in the wrong process."""
    async with running() as agent:
        with pytest.raises(Exception, match=f"Port {agent.settings.grpc_port} cannot be opened"):
            async with running(grpc_port=agent.settings.grpc_port):
                pass


async def test_large_requests_are_refused() -> None:
    """The limit is the same as over HTTP; the code is that of gRPC."""
    async with running(max_body_bytes=10_000) as agent:
        request = says("Ada")
        request.message.parts.append(Part(text="x" * 10_000))
        async with grpc.aio.insecure_channel(agent.settings.grpc_address) as channel:
            stub = a2a_pb2_grpc.A2AServiceStub(channel)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.SendMessage(request, metadata=(("a2a-version", "1.0"),))

    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
