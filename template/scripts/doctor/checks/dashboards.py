"""Dashboards that are not what deploy/grafana/boards builds."""

from collections.abc import Iterator
from pathlib import Path

from environment import python
from finding import Finding
from generated import stale


def findings(agent: Path) -> Iterator[Finding]:
    """Only in an environment: without one, `dependencies` says that there is none."""
    if program := python(agent):
        yield from stale(
            agent,
            program,
            "deploy/grafana/build.py",
            written="deploy/grafana/dashboards",
            todo="Run `make dashboards`, and commit what it writes.",
        )
