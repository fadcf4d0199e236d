"""A dashboard that somebody changed by hand, or forgot to build, is named."""

import shutil
from pathlib import Path

import pytest

from checks.dashboards import findings

from .planted import AGENT, with_environment


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """The agent's dashboards."""
    shutil.copytree(AGENT / "deploy/grafana", tmp_path / "deploy/grafana")
    return with_environment(tmp_path)


def test_stale_dashboard_is_named(agent: Path) -> None:
    """It stays as it is; nothing is written."""
    before = list(findings(agent))
    board = agent / "deploy/grafana/dashboards/agent.json"
    board.write_text("{}")
    [found] = findings(agent)

    assert before == []
    assert str(found).startswith("deploy/grafana/dashboards: this is not what ")
    assert board.read_text() == "{}"


def test_boards_that_do_not_run_are_told(agent: Path) -> None:
    """With what Python says of them."""
    (agent / "deploy/grafana/boards/agent.py").write_text("nothing(\n")
    [found] = findings(agent)

    assert "this ends with SyntaxError: " in found.what


def test_without_environment_nothing_is_said(agent: Path) -> None:
    """What is missing is named once, for all that needs it."""
    (agent / ".venv").unlink()

    assert list(findings(agent)) == []
