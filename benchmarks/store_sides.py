"""The servers that compare_stores.py and its siblings measure beside each other."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from base64 import b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agent_process import default_command, running
from callers import discover
from postgres_server import PostgresServer
from replica_cpu import family

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class Side:
    """One store: the addresses of its replicas, and their processes."""

    name: str
    targets: list[str]
    pids: list[int]


class Sides:
    """Starts servers, which all run until the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._key = b64encode(secrets.token_bytes(32)).decode()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._postgres = self._stack.enter_context(PostgresServer(max_connections=200))
        folder = Path(self._postgres.query("SHOW data_directory"))
        self._postmaster = int((folder / "postmaster.pid").read_text().split()[0])
        self._source = self._with_other_logic(Path(default_command()[-1]))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def postgres_pids(self) -> list[int]:
        """The server and its connections of this moment."""
        return family(self._postmaster)

    def database(self, name: str) -> str:
        """The address of a new Postgres database."""
        url: str = self._postgres.create_database(name)
        return url

    def agent(self, name: str, url: str, replicas: int = 1) -> Side:
        """Start the agent, several of them on one database."""
        settings = {
            "A2A_DATABASE_URL": url,
            "A2A_REPLICAS": str(replicas),
            "A2A_ENCRYPTION_KEYS": self._key,
            "A2A_MAX_TASKS_PER_CALLER": "1000",  # all load comes from one
        }
        source = {"PYTHONPATH": os.pathsep.join([str(self._source), os.environ["PYTHONPATH"]])}
        if url.startswith("postgresql"):
            upgrade = [*default_command(), "db", "upgrade"]
            subprocess.run(upgrade, env=os.environ | source | settings, check=True)
        words = ["env", *(f"{key}={value}" for key, value in (settings | source).items())]
        endpoints = {binding.endpoint for binding in discover()}
        return self._start(name, [*words, *default_command()], endpoints, replicas)

    def sdk(self, name: str, kind: str, url: str = "") -> Side:
        """Start the SDK's hello-world on one of its stores."""
        command = [sys.executable, str(HERE / "hello_world_store.py"), kind, url]
        return self._start(name, command, {"http"}, 1)

    def _start(self, name: str, command: list[str], endpoints: set[str], number: int) -> Side:
        before = set(family(os.getpid()))
        started = [self._stack.enter_context(running(command, endpoints)) for _ in range(number)]
        targets = [addresses["http"] for addresses in started]
        return Side(name=name, targets=targets, pids=[*(set(family(os.getpid())) - before)])

    def _with_other_logic(self, package: Path) -> Path:
        """A copy of the agent's source that does what is to be measured."""
        source = Path(default_command.__code__.co_filename).parent.parent / "src"
        copy = shutil.copytree(source, self._folder / "src")
        shutil.copy(HERE / "store_logic.py", copy / package / "agent" / "logic.py")
        return copy
