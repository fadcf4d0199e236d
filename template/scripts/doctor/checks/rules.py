"""Alert rules for Kubernetes that are not those of deploy/prometheus/rules."""

import sys
from collections.abc import Iterator
from pathlib import Path

from finding import Finding
from generated import stale

FOLDER = "deploy/kubernetes/components/monitoring"


def findings(agent: Path) -> Iterator[Finding]:
    """What writes them needs nothing but Python."""
    yield from stale(
        agent,
        sys.executable,
        f"{FOLDER}/write_rules.py",
        written=f"{FOLDER}/rules.yaml",
        todo="Run `make generated`, and commit what it writes.",
    )
