"""The image is built and the stack comes up, with stand-ins for the images of registries."""

import json
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from agents import free_ports, make
from conftest import Render
from docker_lab import DATA, Provide, docker

pytestmark = pytest.mark.lab
pytest_plugins = ["docker_fixtures"]

PATIENCE_SECONDS = 60.0
# Says what a program inside the agent's container may do.
PROBE = """
import json, os
from pathlib import Path
def writes(folder):
    try:
        return Path(folder, "probe").write_text("") == 0
    except OSError:
        return False
status = dict(line.split(":\\t") for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps({
    "user": os.getuid(),
    "capabilities": int(status["CapBnd"], 16),
    "no_new_privileges": int(status["NoNewPrivs"]),
    "writes": [folder for folder in ("/", "/app", "/data", "/etc") if writes(folder)],
}))
"""


class Stack:
    """A rendered agent whose containers run."""

    def __init__(self, agent: Path, ports: dict[str, int]) -> None:
        self.agent = agent
        self._ports = ports

    def compose(self, *arguments: str) -> str:
        """Run `docker compose` in the agent's folder."""
        return docker("compose", "--project-directory", str(self.agent), *arguments)

    def ask(self, port: str, path: str, body: Any = None) -> Any:
        """Call a published port; both sides speak JSON."""
        url = f"http://127.0.0.1:{self._ports[port]}{path}"
        headers = {"A2A-Version": "1.0", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        with urlopen(Request(url, data, headers)) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def stack(
    provide: Provide, render: Render, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The default agent after `make up`, without what has no stand-in."""
    agent = Path(shutil.copytree(render(), tmp_path_factory.mktemp("stack") / "agent"))
    ports = free_ports("HTTP_PORT", "GRPC_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT")
    with pytest.MonkeyPatch.context() as patch:
        for name, port in ports.items():
            patch.setenv(name, str(port))
        stack = Stack(agent, ports)
        provide(agent)
        stack.compose("down", "--volumes")  # what an interrupted run has left
        try:
            assert f"http://localhost:{ports['HTTP_PORT']}" in make(agent, "up", "PROFILES=")
            yield stack
        finally:
            stack.compose("down", "--volumes")


def eventually(ask: Callable[[], Any]) -> Any:
    """Ask again until the answer is not empty; return the last one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return answer


def test_agent_answers(stack: Stack) -> None:
    """A caller on this machine finds the card at the published port, and is answered."""
    message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": "hello"}]}
    call = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}}
    card = stack.ask("HTTP_PORT", "/.well-known/agent-card.json")
    answer = stack.ask("HTTP_PORT", "/", call)

    assert card["supportedInterfaces"][0]["url"].startswith("http://localhost:")
    assert "What is your name?" in json.dumps(answer)


def test_everything_is_healthy(stack: Stack) -> None:
    """`make up` waits until each of them is well."""
    states = stack.compose("ps", "--format", "{{.Service}} {{.Health}}").splitlines()

    assert sorted(states) == [
        "agent healthy",
        "alertmanager healthy",
        "alerts healthy",
        "prometheus healthy",
    ]


def test_agent_is_confined(stack: Stack) -> None:
    """A program in the container is nobody, can become nobody else, and changes nothing."""
    said = json.loads(stack.compose("exec", "agent", "python", "-c", PROBE))

    assert said == {
        "user": 10001,
        "capabilities": 0,
        "no_new_privileges": 1,
        "writes": ["/data"],
    }


def test_prometheus_scrapes_the_agent(stack: Stack) -> None:
    """The agent is a target that is up, under its own name."""
    path = "/api/v1/query?query=up{job=%22hello-agent%22}==1"
    found = eventually(lambda: stack.ask("PROMETHEUS_PORT", path)["data"]["result"])

    assert [one["metric"]["instance"] for one in found] == ["agent:9464"]


def test_alerts_arrive(stack: Stack) -> None:
    """Whoever looks at the receiver sees what Alertmanager was told."""
    alert = ["alertname=Rehearsal", "severity=page", "--annotation=summary=This is a rehearsal"]
    server = "--alertmanager.url=http://127.0.0.1:9093"
    stack.compose("exec", "alertmanager", "amtool", "alert", "add", *alert, server)
    seen = eventually(lambda: "This is a rehearsal" in stack.compose("logs", "alerts"))

    assert seen


def test_log_collectors_find_their_fields(stack: Stack) -> None:
    """Where they look is the agent's log and nothing else, and it has what they sort by."""
    collectors = [
        stack.agent / "deploy" / name for name in ("loki/config.alloy", "elk/filebeat.yaml")
    ]
    texts = [path.read_text() for path in collectors]
    pattern = "/var/lib/docker/containers/*/*-json.log"
    [log] = (DATA / "containers").glob("*/*-json.log")
    lines = [json.loads(json.loads(line)["log"]) for line in log.read_text().splitlines()]
    wanted = set(re.findall(r'"\\"(\S+)\\""', texts[0]))

    assert all(pattern in text for text in texts)
    assert "service.name" in wanted
    assert all("service.name" in line for line in lines)
    assert wanted - {name for line in lines for name in line} == set()


def test_stop_is_orderly(stack: Stack) -> None:
    """The agent hears of the stop and ends by itself."""
    stack.compose("stop", "agent")
    name = stack.compose("ps", "--all", "--quiet", "agent").strip()

    assert docker("inspect", "--format={{.State.ExitCode}}", name) == "0\n"


def test_nothing_stays_behind(stack: Stack) -> None:
    """`make down` ends all containers and keeps the data; Compose takes that away too."""
    project = "label=com.docker.compose.project=hello-agent"
    make(stack.agent, "down")
    kept = docker("volume", "ls", "--quiet", "--filter", project).split()
    stack.compose("down", "--volumes")
    left = [
        docker(*kind.split(), "--quiet", "--filter", project)
        for kind in ("ps --all", "network ls", "volume ls")
    ]

    assert "hello-agent_data" in kept
    assert left == ["", "", ""]
