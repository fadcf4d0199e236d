"""Prometheus in Kubernetes works out the same rules as elsewhere."""

import subprocess
import sys
from pathlib import Path

import yaml
from objects import Build

MONITORING = Path(__file__).resolve().parents[1] / "components/monitoring"


def test_committed_rules_are_fresh() -> None:
    """When this fails, run `make generated` and commit what it writes."""
    command = [sys.executable, str(MONITORING / "write_rules.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")


def test_all_rules_reach_the_cluster(built: Build) -> None:
    """Neither the text that is put together nor kustomize leaves one out."""
    files = sorted((built.agent / "deploy/prometheus/rules").glob("*.yaml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]

    assert all(rule["spec"]["groups"] == groups for rule in built.of("PrometheusRule"))
