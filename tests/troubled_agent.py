"""One agent whose database is in trouble."""

import asyncio
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import httpx
from agents import free_ports, fresh_environment
from history_answers import Wire
from history_clients import WIRES

PATIENCE_SECONDS = 60.0
DATABASE_TIMEOUT_SECONDS = 2.0


class TroubledAgent:
    """A context manager: a process of its own, which is killed in the end."""

    def __init__(self, agent: Path, url: str, log: Path) -> None:
        self._ports = free_ports("http_port", "grpc_port", "ops_port")
        ports = {f"A2A_{name.upper()}": str(port) for name, port in self._ports.items()}
        settings = {
            "A2A_DATABASE_URL": url,
            "A2A_DATABASE_TIMEOUT_SECONDS": f"{DATABASE_TIMEOUT_SECONDS:g}",
            "A2A_LOG_FORMAT": "json",
            "A2A_MAX_TASKS_PER_CALLER": "1000",
            "A2A_RATE_LIMIT_PER_ADDRESS": "100000/minute",
        }
        self._environment = fresh_environment() | ports | settings
        self._command = [str(agent / ".venv/bin/python"), "-m", "hello_agent"]
        self._resources = ExitStack()
        self._log = log

    def __enter__(self) -> Self:
        file = self._resources.enter_context(self._log.open("ab"))
        self.process = subprocess.Popen(
            self._command, cwd=self._log.parent, env=self._environment, stdout=file, stderr=file
        )
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self._resources.close()

    def run(self, *words: str) -> None:
        """One of its commands, which has to succeed."""
        subprocess.run([*self._command, *words], env=self._environment, check=True)

    @property
    def said(self) -> list[str]:
        """Its log, without what it says of each call."""
        return [line for line in self._log.read_text().splitlines() if '"request"' not in line]

    def wire(self, transport: str) -> Wire:
        """A connection for one caller."""
        port = self._ports["grpc_port" if transport == "grpc" else "http_port"]
        wire: Wire = WIRES[transport](port, {})
        return wire

    async def probe(self, path: str) -> int:
        """The status of `/livez` or `/readyz`; 0: nobody answers."""
        async with httpx.AsyncClient(timeout=5) as http:
            try:
                answer = await http.get(f"http://127.0.0.1:{self._ports['ops_port']}{path}")
            except httpx.TransportError:
                return 0
            return answer.status_code

    async def until_ready(self, status: int = 200) -> None:
        """Wait until the readiness probe answers this."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.probe("/readyz") != status:
                await asyncio.sleep(0.05)
