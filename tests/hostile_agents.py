"""Fixtures: two agents that are attacked, one of them with all of its gate."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from agents import free_ports, make, run
from conftest import Render
from hostile import DESCRIPTORS, GROWTH_BYTES, Hostile, attacked, eventually
from hostile_credentials import signed
from hostile_http2 import ATTACKS, attack
from hostile_json import odd_bodies

KEYS = "keys"
# The limits are there, but nobody reaches them.
PLENTY = "1000000/minute"
SETTINGS = {
    "open": {"RATE_LIMIT_PER_ADDRESS": "none"},
    "guarded": {
        "AUTHENTICATION": "jwt api-key",
        "API_KEYS_FILE": KEYS,
        "REQUIRED_SCOPES": "call",
        "RATE_LIMIT_PER_ADDRESS": PLENTY,
        "RATE_LIMIT_PER_CALLER": PLENTY,
        "TRUSTED_PROXIES": "127.0.0.0/8",
    },
}


@dataclass(frozen=True)
class Built:
    """An agent that is set up, and a token that it accepts when it asks for one."""

    folder: Path
    ports: dict[str, int]
    token: str


@pytest.fixture(scope="session")
def built(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One for both, which run one after the other."""
    ports = free_ports("http_port", "grpc_port", "ops_port")
    folder = tmp_path_factory.mktemp("hostile") / "agent"
    shutil.copytree(render("default", **ports), folder)
    make(folder, "setup")
    command = [str(folder / ".venv/bin/python"), "-m", "hello_agent"]
    key = run(folder, *command, "api-key", "somebody").stdout
    (folder / KEYS).write_text(key.splitlines()[-1])
    token = run(folder, *command, "token", "--scopes", "call").stdout
    return Built(folder, ports, token.strip())


@pytest.fixture(scope="session")
def nonsense(built: Built) -> list[str]:
    """Tokens of the issuer that the agent trusts, with claims that are none."""
    return signed(built.folder, f"http://localhost:{built.ports['http_port']}")


@pytest.fixture(scope="session", params=SETTINGS)
def agent(request: pytest.FixtureRequest, built: Built) -> Iterator[Hostile]:
    """One that has already answered what it is going to be asked, so that its memory is warm."""
    settings = SETTINGS[request.param]
    token = built.token if "AUTHENTICATION" in settings else ""
    with attacked(built.folder, built.ports, settings, token=token) as agent:
        for body in odd_bodies().values():
            agent.http.post("/", content=body)
        for data in ATTACKS.values():
            attack(agent.grpc_port, data())
        warm = agent.memory_bytes
        yield agent
        assert agent.memory_bytes < warm + GROWTH_BYTES  # what each test leaves behind adds up


@pytest.fixture
def unharmed(agent: Hostile) -> Iterator[None]:
    """After each test the agent answers, has logged no error, and holds no more than before."""
    log, memory, descriptors = agent.log.stat().st_size, agent.memory_bytes, agent.descriptors
    yield
    assert eventually(lambda: agent.descriptors <= descriptors + DESCRIPTORS)
    assert agent.answers() == ["TASK_NOT_FOUND", "TASK_NOT_FOUND", "NOT_FOUND"]
    assert agent.errors(log) == []
    assert agent.memory_bytes < memory + GROWTH_BYTES
