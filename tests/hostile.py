"""An agent in a process of its own, watched from outside while callers misbehave."""

import json
import os
import re
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
from a2a.types import GetTaskRequest
from agents import fresh_environment, wait_until_ready

VERSION_METADATA = (("a2a-version", "1.0"),)
VERSION = {"A2A-Version": "1.0", "Content-Type": "application/json"}
# httpx reads all certificates of the machine otherwise.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# No connection stays open, so that those which do are the agent's own.
ONE_CALL = httpx.Limits(max_keepalive_connections=0)
PROMPT_SECONDS = 5.0
PATIENCE_SECONDS = 20.0
# Else what glibc keeps of large bodies, tens of megabytes, hides what is never freed.
GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
# What an allocator may keep of what it once needed.
GROWTH_BYTES = 48 * 1024 * 1024
DESCRIPTORS = 3
# What no caller should read: words of Python, of its libraries, and of the database.
INTERNAL = re.compile(
    r"Traceback|\.py\b|/site-packages|, line \d|object has no|object is not|\b\w{1,40}Error:|Exception|"
    r"NoneType|<class|parseError|DecodeError|sqlite|SELECT |INSERT |Expecting|recursion|codec",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hostile:
    """Where the agent is, and what is known of its process.

    `http` says who calls, if the agent asks for it, and `strangers` never do.
    """

    http_port: int
    grpc_port: int
    pid: int
    log: Path
    token: str
    http: httpx.Client
    strangers: httpx.Client

    @property
    def url(self) -> str:
        """Where its HTTP side is."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with each gRPC call."""
        known = ("authorization", f"Bearer {self.token}")
        return (*VERSION_METADATA, known) if self.token else VERSION_METADATA

    @property
    def descriptors(self) -> int:
        """How many files and connections it holds."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def memory_bytes(self) -> int:
        """How much memory it uses."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)[0]) * 1024

    def errors(self, start: int = 0) -> list[str]:
        """Lines of the log, from a place on, that would wake an operator."""
        with self.log.open() as log:
            log.seek(start)
            written = [line for line in log if line.endswith("\n")]  # the last one may be under way
        return [line for line in written if _is_error(line)]

    def answers(self) -> list[str]:
        """Ask each binding for a task that is not there; all have to say so, and soon."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "nobody"}}
        rpc = self.http.post("/", json=call, timeout=PROMPT_SECONDS).json()
        rest = self.http.get("/v1/tasks/nobody", timeout=PROMPT_SECONDS).json()
        told = [rpc["error"]["data"][0]["reason"], rest["error"]["details"][0]["reason"]]
        raw = GetTaskRequest(id="nobody").SerializeToString()
        return [*told, self.status_of("/lf.a2a.v1.A2AService/GetTask", raw)]

    def status_of(self, method: str, raw: bytes, *, known: bool = True) -> str:
        """Call a method with these bytes; return the name of the status."""
        metadata = self.metadata if known else VERSION_METADATA
        with grpc.insecure_channel(f"127.0.0.1:{self.grpc_port}") as channel:
            call: Any = channel.unary_stream(method)
            try:
                for _ in call(raw, metadata=metadata, timeout=PROMPT_SECONDS):
                    pass
            except grpc.RpcError as error:
                harmless(str(error.details()))
                return str(error.code().name)
        return "OK"


@contextmanager
def attacked(
    agent: Path, ports: Mapping[str, int], settings: Mapping[str, str], *, token: str
) -> Iterator[Hostile]:
    """A running agent, without `make` and `uv` around it."""
    log = agent / "log"
    environment = fresh_environment() | GIVE_BACK | {"A2A_LOG_FORMAT": "json"}
    environment |= {f"A2A_{name}": value for name, value in settings.items()}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [".venv/bin/python", "-m", "hello_agent"], cwd=agent, env=environment, stderr=file
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{ports['ops_port']}/readyz", process)
        known = {"Authorization": f"Bearer {token}"} if token else {}
        with _client(ports, known) as http, _client(ports, {}) as strangers:
            yield Hostile(
                http_port=ports["http_port"],
                grpc_port=ports["grpc_port"],
                pid=process.pid,
                log=log,
                token=token,
                http=http,
                strangers=strangers,
            )
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
        process.wait()


def harmless(text: str) -> None:
    """Fail when an answer tells what the agent is made of."""
    found = INTERNAL.search(text)
    assert found is None, f"{found[0]!r} in {text[:500]!r}"


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it comes true before long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (true := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return true


def _client(ports: Mapping[str, int], headers: Mapping[str, str]) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{ports['http_port']}",
        headers={**VERSION, **headers},
        limits=ONE_CALL,
        verify=NO_TLS,
        timeout=PATIENCE_SECONDS,
    )


def _is_error(line: str) -> bool:
    if not line.startswith("{"):  # gRPC's own library writes of connections that it has cut
        return "Traceback" in line
    return json.loads(line)["log.level"] in {"error", "critical"}
