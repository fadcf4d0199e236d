"""The dashboards show what the agent emits, and are what `deploy/grafana/boards` builds."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from ..agents import Agent
from ..callers import http_client
from .promql import metric_names

DEPLOY = Path(__file__).parents[2] / "deploy"
GRAFANA = DEPLOY / "grafana"
FILES = sorted((GRAFANA / "dashboards").glob("*.json"))
SOURCES = "\n".join(file.read_text() for file in (GRAFANA / "provisioning").rglob("*.yaml"))
# Prometheus' own fields of an annotation, which the SDK does not know.
OWN_FIELDS = {"textFormat", "titleFormat", "useValueForTime"}
HISTOGRAM_PARTS = ("_bucket", "_count", "_sum")


def read(file: Path) -> dict[str, Any]:
    """A dashboard as it is committed."""
    return dict(json.loads(file.read_text(), object_hook=without_empty))


def without_empty(read: dict[str, Any]) -> dict[str, Any]:
    """Some fields that are not set are written as empty ones, and some are not written."""
    return {name: value for name, value in read.items() if value not in ({}, None)}


def panels() -> list[Any]:
    """Every panel of every dashboard, as a test's parameter."""
    return [
        pytest.param(panel, id=f"{file.stem}: {panel['title']}")
        for file in FILES
        for panel in read(file)["panels"]
        if panel["type"] != "row"
    ]


def queries(board: dict[str, Any]) -> Iterator[str]:
    """Everything that a dashboard asks Prometheus: panels, variables and markers."""
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"].removeprefix("label_values(").rpartition(",")[0]
    yield from (marker["expr"] for marker in board["annotations"]["list"])


@pytest.fixture
async def emitted(shared_agent: Agent) -> set[str]:
    """The name of every series that an agent or a recording rule may have."""
    async with http_client() as http:
        said = await http.get(f"http://localhost:{shared_agent.settings.ops_port}/metrics")
    names = re.findall(r"^# TYPE (\w+) (\w+)$", said.text, flags=re.MULTILINE)
    parts = {"counter": ["_total"], "gauge": [""], "histogram": HISTOGRAM_PARTS, "info": ["_info"]}
    series = {
        name.removesuffix("_total") + part for name, kind in names for part in parts.get(kind, [])
    }
    for rules in (DEPLOY / "prometheus" / "rules").glob("*.yaml"):
        series |= set(re.findall(r"^ *(?:- )?record: *(\S+)$", rules.read_text(), re.MULTILINE))
    return series


def test_committed_dashboards_are_fresh() -> None:
    """When this fails, run `make dashboards` and commit what it writes."""
    command = [sys.executable, str(GRAFANA / "build.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_grafana_knows_every_field(file: Path) -> None:
    """What the SDK's types do not read is lost when it writes the dashboard again."""
    register_default_plugins()
    board, again = read(file), JSONEncoder().encode(Dashboard.from_json(read(file)))
    for marker in board["annotations"]["list"]:
        for field in OWN_FIELDS:
            del marker[field]

    assert json.loads(again, object_hook=without_empty) == board


@pytest.mark.parametrize("panel", panels())
def test_panel_explains_itself(panel: dict[str, Any]) -> None:
    """Somebody who is woken up by an alert need not guess what a panel shows."""
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert all(target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_lines_of_panels_are_full(file: Path) -> None:
    """Panels stand beside each other without a gap."""
    widths: dict[int, int] = {}
    for panel in read(file)["panels"]:
        place = panel["gridPos"]
        widths[place["y"]] = widths.get(place["y"], 0) + place["w"]

    assert set(widths.values()) == {24}


def test_data_sources_exist() -> None:
    """Links lead to data sources that are provisioned."""
    there = set(re.findall(r"^ *uid: (\w+)", SOURCES, flags=re.MULTILINE))
    meant = set(re.findall(r"datasourceUid: (\w+)", SOURCES))
    for file in FILES:
        meant |= set(re.findall(r"%22datasource%22:%20%22(\w+)%22", file.read_text()))

    assert {"loki"} <= meant <= there


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_queries_ask_for_what_is_emitted(file: Path, emitted: set[str]) -> None:
    """A metric that is renamed or removed takes its panels along."""
    asked = {name for query in queries(read(file)) for name in metric_names(query)}

    assert asked - emitted == set()
    assert len(asked) > 3


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (
            'sum by (job, le) (rate(a_bucket{job=~"$agent", x="b{c}"}[$__rate_interval]))',
            {"a_bucket"},
        ),
        ("histogram_quantile(0.99, sum(a) by (le)) > bool 1e3", {"a"}),
        ("(a or 0 * b) / on (job) group_left (version) c offset 5m", {"a", "b", "c"}),
        ("job:turns:ratio_rate5m unless absent(up) == NaN", {"job:turns:ratio_rate5m", "up"}),
        ('label_replace(time() - a{b="c"}, "d", "$1", "e", "(.*)")', {"a"}),
    ],
)
def test_names_are_found_in_queries(query: str, names: set[str]) -> None:
    """The check above neither overlooks a metric nor takes a label for one."""

    assert metric_names(query) == names
