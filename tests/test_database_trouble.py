"""A database that is down, frozen, slow, full or crowded: callers hear of it, nothing is lost."""

import asyncio
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from agents import make
from conftest import Render
from history_clients import WIRES
from postgres_server import PostgresServer
from troubled_agent import DATABASE_TIMEOUT_SECONDS, TroubledAgent
from troubled_callers import Answer, Callers
from troubled_places import fill, passing, small_disk

pytestmark = pytest.mark.lab

OUTAGE_SECONDS = 20
LONG_OUTAGE_SECONDS = 60
# Statements are answered in time, but it takes several answers to make a connection.
DELAY_SECONDS = 0.75 * DATABASE_TIMEOUT_SECONDS
CALLERS = 3  # of each transport
# On a busy machine everything takes longer; what hangs takes for ever.
BOUND_SECONDS = 5 * DATABASE_TIMEOUT_SECONDS
SOON_SECONDS = 2.0
MAX_LINES = 50
COME_BACK = re.compile(r"^UnavailableError: .*try again in \d+ seconds", re.DOTALL)
CROWD = """
ALTER ROLE lab CONNECTION LIMIT 0;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lab'
"""


@dataclass(frozen=True)
class Trouble:
    """A database, and what happens to it."""

    url: str
    begin: Callable[[], object]
    end: Callable[[], object]
    seconds: int = OUTAGE_SECONDS


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent that can be started."""
    folder = tmp_path_factory.mktemp("troubled") / "agent"
    agent = Path(shutil.copytree(render("default"), folder))
    make(agent, "setup")
    return agent


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small one."""
    with small_disk("160m") as folder:
        yield folder


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One with a role that is no superuser."""
    with PostgresServer() as server:
        server.query("CREATE ROLE lab LOGIN")
        server.query("CREATE DATABASE lab OWNER lab")
        yield server


def url_of(server: PostgresServer) -> str:
    """The address that the agent gets."""
    return str(server.url_of("lab")).replace("//postgres@", "//lab@")


@pytest.fixture
def killed(server: PostgresServer) -> Trouble:
    """It is gone, and comes back."""
    return Trouble(url_of(server), server.kill, server.start, LONG_OUTAGE_SECONDS)


@pytest.fixture
def frozen(server: PostgresServer) -> Trouble:
    """It keeps its connections, and says nothing."""
    return Trouble(url_of(server), server.freeze, server.thaw)


@pytest.fixture
def slow(server: PostgresServer) -> Iterator[Trouble]:
    """It does everything, but says so late."""
    with passing(server.port) as proxy:
        url = url_of(server).replace(f":{server.port}/", f":{proxy.port}/")
        yield Trouble(url, lambda: proxy.delay(DELAY_SECONDS), proxy.heal)


@pytest.fixture
def crowded(server: PostgresServer) -> Trouble:
    """It admits nobody more."""

    def end() -> None:
        server.query("ALTER ROLE lab CONNECTION LIMIT -1")

    return Trouble(url_of(server), lambda: server.query(CROWD), end)


@pytest.fixture
def full(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trouble]:
    """It has no room for another page."""
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    with PostgresServer(max_wal_size="48MB", min_wal_size="32MB") as server:
        server.query("CREATE ROLE lab LOGIN")
        server.query("CREATE DATABASE lab OWNER lab")

        def end() -> None:
            (disk / "ballast").unlink()
            server.start()  # it may have ended itself

        yield Trouble(url_of(server), lambda: fill(disk), end)


@pytest.fixture
def full_file(disk: Path) -> Trouble:
    """SQLite's turn."""
    return Trouble(f"sqlite:///{disk}/tasks.db", lambda: fill(disk), (disk / "ballast").unlink)


def test_down_at_start(agent: Path, server: PostgresServer, tmp_path: Path) -> None:
    """The agent lives and is not ready; it needs nobody once the database is there."""
    TroubledAgent(agent, url_of(server), tmp_path / "log").run("db", "upgrade")
    server.stop()
    with TroubledAgent(agent, url_of(server), tmp_path / "log") as waiting:
        meanwhile = asyncio.run(waited(waiting, server))
        warnings = [line for line in waiting.said if "Waiting for the database" in line]

    assert meanwhile == [503, 200]
    assert len(warnings) == 1


