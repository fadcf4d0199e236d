"""One agent whose database is in trouble, and callers who do not give up."""

import asyncio
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from agents import free_ports, fresh_environment
from programs import said

PATIENCE_SECONDS = 60.0
DATABASE_TIMEOUT_SECONDS = 2.0
VERSION = {"A2A-Version": "1.0"}


@dataclass(frozen=True)
class Answer:
    """What one call has got, and how long that took."""

    message_id: str
    status: int
    seconds: float
    began: float
    retry_after: str = ""
    task_id: str = ""


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

    def http(self) -> httpx.AsyncClient:
        """A client of its callers' port."""
        address = f"http://127.0.0.1:{self._ports['http_port']}/v1"
        return httpx.AsyncClient(base_url=address, headers=VERSION, timeout=PATIENCE_SECONDS)

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


@dataclass
class Callers:
    """They send one message after the other, each again and again until it is acknowledged."""

    agent: TroubledAgent
    answers: list[Answer] = field(default_factory=list)

    @contextmanager
    def calling(self, count: int) -> Iterator[None]:
        """So many of them, at the same time."""
        callers = [asyncio.create_task(self._call()) for _ in range(count)]
        yield
        for caller in callers:
            caller.cancel()

    @property
    def acknowledged(self) -> list[Answer]:
        """Those with a task."""
        return [answer for answer in self.answers if answer.status == 200]

    async def until_acknowledged(self, more: int) -> None:
        """Wait for so many more."""
        enough = len(self.acknowledged) + more
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.acknowledged) < enough:
                await asyncio.sleep(0.05)

    async def state_of(self, answer: Answer) -> str:
        """The state of a task, as it is now."""
        async with self.agent.http() as http:
            task = (await http.get(f"/tasks/{answer.task_id}")).json()
        return str(task.get("status", {}).get("state", task))

    async def _call(self) -> None:
        async with self.agent.http() as http:
            while True:
                message_id = str(uuid.uuid4())
                while (await self._sent(http, message_id)).status != 200:
                    await asyncio.sleep(0.2)

    async def _sent(self, http: httpx.AsyncClient, message_id: str) -> Answer:
        message = {"messageId": message_id, "role": "ROLE_USER", "parts": [{"text": "Ada"}]}
        began = time.monotonic()
        response = await http.post("/message:send", json={"message": message})
        task: dict[str, Any] = response.json().get("task", {})
        answer = Answer(
            message_id,
            response.status_code,
            time.monotonic() - began,
            began,
            response.headers.get("retry-after", ""),
            task.get("id", ""),
        )
        self.answers.append(answer)
        return answer


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of its own, which can be filled, and where others may have their folders."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        code, text = said("mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", folder)
        if code:
            pytest.skip(f"No file system can be mounted here: {text}")
        yield folder
        said("umount", "--lazy", folder)
    finally:
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave no room; what takes it can be deleted."""
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    os.sync()
    return ballast
