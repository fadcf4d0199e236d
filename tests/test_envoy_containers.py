"""Three replicas in containers, found by their name, share one Postgres behind Envoy."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from agents import free_ports, make
from conftest import Render
from docker_lab import Provide, docker
from envoy_calls import message
from envoy_images import provide_replica_images
from test_containers import PROBE, Stack, eventually

pytestmark = pytest.mark.lab
pytest_plugins = ["docker_fixtures"]

CALLS = 12


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    """What is published on this machine."""
    names = ("HTTP", "GRPC", "ENVOY_HTTP", "ENVOY_GRPC", "POSTGRES", "PROMETHEUS", "ALERTMANAGER")
    return free_ports(*(f"{name}_PORT" for name in names))


@pytest.fixture(scope="module")
def stack(
    provide: Provide,
    render: Render,
    tmp_path_factory: pytest.TempPathFactory,
    ports: dict[str, int],
) -> Iterator[Stack]:
    """The agent after `make up PROFILES="envoy redis"`, with a limit that callers share."""
    rendered = render(task_store="postgres", agent_name="Many Agent")
    agent = Path(shutil.copytree(rendered, tmp_path_factory.mktemp("stack") / "agent"))
    (agent / ".env").write_text("A2A_RATE_LIMIT_PER_ADDRESS=10000/hour\n")
    with pytest.MonkeyPatch.context() as patch:
        for name, port in ports.items():
            patch.setenv(name, str(port))
        stack = Stack(agent, ports)
        provide(agent)
        provide_replica_images(agent)
        down = ("--profile", "*", "down", "--volumes")
        stack.compose(*down)  # what an interrupted run has left
        try:
            make(agent, "up", "PROFILES=envoy redis")
            yield stack
        finally:
            stack.compose(*down)


def test_everything_is_healthy(stack: Stack) -> None:
    """`make up` waits until each of them is well, and until the schema is up to date."""
    states = stack.compose("ps", "--format", "{{.Service}} {{.Health}}").splitlines()

    assert sorted(states) == [
        "agent healthy",
        "alertmanager healthy",
        "alerts healthy",
        "envoy healthy",
        "postgres healthy",
        "prometheus healthy",
        "redis healthy",
        *["replica healthy"] * 3,
    ]


def test_replicas_share_tasks(stack: Stack, ports: dict[str, int]) -> None:
    """A task of the agent is read through Envoy, wherever that goes; the card names Envoy."""
    answer = stack.ask("HTTP_PORT", "/v1/message:send", {"message": message("Ada")})
    path = f"/v1/tasks/{answer['task']['id']}"
    read = [stack.ask("ENVOY_HTTP_PORT", path)["id"] for _ in range(CALLS)]
    card = stack.ask("ENVOY_HTTP_PORT", "/.well-known/agent-card.json")

    def replicas() -> list[str]:
        log = stack.compose("logs", "--no-log-prefix", "envoy").splitlines()
        lines = [json.loads(line[line.index("{") :]) for line in log if path in line]
        return [line["envoy.replica"] for line in lines] if len(lines) == CALLS else []

    read_by = eventually(replicas)  # Envoy writes its log every ten seconds

    assert read == [answer["task"]["id"]] * CALLS
    assert len(set(read_by)) == 3
    assert str(ports["ENVOY_HTTP_PORT"]) in card["supportedInterfaces"][0]["url"]


def test_replicas_share_their_limits(stack: Stack) -> None:
    """What the agent and its replicas count is in Redis, which nothing else can reach."""
    stack.ask("HTTP_PORT", "/v1/tasks")
    stack.ask("ENVOY_HTTP_PORT", "/v1/tasks")
    counted = stack.compose("exec", "redis", "redis-cli", "--scan").split()
    knocks = "import socket; socket.create_connection(('redis', 6379))"
    foreigner = stack.compose(
        "exec", "alerts", "python", "-c", f"try: {knocks}\nexcept OSError: print('no')"
    )

    assert counted != []
    assert foreigner == "no\n"


@pytest.mark.parametrize(("service", "user"), [("replica", 10001), ("envoy", 101)])
def test_containers_are_confined(stack: Stack, service: str, user: int) -> None:
    """A program in them is nobody, can become nobody else, and changes nothing."""
    said = json.loads(stack.compose("exec", service, "python3", "-c", PROBE))

    assert (said["user"], said["capabilities"], said["no_new_privileges"]) == (user, 0, 1)
    assert said["writes"] == []


def test_killed_replica_is_not_noticed(stack: Stack, ports: dict[str, int]) -> None:
    """Readers get their answers from the two that are left."""
    [killed, *_] = stack.compose("ps", "--quiet", "replica").split()
    docker("kill", killed)
    url = f"http://127.0.0.1:{ports['ENVOY_HTTP_PORT']}/v1/tasks"
    request = Request(url, headers={"A2A-Version": "1.0"})
    statuses: list[Any] = []
    for _ in range(CALLS):
        with urlopen(request) as answer:
            statuses.append(answer.status)

    assert statuses == [200] * CALLS
