"""Prometheus, Alertmanager and the receiver of an agent, with its own files, on free ports."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from agents import free_ports
from programs import tool

START_SECONDS = 60.0


@dataclass(frozen=True)
class Monitoring:
    """Where the servers listen."""

    prometheus: str
    receiver: str

    def api(self, path: str, **parameters: str) -> Any:
        """Ask Prometheus; its own words about a query that it does not understand are the error."""
        try:
            with urlopen(f"{self.prometheus}/api/v1/{path}?{urlencode(parameters)}") as response:
                return json.load(response)["data"]
        except URLError as error:
            said = error.read().decode() if hasattr(error, "read") else str(error)
            raise ValueError(f"{parameters}: {said}") from None

    def values(self, query: str) -> list[float]:
        """Return the value of every series now; what is no number is no value."""
        series = self.api("query", query=query)["result"]
        found = [float(one["value"][1]) for one in series]
        return [value for value in found if value == value]  # noqa: PLR0124 - all but NaN

    def received(self) -> list[dict[str, Any]]:
        """Return the alerts that have reached their receiver."""
        with urlopen(f"{self.receiver}/alerts") as response:
            alerts: list[dict[str, Any]] = json.load(response)
            return alerts


@contextmanager
def monitored(agent: Path, ops_port: int, folder: Path) -> Iterator[Monitoring]:
    """Watch an agent on this port, every second; everything is stopped in the end."""
    ports = free_ports("prometheus", "alertmanager", "receiver")
    deploy = Path(shutil.copytree(agent / "deploy", folder / "deploy"))
    prometheus, alertmanager = deploy / "prometheus", deploy / "alertmanager"
    # The names and places that things have in compose.yaml, and those they have here.
    relocate(
        prometheus / "prometheus.yaml",
        {
            "scrape_interval: 5s": "scrape_interval: 1s",
            "evaluation_interval: 15s": "evaluation_interval: 1s",
            "/etc/prometheus/rules": str(prometheus / "rules"),
            "alertmanager:9093": f"localhost:{ports['alertmanager']}",
            f"agent:{ops_port}": f"localhost:{ops_port}",
            "localhost:9090": f"localhost:{ports['prometheus']}",
        },
    )
    relocate(prometheus / "rules/recording.yaml", {"interval: 1m": "interval: 1s"})
    relocate(
        alertmanager / "alertmanager.yaml",
        {"http://alerts:8080": f"http://localhost:{ports['receiver']}"},
    )
    with ExitStack() as stack:
        commands: dict[str, list[object]] = {
            "receiver": [sys.executable, alertmanager / "receiver.py", str(ports["receiver"])],
            "alertmanager": [
                tool("prometheus-alertmanager", "alertmanager"),
                f"--config.file={alertmanager / 'alertmanager.yaml'}",
                f"--storage.path={folder / 'silences'}",
                f"--web.listen-address=127.0.0.1:{ports['alertmanager']}",
                "--cluster.listen-address=",
            ],
            "prometheus": [
                tool("prometheus"),
                f"--config.file={prometheus / 'prometheus.yaml'}",
                f"--storage.tsdb.path={folder / 'series'}",
                f"--web.listen-address=127.0.0.1:{ports['prometheus']}",
                "--enable-feature=exemplar-storage",
            ],
        }
        for name, command in commands.items():
            log = stack.enter_context((folder / f"{name}.log").open("w"))
            stack.enter_context(started([str(word) for word in command], log))
        monitoring = Monitoring(
            f"http://localhost:{ports['prometheus']}", f"http://localhost:{ports['receiver']}"
        )
        wait_until(lambda: monitoring.values("up == 1"), "Prometheus scrapes nothing")
        yield monitoring


def relocate(file: Path, places: dict[str, str]) -> None:
    """Replace places in a file, each of which has to be there."""
    text = file.read_text()
    for old, new in places.items():
        assert old in text, f"{file.name} has no {old}"
        text = text.replace(old, new)
    file.write_text(text)


@contextmanager
def started(command: list[str], log: Any) -> Iterator[None]:
    """Keep a program running."""
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def wait_until(condition: Any, problem: str, seconds: float = START_SECONDS) -> Any:
    """Return what the condition says as soon as it says something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if said := condition():
                return said
        except (OSError, ValueError):
            pass  # it has only just been started
        time.sleep(0.5)
    pytest.fail(f"{problem} after {seconds:.0f} seconds.", pytrace=False)
