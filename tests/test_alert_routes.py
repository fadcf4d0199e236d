"""Alertmanager reads the routes, and lets through what people have to hear."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from agents import free_ports
from monitoring import started, wait_until
from programs import said, tool
from receivers import listening
from rules import DEPLOY

pytestmark = pytest.mark.lab

ROUTES = DEPLOY / "alertmanager/alertmanager.yaml"

Labels = dict[str, str]


@pytest.mark.parametrize(
    ("label", "receiver"),
    [
        ("severity=page", "pager"),
        ("severity=ticket", "tickets"),
        ("severity=critical", "tickets"),
        ("job=one", "tickets"),
    ],
)
def test_route(label: str, receiver: str) -> None:
    """A page reaches the pager; what has no severity, or another one, is not lost."""
    command = [tool("amtool"), "config", "routes", "test", f"--config.file={ROUTES}"]
    code, text = said(*command, f"--verify.receivers={receiver}", "alertname=Any", label)

    assert code == 0, text


def test_routes_are_valid() -> None:
    """Alertmanager takes the file."""
    code, text = said(tool("amtool"), "check-config", ROUTES)

    assert code == 0, text


@contextmanager
def alertmanager(folder: Path, receiver: str) -> Iterator[str]:
    """Run one with the agent's own file, less patient; the value is its address."""
    text = ROUTES.read_text().replace("http://alerts:8080", receiver)
    config = folder / "alertmanager.yaml"
    config.write_text(re.sub(r"group_wait: \w+", "group_wait: 1s", text))
    address = f"127.0.0.1:{free_ports('web')['web']}"
    command = [
        tool("prometheus-alertmanager", "alertmanager"),
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("w") as log, started(command, log):
        wait_until(lambda: read(f"http://{address}/-/ready"), "Alertmanager is not ready")
        yield f"http://{address}"


def read(url: str) -> bytes:
    """Read a page."""
    with urlopen(url) as answer:
        return bytes(answer.read())


def alert(name: str, severity: str, job: str, **more: str) -> Labels:
    """Return the labels of an alert."""
    return {"alertname": name, "severity": severity, "job": job, **more}


def send(address: str, alerts: list[Labels]) -> None:
    """Let them fire, as Prometheus would."""
    body = json.dumps([{"labels": labels, "annotations": {"summary": "x"}} for labels in alerts])
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{address}/api/v2/alerts", body.encode(), headers)).close()


def arrived(receiver: str, number: int) -> list[Labels]:
    """Wait until so many alerts have arrived; return the labels of all that have."""
    wait_until(lambda: len(json.loads(read(f"{receiver}/alerts"))) >= number, "Alerts are missing")
    return [one["labels"] for one in json.loads(read(f"{receiver}/alerts"))]


def test_what_follows_from_another_is_silent(tmp_path: Path) -> None:
    """An agent that is down is heard of once, and a page makes its own ticket superfluous."""
    heard = [
        alert("AgentDown", "page", "one"),
        alert("ErrorBudgetBurnsFast", "page", "two", slo="availability"),
        alert("ErrorBudgetBurnsSlowly", "ticket", "two", slo="turns"),
        alert("QueueGrows", "ticket", "two"),
        alert("CertificateExpiresNow", "page", "two"),
    ]
    unheard = [
        alert("ErrorBudgetBurnsFast", "page", "one", slo="availability"),
        alert("QueueGrows", "ticket", "one"),
        alert("ErrorBudgetBurnsSlowly", "ticket", "two", slo="availability"),
    ]
    last = alert("AgentDown", "page", "three")
    with listening() as receiver, alertmanager(tmp_path, receiver) as address:
        send(address, heard + unheard)
        arrived(receiver, len(heard))
        send(address, [last])  # what arrives after all others would have
        found = arrived(receiver, len(heard) + 1)

    assert sorted(found, key=str) == sorted([*heard, last], key=str)
