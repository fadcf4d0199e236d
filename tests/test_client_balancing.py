"""gRPC callers that know all replicas need nothing in front of them."""

import ast
import json
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from a2a.types import a2a_pb2_grpc
from conftest import Render
from envoy_calls import request
from envoy_replicas import Lab, ReplicatedAgent, balanced
from monitoring import wait_until
from test_docs import blocks

pytestmark = pytest.mark.lab
pytest_plugins = ["envoy_fixtures"]

METADATA = [("a2a-version", "1.0")]
SOON = 100  # milliseconds
CALLERS = 8


@pytest.fixture(scope="module")
def policy(render: Render) -> dict[str, Any]:
    """What the agent's documentation tells callers to set."""
    page = (render(task_store="postgres") / "docs/replicas.md").read_text()
    [shown] = [block for block in blocks(page, "python") if block.startswith("POLICY = ")]
    policy: dict[str, Any] = ast.literal_eval(shown.partition(" = ")[2].partition("channel")[0])
    return policy


@pytest.fixture
def replicas(replicated_agent: ReplicatedAgent, tmp_path: Path) -> Iterator[Lab]:
    """Those that ask their callers to connect anew every other second."""
    settings = {"GRPC_MAX_CONNECTION_AGE_SECONDS": "2", "DRAIN_DELAY_SECONDS": "2"}
    with balanced(replicated_agent, tmp_path, settings=settings) as lab:
        yield lab


@contextmanager
def calling(target: str, policy: dict[str, Any]) -> Iterator[Any]:
    """A function that sends a message, and returns which replica has answered, or the error."""
    options = [
        ("grpc.service_config", json.dumps(policy)),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.dns_min_time_between_resolutions_ms", SOON),  # else 30 seconds
    ]
    with grpc.insecure_channel(target, options) as channel:
        service = a2a_pb2_grpc.A2AServiceStub(channel)

        def call() -> str:
            try:
                answer = service.SendMessage(request("Ada"), metadata=METADATA)
            except grpc.RpcError as error:
                return f"failed: {error.code().name}"
            return "".join(part.text for part in answer.task.artifacts[0].parts)

        yield call


def listed(lab: Lab) -> str:
    """All addresses, as a target of gRPC."""
    port = lab.replicas[0].agent.ports["grpc_port"]
    return "ipv4:" + ",".join(f"{address}:{port}" for address in lab.addresses)


def while_it_stops(lab: Lab, policy: dict[str, Any]) -> Counter[str]:
    """What callers hear while one of three replicas stops in good order."""
    stopping = lab.replicas[0]
    with calling(listed(lab), policy) as call, ThreadPoolExecutor(CALLERS) as callers:
        wait_until(lambda: call() == stopping.address, "It gets no calls")

        def go_on() -> Counter[str]:
            heard = Counter[str]()
            while stopping.alive:
                heard[call()] += 1
            return heard

        calls = [callers.submit(go_on) for _ in range(CALLERS)]
        stopping.tell(signal.SIGTERM)
        heard = sum((each.result() for each in calls), Counter[str]())
        heard.update(call() for _ in range(30))
    return heard


def test_no_call_fails_while_a_replica_stops(replicas: Lab, policy: dict[str, Any]) -> None:
    """Callers that watch the health of each replica turn to others before it refuses calls."""
    heard = while_it_stops(replicas, policy)

    assert set(heard) - {replicas.addresses[0]} == set(replicas.addresses[1:])
    assert sum(heard.values()) > 30


def test_planted_blindness_is_seen(replicas: Lab, policy: dict[str, Any]) -> None:
    """Those that do not watch have calls that fail."""
    blind = {name: value for name, value in policy.items() if name != "healthCheckConfig"}
    heard = while_it_stops(replicas, blind)

    assert heard["failed: UNAVAILABLE"] > 0


def test_new_replicas_get_their_share(replicas: Lab, policy: dict[str, Any]) -> None:
    """A caller asks the name server again when a connection has reached its age."""
    names, port = replicas.balancer.names, replicas.replicas[0].agent.ports["grpc_port"]
    names.addresses = replicas.addresses[:1]
    with calling(f"dns://127.0.0.1:{names.port}/replica:{port}", policy) as call:
        before = {call() for _ in range(10)}
        names.addresses = replicas.addresses
        wait_until(
            lambda: {call() for _ in range(30)} == set(replicas.addresses), "They get no calls"
        )

    assert before == set(replicas.addresses[:1])
