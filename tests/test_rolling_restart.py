"""All replicas are restarted, one after the other, and no caller has a call that fails."""

import asyncio
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from agents import fresh_environment
from envoy_replicas import Lab, ReplicatedAgent, balanced
from postgres_server import PostgresServer
from rolling_load import BINDINGS, Load, load

pytestmark = pytest.mark.lab
pytest_plugins = ["envoy_fixtures"]

ROUNDS = 2
PLANTED_ROUNDS = 5  # a call has to come in a fifth of a second
ENTRY_WORD = "entry-word"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def database(replicated_agent: ReplicatedAgent) -> Iterator[Mapping[str, str]]:
    """Settings of a Postgres whose schema is up to date."""
    with PostgresServer(password=ENTRY_WORD) as server:
        settings = {
            "DATABASE_URL": server.create_database("tasks"),
            "DATABASE_PASSWORD": ENTRY_WORD,
            "ENCRYPTION_KEYS": KEY,
            "REPLICAS": "3",
        }
        subprocess.run(
            [replicated_agent.folder / ".venv/bin/python", "-m", "hello_agent", "db", "upgrade"],
            env=fresh_environment() | {f"A2A_{name}": text for name, text in settings.items()},
            cwd=replicated_agent.folder.parent,
            check=True,
        )
        yield settings


def delays(agent: Path) -> dict[str, str]:
    """The settings of compose.yaml that have to do with stopping."""
    services: dict[str, Any] = yaml.safe_load((agent / "compose.yaml").read_text())["services"]
    delay = services["replica"]["environment"]["A2A_DRAIN_DELAY_SECONDS"]
    return {"DRAIN_DELAY_SECONDS": str(delay)}


async def restart_all(lab: Lab, *, rounds: int, until_one_fails: bool = False) -> Load:
    """Restart each replica under load."""
    async with load(lab.balancer.http("")) as calls:
        for replica in lab.replicas * rounds:
            if until_one_fails and calls.failures:
                break
            await asyncio.to_thread(replica.restart)
            await asyncio.to_thread(lab.balancer.knows, *lab.addresses)
    return calls


def test_no_call_fails(
    replicated_agent: ReplicatedAgent,
    database: Mapping[str, str],
    tmp_path: Path,
) -> None:
    """Messages, streams that are longer than it takes to stop, follow-ups, and reads."""
    settings = {**database, **delays(replicated_agent.folder)}
    with balanced(replicated_agent, tmp_path, settings=settings) as lab:
        calls = asyncio.run(restart_all(lab, rounds=ROUNDS))
        said = lab.journal.read_text()
    print(calls)

    assert calls.failures == []
    assert {what.partition(" ")[0] for what in calls.answered} == set(BINDINGS)
    assert min(calls.answered.values()) >= ROUNDS
    assert all(address in said for address in lab.addresses)


@pytest.mark.parametrize("haste", ["GRACE_SECONDS", "DRAIN_DELAY_SECONDS"])
def test_planted_haste_is_seen(
    replicated_agent: ReplicatedAgent,
    database: Mapping[str, str],
    tmp_path: Path,
    haste: str,
) -> None:
    """The check above finds calls that fail when turns, or Envoy, are given no time."""
    settings = {**database, **delays(replicated_agent.folder), haste: "0"}
    with balanced(replicated_agent, tmp_path, settings=settings) as lab:
        calls = asyncio.run(restart_all(lab, rounds=PLANTED_ROUNDS, until_one_fails=True))
    print(calls)

    assert calls.failures != []
