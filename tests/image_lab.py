"""Images of agents, built by `make image`, and containers that run them as closed as they can."""

import hashlib
import json
import re
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import urlopen

from agents import make
from docker_lab import docker
from monitoring import wait_until

TAG = "lab"
HTTP, GRPC, OPS = 8000, 50051, 9464
CLOSED = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")
LIMITED = ("--memory=512m", "--pids-limit=200")
# Docker asks each 10 seconds and believes the third answer; tests have no time for that.
ASKED_OFTEN = ("--health-interval=0.5s", "--health-retries=1")
STEP = re.compile(r"^#(\d+) \[(.+ \d+/\d+)\] (.+)$", re.MULTILINE)
CACHED = re.compile(r"^#(\d+) CACHED$", re.MULTILINE)


@dataclass(frozen=True)
class Build:
    """An agent's image, and how it came about: its steps, by whether they came from the cache."""

    agent: Path
    image: str
    done: set[str]
    cached: set[str]


class BuildOf(Protocol):
    """Return the build that a set of answers leads to; it is made once."""

    def __call__(self, answers: str) -> Build: ...


def built(agent: Path, name: str, *arguments: str) -> Build:
    """Build an agent's image the way its owner does."""
    options = " ".join(["--progress=plain", *arguments])
    said = make(agent, "image", f"IMAGE={name}", f"TAG={TAG}", f"ARGS={options}")
    numbers = {number: words for number, _, words in STEP.findall(said)}
    cached = {numbers[number] for number in CACHED.findall(said) if number in numbers}
    return Build(agent, f"{name}:{TAG}", set(numbers.values()) - cached, cached)


def contents(image: str) -> dict[str, tuple[Any, ...]]:
    """All files of an image, by path: what they are, whose, and what is in them; not when."""
    name = docker("create", image).strip()
    with tempfile.NamedTemporaryFile(suffix=".tar") as archive:
        docker("export", f"--output={archive.name}", name)
        docker("rm", name)
        with tarfile.open(archive.name) as files:
            return {one.name: _content(files, one) for one in files}


def _content(files: tarfile.TarFile, one: tarfile.TarInfo) -> tuple[Any, ...]:
    data = files.extractfile(one) if one.isfile() else None
    checksum = hashlib.file_digest(data, "sha256").hexdigest() if data else one.linkname  # type: ignore[arg-type]  # it reads
    return (one.type, one.mode, one.uid, one.gid, checksum)


@dataclass(frozen=True)
class Container:
    """A container that runs, and what of it is published on this machine."""

    name: str

    def http(self, path: str = "/") -> str:
        """The address of something on its HTTP side."""
        return f"http://{self._published(HTTP)}{path}"

    @property
    def grpc(self) -> str:
        """host:port of its gRPC side."""
        return self._published(GRPC)

    def ready(self) -> bool:
        """What its ops port says."""
        try:
            return bool(urlopen(f"http://{self._published(OPS)}/readyz").status == 200)
        except HTTPError:
            return False

    def metrics(self) -> str:
        """What Prometheus would read."""
        with urlopen(f"http://{self._published(OPS)}/metrics") as answer:
            return str(answer.read().decode())

    def state(self) -> dict[str, Any]:
        """Docker's own view of it."""
        state: dict[str, Any] = json.loads(docker("inspect", "--format={{json .State}}", self.name))
        return state

    def becomes(self, health: str) -> bool:
        """Wait until Docker says so."""
        wait_until(lambda: self.state()["Health"]["Status"] == health, f"It is not {health}")
        return True

    def runs(self, program: str) -> Any:
        """Run a Python program in it that prints JSON."""
        return json.loads(docker("exec", self.name, "python", "-c", program))

    def _published(self, port: int) -> str:
        return docker("port", self.name, str(port)).strip()


@contextmanager
def container(image: str, *options: str, command: tuple[str, ...] = ()) -> Iterator[Container]:
    """Run an image closed; tasks are in a volume, whatever the agent's own database is."""
    name = f"lab-{uuid.uuid4().hex[:8]}"
    ports = [f"--publish=127.0.0.1::{port}" for port in (HTTP, GRPC, OPS)]
    store = [f"--volume={name}:/data", "--env=A2A_DATABASE_URL=sqlite:////data/tasks.db"]
    mode = [*CLOSED, *LIMITED, *ASKED_OFTEN, *ports, *store]
    docker("run", "--detach", f"--name={name}", *mode, *options, image, *command)
    try:
        yield Container(name)
    finally:
        docker("rm", "--force", "--volumes", name)
        docker("volume", "rm", "--force", name)
