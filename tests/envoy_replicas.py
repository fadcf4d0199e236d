"""Replicas of one agent on loopback addresses of their own, so that all have the same ports."""

import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents import free_ports, fresh_environment, make, wait_until_ready
from conftest import Render
from envoy_lab import Balancer, Change, balancer
from monitoring import wait_until

NOTHING: Mapping[str, str] = {}
# Replicas that run at the same time need different addresses.
THREE = ("127.0.2.1", "127.0.2.2", "127.0.2.3")
OTHER_THREE = ("127.0.1.1", "127.0.1.2", "127.0.1.3")
STOP_SECONDS = 120  # more than the agent's own grace
# What the agent does; put into its agent/logic.py.
LOGIC = '''"""What the agent does behind a balancer: it keeps a journal, and does as it is told."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from ..conversation import Ask, Reply, Turn


async def reply(turn: Turn) -> AsyncIterator[Reply]:
    """`die`, `ask`, or `wait SECONDS` in silence; all else is answered with the replica's name."""
    with Path(os.environ["JOURNAL"]).open("a") as journal:
        journal.write(f"{os.environ['REPLICA']} {turn.text}\\n")
    word, _, seconds = turn.text.partition(" ")
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "ask":
        yield Ask("What?")
    elif word == "wait":
        yield "begun, "
        await asyncio.sleep(float(seconds))
    yield os.environ["REPLICA"]
'''


@dataclass(frozen=True)
class ReplicatedAgent:
    """An agent that is set up, and what each replica of it listens on."""

    folder: Path
    ports: Mapping[str, int]


@dataclass
class Replica:
    """One process; it keeps its address and its database over all its lives."""

    agent: ReplicatedAgent
    folder: Path
    address: str
    settings: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / f"{self.address}.log").read_text()

    def start(self) -> None:
        """Return when it is ready."""
        settings = {
            "HOST": self.address,
            "DATABASE_URL": f"sqlite:///{self.folder}/{self.address}.db",
            "LOG_FORMAT": "json",
            "TRUSTED_PROXIES": "127.0.0.1",
            **{name.upper(): str(port) for name, port in self.agent.ports.items()},
            **self.settings,
        }
        environment = {f"A2A_{name}": value for name, value in settings.items()}
        environment |= {"JOURNAL": str(self.folder / "journal"), "REPLICA": self.address}
        with (self.folder / f"{self.address}.log").open("a") as log:
            self._process = subprocess.Popen(
                [self.agent.folder / ".venv/bin/python", "-m", "hello_agent"],
                cwd=self.folder,
                env=fresh_environment() | environment,
                stderr=log,
            )
        wait_until_ready(
            f"http://{self.address}:{self.agent.ports['ops_port']}/readyz", self._process
        )

    @property
    def alive(self) -> bool:
        """Whether its process has not ended."""
        return self._process is not None and self._process.poll() is None

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it take connections and say nothing, until the block ends."""
        self.tell(signal.SIGSTOP)
        try:
            yield
        finally:
            self.tell(signal.SIGCONT)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; return its exit code."""
        if self._process is None:
            return 0
        self.tell(number)
        return self._process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Stop in good order, and start."""
        assert self.stop() == 0
        self.start()


@dataclass(frozen=True)
class Lab:
    """Replicas behind a balancer that knows all of them."""

    replicas: list[Replica]
    balancer: Balancer
    journal: Path

    @property
    def addresses(self) -> list[str]:
        """Of all replicas, by which their answers can be told apart."""
        return [replica.address for replica in self.replicas]

    def loses_one(self) -> None:
        """Return when a replica has ended, which its callers may know before its parent does."""
        wait_until(lambda: not all(one.alive for one in self.replicas), "No replica has ended")


def lab_agent(render: Render, folder: Path) -> ReplicatedAgent:
    """One that does what `LOGIC` says, on ports that are free everywhere on the loopback."""
    ports: dict[str, Any] = free_ports("http_port", "grpc_port", "ops_port")
    agent = Path(
        shutil.copytree(render("default", task_store="postgres", **ports), folder / "agent")
    )
    (agent / "src/hello_agent/agent/logic.py").write_text(LOGIC)
    make(agent, "setup")
    return ReplicatedAgent(agent, ports)


@contextmanager
def balanced(
    agent: ReplicatedAgent,
    folder: Path,
    *,
    addresses: Sequence[str] = THREE,
    settings: Mapping[str, str] = NOTHING,
    change: Change = lambda _: None,
) -> Iterator[Lab]:
    """Run replicas; the block begins when the balancer takes each of them for healthy."""
    (folder / "journal").touch()
    with balancer(agent.folder, folder, change) as envoy, ExitStack() as stack:
        public = {
            "PUBLIC_URL": envoy.http("").replace("127.0.0.1", "localhost"),
            "PUBLIC_GRPC_URL": envoy.grpc,
        }
        replicas = [Replica(agent, folder, one, {**public, **settings}) for one in addresses]
        for replica in replicas:
            stack.callback(replica.stop, signal.SIGKILL)
            replica.start()
        envoy.names.addresses = [*addresses]
        envoy.knows(*addresses)
        yield Lab(replicas, envoy, folder / "journal")
