"""Replicas of one agent share what their callers may do, through a Redis that comes and goes."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from agents import free_ports, fresh_environment, make, wait_until_ready
from conftest import Render
from monitoring import wait_until
from programs import said, tool

pytestmark = pytest.mark.lab

CALLS = 30  # an hour, so that none comes back while they are counted
TRIES = 5
ENTRY_WORD = "redis-has-a-password"

# Runs in the agent's own environment: its bindings, as its own tests call them.
FLOOD = """
import asyncio, sys
from a2a.types import GetTaskRequest
from tests.conftest import CALLERS
from tests.callers import card_of

async def flood(calls, pause_seconds, caller_address, *agents):
    counts = dict(taken=0, refused=0, other=0)
    headers = {"x-forwarded-for": caller_address}
    for agent in agents:
        card = await card_of(agent)
        for kind in CALLERS.values():
            async with kind(card, headers) as caller:
                for _ in range(int(calls)):
                    refusal = await caller.refusal("GetTask", GetTaskRequest(id="none"))
                    found = {"TASK_NOT_FOUND": "taken", "RESOURCE_EXHAUSTED": "refused"}
                    counts[found.get(refusal.reason, "other")] += 1
                    await asyncio.sleep(float(pause_seconds))
    print(*counts.values())

asyncio.run(flood(*sys.argv[1:]))
"""


@contextmanager
def redis(folder: Path, port: int) -> Iterator[None]:
    """Run one that keeps nothing, and kill it without a warning."""
    options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    command = [tool("redis-server"), *options, "--requirepass", ENTRY_WORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        client = [tool("redis-cli"), "-p", str(port), "-a", ENTRY_WORD]
        wait_until(lambda: "PONG" in said(*client, "ping")[1], "Redis is not ready")
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def replica(agent: Path, log: Path, redis_port: int) -> Iterator[str]:
    """Run one more of the agent; the value is its address."""
    ports = free_ports("HTTP_PORT", "GRPC_PORT", "OPS_PORT")
    chosen = {
        "DATABASE_URL": "memory://",
        "REDIS_URL": f"redis://:{ENTRY_WORD}@127.0.0.1:{redis_port}/0",
        "RATE_LIMIT_PER_ADDRESS": f"{CALLS}/hour",
        "TRUSTED_PROXIES": "127.0.0.0/8 ::1",
        "LOG_FORMAT": "json",
        "GRACE_SECONDS": "0",
        **{name: str(port) for name, port in ports.items()},
    }
    settings = {f"A2A_{name}": value for name, value in chosen.items()}
    with log.open("w") as file:
        process = subprocess.Popen(
            [agent / ".venv/bin/python", "-m", "hello_agent"],
            cwd=agent,
            env=fresh_environment() | settings,
            stderr=file,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{ports['OPS_PORT']}/readyz", process)
            yield f"http://localhost:{ports['HTTP_PORT']}"
        finally:
            process.terminate()
            process.wait()


def flood(
    agent: Path, caller_address: str, *replicas: str, pause_seconds: float = 0
) -> subprocess.Popen[str]:
    """Begin to call each replica, over each binding, as often as one caller may in all."""
    told = [str(CALLS), str(pause_seconds), caller_address, *replicas]
    return subprocess.Popen(
        [agent / ".venv/bin/python", "-c", FLOOD, *told],
        cwd=agent,
        env=fresh_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


def counted(flooding: subprocess.Popen[str]) -> tuple[int, int, int]:
    """Wait for its end; return how many calls were taken, how many refused, and all others."""
    counts, _ = flooding.communicate(timeout=180)
    taken, refused, other = map(int, counts.split())
    return taken, refused, other


def counted_together(
    agent: Path, logs: list[Path], network: str, *replicas: str
) -> tuple[int, int, int]:
    """The same for a flood during which no replica has missed Redis, each time from elsewhere.

    An answer that takes longer than a replica waits for makes it count by itself for a while.
    """
    for number in range(TRIES):
        wait_until(lambda: _shared(logs), "The limits are not shared")
        lost = _losses(logs)
        counts = counted(flood(agent, f"{network}.{number}", *replicas))
        if _losses(logs) == lost:
            return counts
    pytest.fail(f"Redis was missed in each of {TRIES} floods.", pytrace=False)


@pytest.fixture
def agent(render: Render, tmp_path: Path) -> Path:
    """An agent that is set up."""
    agent = Path(shutil.copytree(render("default"), tmp_path / "agent"))
    make(agent, "setup")
    return agent


def test_replicas_share_one_budget_through_a_redis_that_is_killed(
    agent: Path, tmp_path: Path
) -> None:
    """No call fails while it is away; before and afterwards, two replicas take what one may."""
    port = free_ports("redis")["redis"]
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with (
        replica(agent, logs[0], port) as one,
        replica(agent, logs[1], port) as two,
    ):
        with redis(tmp_path, port):
            before = counted_together(agent, logs, "192.0.2", one, two)
            away = flood(agent, "198.51.100.1", one, two, pause_seconds=0.02)
            time.sleep(1)
        while_away = counted(away)
        with redis(tmp_path, port):
            after = counted_together(agent, logs, "203.0.113", one, two)

    for taken, _, other in (before, after):
        assert (taken <= CALLS, taken > CALLS / 2, other) == (True, True, 0)
    assert while_away[0] > 0
    assert while_away[2] == 0
    assert all("shared_limits_lost" in log.read_text() for log in logs)
    assert not any(ENTRY_WORD in log.read_text() for log in logs)


def _shared(logs: list[Path]) -> bool:
    return _losses(logs) == [log.read_text().count("shared_limits_restored") for log in logs]


def _losses(logs: list[Path]) -> list[int]:
    return [log.read_text().count("shared_limits_lost") for log in logs]
