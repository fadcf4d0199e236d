"""The servers that compare_stores.py and its siblings measure beside each other."""

import base64
import os
import secrets
import subprocess
import sys
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
    """Starts servers, which all run until the end, on one Postgres with settings of its own."""

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._key = base64.b64encode(secrets.token_bytes(32)).decode()

    def __enter__(self) -> Self:
        self._postgres = self._resources.enter_context(PostgresServer(max_connections=200))
        folder = Path(self._postgres.query("SHOW data_directory"))
        self._postmaster = int((folder / "postmaster.pid").read_text().split()[0])
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def postgres_pids(self) -> list[int]:
        """The server and its connections of this moment."""
        return family(self._postmaster)

    def database(self, name: str) -> str:
        """The address of a new database of the Postgres."""
        url: str = self._postgres.create_database(name)
        return url

    def agent(self, name: str, url: str, replicas: int = 1) -> Side:
        """Start the agent, several of them on one database."""
        settings = {
            "A2A_DATABASE_URL": url,
            "A2A_REPLICAS": str(replicas),
            "A2A_ENCRYPTION_KEYS": self._key,
            "A2A_MAX_TASKS_PER_CALLER": "1000",  # all calls come from one
        }
        if url.startswith("postgresql"):
            upgrade = [*default_command(), "db", "upgrade"]
            subprocess.run(upgrade, env=os.environ | settings, check=True, capture_output=True)
        words = ["env", *(f"{key}={value}" for key, value in settings.items())]
        command = [*words, sys.executable, str(HERE / "store_agent.py"), default_command()[-1]]
        return self._start(name, command, {binding.endpoint for binding in discover()}, replicas)

    def sdk(self, name: str, kind: str, url: str = "") -> Side:
        """Start the SDK's hello-world on one of its stores."""
        command = [sys.executable, str(HERE / "hello_world_store.py"), kind, url]
        return self._start(name, command, {"http"}, 1)

    def _start(self, name: str, command: list[str], endpoints: set[str], number: int) -> Side:
        before = set(family(os.getpid()))
        started = [
            self._resources.enter_context(running(command, endpoints)) for _ in range(number)
        ]
        targets = [addresses["http"] for addresses in started]
        return Side(name=name, targets=targets, pids=[*(set(family(os.getpid())) - before)])
