"""The agent as its own process, on free loopback ports and a database that is thrown away."""

import contextlib
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

# None of those that the system gives to connections.
PORTS = range(20_000, 32_000)
START_SECONDS = 120.0  # the first start compiles what the agent imports
STOP_SECONDS = 30.0


def default_command() -> list[str]:
    """Return how `[project.scripts]` starts this agent, as `python -m <package>`."""
    pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
    (entry_point,) = tomllib.loads(pyproject.read_text())["project"]["scripts"].values()
    return [sys.executable, "-m", entry_point.partition(".")[0]]


@contextlib.contextmanager
def running(command: list[str], endpoints: Iterable[str]) -> Iterator[dict[str, str]]:
    """Start the command, yield host:port of each endpoint once all of them listen, and stop it."""
    ports = free_ports({"http", "ops", *endpoints})
    # Settings of the shell stay out: with them the load could end up in a real database.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("A2A_")}
    environment |= {f"A2A_{name.upper()}_PORT": str(port) for name, port in ports.items()}
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w+") as log:
        # Its working folder is the temporary one: that is where the default database goes.
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            for endpoint in endpoints:
                if not _listens(ports[endpoint], process):
                    log.seek(0)
                    raise SystemExit(f"{command} did not start:\n{log.read()[-2000:]}")
            yield {endpoint: f"127.0.0.1:{ports[endpoint]}" for endpoint in endpoints}
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a different free port for each name."""
    free = filter(_is_free, random.sample(PORTS, len(PORTS)))
    return dict(zip(names, free, strict=False))


def _is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False