async def waited(agent: TroubledAgent, server: PostgresServer) -> list[int]:
    """Return what the probes said before the database was there."""
    await agent.until_ready(503)
    await asyncio.sleep(3)
    meanwhile = [await agent.probe(path) for path in ("/readyz", "/livez")]
    server.start()
    await agent.until_ready()
    callers = Callers(agent)
    with callers.calling(1):
        await callers.until_acknowledged(3)
    return meanwhile


@pytest.mark.parametrize("kind", ["killed", "frozen", "slow", "crowded", "full", "full_file"])
def test_outage_under_load(
    request: pytest.FixtureRequest, agent: Path, tmp_path: Path, kind: str
) -> None:
    """Calls fail soon and say when to come back; what was acknowledged is there afterwards."""
    trouble: Trouble = request.getfixturevalue(kind)
    preparing = TroubledAgent(agent, trouble.url, tmp_path / "log")
    preparing.run("db", "upgrade")
    with preparing as troubled:
        seen = asyncio.run(lived_through(troubled, trouble))
        alive, said = troubled.process.poll() is None, troubled.said
    print(f"{kind}: {seen}; {len(said)} lines in the log")

    assert {one.transport for one in seen.failed} == {*WIRES}
    assert [one.failure for one in seen.failed if not COME_BACK.search(one.failure)] == []
    assert seen.median_seconds < SOON_SECONDS
    assert seen.longest_seconds < BOUND_SECONDS
    assert seen.states == {"COMPLETED": len(seen.acknowledged)}
    assert {live for _, live in seen.probes} == {200}
    assert seen.not_ready > len(seen.probes) / 2
    assert alive
    assert len(said) < MAX_LINES


@dataclass(frozen=True)
class Seen:
    """What callers and probes saw of an outage."""

    answers: list[Answer]
    acknowledged: list[Answer]
    states: Counter[str]
    probes: list[tuple[int, int]]
    began: float
    ended: float
    healed: float

    @property
    def failed(self) -> list[Answer]:
        """Calls that have to be repeated."""
        return [one for one in self.answers if one.failure]

    @property
    def not_ready(self) -> int:
        """How often the readiness probe said so."""
        return [ready for ready, _ in self.probes].count(503)

    @property
    def median_seconds(self) -> float:
        """Of calls that failed while it lasted."""
        return median(one.seconds for one in self.failed if self.began < one.began < self.ended)

    @property
    def longest_seconds(self) -> float:
        """Of all calls."""
        return max(one.seconds for one in self.answers)

    def __str__(self) -> str:
        return (
            f"{len(self.acknowledged)} acknowledged, {len(self.failed)} failed, half within "
            f"{self.median_seconds * 1000:.1f} ms, all within {self.longest_seconds:.1f} s, "
            f"not ready in {self.not_ready} of {len(self.probes)} probes, "
            f"ready {self.healed - self.ended:.1f} s after its end"
        )


async def lived_through(agent: TroubledAgent, trouble: Trouble) -> Seen:
    """Call before, meanwhile and afterwards."""
    await agent.until_ready()
    callers = Callers(agent)
    with callers.calling(CALLERS):
        await callers.until_acknowledged(50)
        await asyncio.to_thread(trouble.begin)
        began = time.monotonic()
        probes = [await probed(agent) for _ in range(trouble.seconds)]
        ended = time.monotonic()
        await asyncio.to_thread(trouble.end)
        await agent.until_ready()
        healed = time.monotonic()
        await callers.until_acknowledged(50)
    acknowledged = callers.acknowledged
    states = Counter([await callers.state_of(one) for one in acknowledged])
    return Seen(callers.answers, acknowledged, states, probes, began, ended, healed)


async def probed(agent: TroubledAgent) -> tuple[int, int]:
    """Readiness and liveness, a second later."""
    await asyncio.sleep(1)
    return await agent.probe("/readyz"), await agent.probe("/livez")
