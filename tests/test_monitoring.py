"""A real Prometheus, with an agent's own rules, sees all that its dashboards show."""

import asyncio
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import free_ports, fresh_environment, make, wait_until_ready
from conftest import ROOT, Render
from monitoring import Monitoring, monitored, wait_until
from traffic import CALLS, LOGIC, drive

pytestmark = pytest.mark.lab

# What Grafana would put in: the agent, all of its replicas and transports, and a short time.
VARIABLES = {
    "$agent": "hello-agent",
    "$instance": ".+",
    "$transport": ".+",
    "$__rate_interval": "2m",
    "$__range": "5m",
}
# Rules that build on rules take a few rounds; these come last, for four objectives.
RULES = "count(job_slo:errors:ratio_rate3d) == 4 and count(job_slo:errors:ratio_rate5m) == 4"
ALERT_SECONDS = 240.0
PICTURE_SECONDS = 240


@pytest.fixture(scope="module")
def ports() -> dict[str, Any]:
    """Answers that the agent listens on."""
    return free_ports("http_port", "grpc_port", "ops_port")


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory, ports: dict[str, int]) -> Path:
    """An agent that does as it is told."""
    folder = tmp_path_factory.mktemp("monitored") / "agent"
    agent = Path(shutil.copytree(render("default", **ports), folder))
    (agent / "src/hello_agent/agent/logic.py").write_text(LOGIC)
    make(agent, "setup")
    return agent


@pytest.fixture(scope="module")
def process(agent: Path, ports: dict[str, int]) -> Iterator[subprocess.Popen[bytes]]:
    """The agent, running."""
    environment = fresh_environment() | {"A2A_PUSH_PRIVATE_TARGETS": "true"}
    process = subprocess.Popen(["make", "run"], cwd=agent, env=environment, start_new_session=True)
    wait_until_ready(f"http://127.0.0.1:{ports['ops_port']}/readyz", process)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()


@pytest.fixture(scope="module")
def monitoring(
    agent: Path,
    process: subprocess.Popen[bytes],
    ports: dict[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Monitoring]:
    """Servers that have seen calls of every kind, twice, as rates need it."""
    folder = tmp_path_factory.mktemp("servers")
    assert process.poll() is None
    with monitored(agent, ports["ops_port"], folder) as monitoring:
        url = f"http://localhost:{ports['http_port']}"
        for _ in range(2):
            before = sum(monitoring.values("sum(a2a_requests_total)"))
            asyncio.run(drive(url))
            more = f"sum(a2a_requests_total) >= {before + CALLS}"
            wait_until(lambda query=more: monitoring.values(query), f"There is no {more}")
        wait_until(lambda: monitoring.values(RULES), "The rules are not worked out")
        yield monitoring


def boards(agent: Path) -> dict[str, Any]:
    """Read the dashboards of an agent, by their names."""
    files = sorted((agent / "deploy/grafana/dashboards").glob("*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def questions(board: Any) -> dict[str, str]:
    """Return the queries of all panels of a dashboard, by the panel's title."""
    found = {}
    for panel in board["panels"]:
        for number, target in enumerate(panel.get("targets", []), start=1):
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            assert "$" not in query, f"{query}: Grafana would know what this is, the test does not"
            found[f"{panel['title']}, query {number}"] = query
    return found


def silent(monitoring: Monitoring, board: Any) -> list[str]:
    """List the panels of a dashboard that would show an error or no data."""
    found = []
    for name, query in questions(board).items():
        try:
            if not monitoring.values(query):
                found.append(f"{name}: no data for {query}")
        except ValueError as error:
            found.append(f"{name}: {error}")
    return found


def test_every_panel_has_data(monitoring: Monitoring, agent: Path) -> None:
    """Nobody looks at an empty panel and wonders whether that is good news."""
    empty = {name: silent(monitoring, board) for name, board in boards(agent).items()}

    assert empty == {"agent": [], "transports": []}


def test_every_variable_has_values(monitoring: Monitoring, agent: Path) -> None:
    """The menus at the top of each dashboard offer something."""
    for board in boards(agent).values():
        variables = [one for one in board["templating"]["list"] if one["type"] == "query"]
        for variable in variables:
            match = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            assert match is not None
            series = match[1].replace("$agent", VARIABLES["$agent"])

            assert monitoring.api(f"label/{match[2]}/values", **{"match[]": series})
        assert variables


@pytest.mark.parametrize(
    "query",
    ["sum by (job) (rate(a2a_request_total[30s]))", "sum by (job (a2a_requests_total)", "up * NaN"],
    ids=["renamed metric", "mistyped query", "no number"],
)
def test_planted_fault_is_seen(monitoring: Monitoring, query: str) -> None:
    """The check of the panels is not blind."""
    board = {"panels": [{"title": "Requests", "targets": [{"expr": query}]}]}

    assert len(silent(monitoring, board)) == 1


def test_every_rule_is_worked_out(monitoring: Monitoring) -> None:
    """No rule is in error, and what is recorded is there."""
    rules = [rule for group in monitoring.api("rules")["groups"] for rule in group["rules"]]
    errors = [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] != "ok"]
    recorded = [rule["name"] for rule in rules if rule["type"] == "recording"]

    assert errors == []
    assert [name for name in recorded if not monitoring.values(name)] == []
    assert len(rules) > len(recorded) > 10


@pytest.mark.pictures
def test_draw_the_dashboards(monitoring: Monitoring, ports: dict[str, Any]) -> None:
    """No test, but the way to new pictures: minutes of calls, more of them in waves."""
    url = f"http://localhost:{ports['http_port']}"
    end = time.monotonic() + PICTURE_SECONDS
    while (left := end - time.monotonic()) > 0:
        asyncio.run(drive(url, callers=1 + round(2 * math.sin(left / 20) ** 2)))
    command = [
        sys.executable,
        "scripts/draw_dashboards.py",
        f"--prometheus={monitoring.prometheus}",
    ]
    subprocess.run([*command, f"--minutes={PICTURE_SECONDS / 60}"], cwd=ROOT, check=True)

    assert all(file.stat().st_size > 100_000 for file in (ROOT / "docs/images").glob("*.png"))


def test_a_broken_agent_reaches_somebody(
    monitoring: Monitoring, process: subprocess.Popen[bytes], agent: Path
) -> None:
    """The alert comes with the page of the runbook that says what to do. Runs last: it kills."""
    os.killpg(process.pid, signal.SIGKILL)

    def arrived() -> list[Any]:
        return [one for one in monitoring.received() if one["labels"]["alertname"] == "AgentDown"]

    [alert, *_] = wait_until(arrived, "No alert has arrived", ALERT_SECONDS)
    page, _, anchor = alert["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (agent / page).read_text(), re.MULTILINE)

    assert alert["status"] == "firing"
    assert alert["labels"] == {"alertname": "AgentDown", "job": "hello-agent", "severity": "page"}
    assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
