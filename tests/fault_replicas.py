"""Replicas of one agent, each a process that can be killed, frozen, stopped and started again."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from agents import free_ports, fresh_environment

LAUNCHER = Path(__file__).with_name("history_replica.py")
PACKAGE = "hello_agent"
USER_HEADER = "x-user"
READY_SECONDS = 45.0
STOP_SECONDS = 45.0
POLL_SECONDS = 0.1


def free_port() -> int:
    """A port that stays its replica's, also while that is dead."""
    return free_ports("port")["port"]


@dataclass(eq=False)
class Replica:
    """One of them; it keeps its ports over its lives."""

    name: str
    agent: Path
    folder: Path
    settings: Mapping[str, str]
    plant: str = ""
    http_port: int = field(default_factory=free_port)
    grpc_port: int = field(default_factory=free_port)
    ops_port: int = field(default_factory=free_port)
    faults: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _frozen: bool = False

    @property
    def journal(self) -> Path:
        """Where the logic of all replicas writes what it does."""
        return self.folder / "journal"

    @property
    def log(self) -> Path:
        """What it says, over all its lives."""
        return self.folder / f"{self.name}.log"

    async def command(self, *words: str) -> str:
        """Run one of the agent's own commands with the settings of this replica."""
        process = await asyncio.create_subprocess_exec(
            *(str(self.agent / ".venv/bin/python"), "-m", PACKAGE, *words),
            cwd=self.folder,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{' '.join(words)}: {said.decode()}")
        return said.decode()

    async def start(self) -> None:
        """Begin a life; it is not ready yet."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(str(self.agent / ".venv/bin/python"), str(LAUNCHER)),
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    async def ready(self) -> bool:
        """Whether its readiness probe says so."""
        if self._frozen:
            return False
        async with httpx.AsyncClient(verify=False, timeout=2) as http:  # noqa: S501  # plain HTTP
            try:
                answer = await http.get(f"http://127.0.0.1:{self.ops_port}/readyz")
            except httpx.TransportError:
                return False
            return answer.is_success

    async def become_ready(self) -> None:
        """Return when it is ready; that it is not in time is a fault of its own."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                while self._alive() and not await self.ready():
                    await asyncio.sleep(POLL_SECONDS)
                return
        self.faults.append(f"{self.name} was not ready {READY_SECONDS:g} s after it was healed")

    async def kill(self) -> None:
        """Give it no chance."""
        if self._alive():
            self._signal(signal.SIGKILL)
            await self._wait()

    async def stop(self) -> None:
        """Ask it to leave; it has to, in good order."""
        if not self._alive():
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await self._wait()
        except TimeoutError:
            self.faults.append(f"{self.name} did not stop within {STOP_SECONDS:g} s")
            await self.kill()
        else:
            if code:
                self.faults.append(f"{self.name} stopped with exit code {code}")

    def freeze(self) -> None:
        """Let it do nothing."""
        if self._alive():
            self._signal(signal.SIGSTOP)
            self._frozen = True

    def thaw(self) -> None:
        """Let it go on."""
        if self._alive():
            self._signal(signal.SIGCONT)
            self._frozen = False

    def _environment(self) -> dict[str, str]:
        ports = {f"{kind}_PORT": str(getattr(self, f"{kind.lower()}_port")) for kind in KINDS}
        settings = {
            "AUTHENTICATION": "gateway",
            "GATEWAY_USER_HEADER": USER_HEADER,
            "LOG_FORMAT": "json",
            **ports,
            **self.settings,
        }
        environment = fresh_environment() | {f"A2A_{name}": text for name, text in settings.items()}
        return environment | {
            "HISTORY_PACKAGE": PACKAGE,
            "HISTORY_REPLICA": self.name,
            "HISTORY_JOURNAL": str(self.journal),
            "HISTORY_PLANT": self.plant,
        }

    def _alive(self) -> bool:
        """Nobody has ended it; that it has ended by itself is a fault of its own."""
        process = self._process
        if process is None:
            return False
        if process.returncode is not None:
            self.faults.append(f"{self.name} ended by itself with exit code {process.returncode}")
            self._process = None
        return self._process is not None

    async def _wait(self) -> int:
        assert self._process is not None
        code = await self._process.wait()
        self._process, self._frozen = None, False
        return code

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, number)


KINDS = ("HTTP", "GRPC", "OPS")
