"""Alert rules for Kubernetes that were not written again are named."""

import shutil
from pathlib import Path

from checks.rules import FOLDER, findings

from .planted import AGENT


def test_stale_rules_are_named(tmp_path: Path) -> None:
    """Whoever changes an alert changes it in the cluster, too."""
    for folder in ("deploy/prometheus/rules", FOLDER):
        shutil.copytree(AGENT / folder, tmp_path / folder)
    before = list(findings(tmp_path))
    rules = next((tmp_path / "deploy/prometheus/rules").glob("*.yaml"))
    rules.write_text(f"{rules.read_text()}  # changed\n")
    [found] = findings(tmp_path)

    assert before == []
    assert found.path == f"{FOLDER}/rules.yaml"
