"""Rendered agents as their owners use them: make, and a process that answers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from agent_parts import part

# What the test run was started with is not the agent's business.
FOREIGN = ("A2A_", "ARGS", "MAKE", "MFLAGS", "PYTEST", "PYTHON", "UV_PROJECT", "VIRTUAL_ENV")
START_SECONDS = 120.0  # the first start compiles what the agent imports


def fresh_environment() -> dict[str, str]:
    """The environment of a fresh shell, on the Python that runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return clean | {"UV_PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}"}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; its output and its errors come back as one text."""
    return subprocess.run(
        command,
        cwd=folder,
        env=fresh_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def make(folder: Path, *targets: str) -> str:
    """Make targets that have to succeed; return what was said."""
    result = run(folder, "make", *targets)
    if result.returncode:
        pytest.fail(f"make {' '.join(targets)}: {result.stdout}", pytrace=False)
    return result.stdout


def free_ports(*names: str) -> dict[str, int]:
    """A different free port for each name, which no other test finds as long as this run lasts."""
    return {name: _free_port() for name in names}


def _free_port() -> int:
    port, claim = part("ports").claim_port()
    claim.detach()  # it lives as long as this process
    return int(port)


@contextmanager
def running(agent: Path, ops_port: int) -> Iterator[None]:
    """Keep `make run` going; the block starts when the agent is ready, and ends it."""
    process = subprocess.Popen(
        ["make", "run"], cwd=agent, env=fresh_environment(), start_new_session=True
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{ops_port}/readyz", process)
        yield
    finally:
        with suppress(ProcessLookupError):  # it has ended, which was told above
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as the agent says that it is ready."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("The agent does not become ready: see what it says.", pytrace=False)
