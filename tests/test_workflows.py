"""The template's own workflows: no linter finds anything, and each would if there were something."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import workflow_lints
from conftest import ROOT, Render
from workflow_lints import actionlint, jactionlint, lint, rules, schemas, yamllint, zizmor

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


def test_nothing_is_found() -> None:
    """An exception is written beside what it excepts, with its reason."""

    assert lint(ROOT) == []


# What is replaced by what, in which file, and what has to be said of it.
FAULTS = {
    zizmor: [
        ("ci.yaml", "credentials: false", "credentials: true", "artipacked"),
        ("ci.yaml", CHECKOUT, "actions/checkout@v7", "unpinned-uses"),
        ("ci.yaml", "permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("ci.yaml", '"$ANSWERS"', "'${{ matrix.agent }}'", "template-injection"),
        ("ci.yaml", " # zizmor: ignore[unpinned-images]", "", "unpinned-images"),
        ("publish-example.yaml", " # zizmor: ignore[artipacked]", "", "artipacked"),
        ("weekly.yaml", "\nconcurrency:", "\nenv:", "concurrency-limits"),
        ("../dependabot.yml", "default-days: 7", "default-days: 0", "dependabot-cooldown"),
    ],
    actionlint: [
        ("ci.yaml", "matrix.outputs.agents", "matrix.outputs.agent", "expression"),
        ("release.yaml", "needs: notes", "needs: note", "job-needs"),
        ("weekly.yaml", "17 4 * * 1", "17 4 * * 8", "events"),
    ],
    jactionlint: [
        ("ci.yaml", "    timeout-minutes: 10\n", "", "missing-timeout"),
        ("ci.yaml", "persist-credentials:", "persisted:", "is not defined in action"),
        ("publish-example.yaml", "fetch-depth:", "depth:", "is not defined in action"),
        (
            "ci.yaml",
            "group: ci-${{ github.workflow }}-",
            "group: release #",
            "concurrency-cancels-prs",
        ),
        ("weekly.yaml", "      issues: write", "      issues: read", "insufficient-permissions"),
    ],
    schemas: [
        ("ci.yaml", "timeout-minutes:", "timeout_minutes:", "timeout_minutes"),
        ("../dependabot.yml", "weekly", "fortnightly", "fortnightly"),
    ],
    yamllint: [
        ("ci.yaml", "name: CI\n", "name: CI\nname: CD\n", "duplication"),
        ("ci.yaml", "name: CI\n", "name: CI \n", "trailing-spaces"),
        ("../dependabot.yml", "version: 2\n", "version:  2\n", "colons"),
    ],
    rules: [
        ("ci.yaml", "    permissions:\n      contents: read", "    env:\n      A: a", "may do"),
        ("ci.yaml", "ubuntu-24.04", "ubuntu-latest", "whatever is latest"),
        ("ci.yaml", " # v7.0.1", " # v7", "actions/checkout: is not pinned"),
        ("ci.yaml", " # v7.0.1", " # v7.0.0", "actions/checkout: has 2 pins"),
        ("publish-example.yaml", "    environment: example", "", "publish: has a secret"),
        ("publish-example.yaml", "python3 template", "uv run template", "publish: can do harm"),
        ("weekly.yaml", "run: |\n", "run: |\n          make check\n", "report: can do harm"),
    ],
}


@pytest.mark.parametrize(
    ("check", "fault"), [(check, fault) for check, faults in FAULTS.items() for fault in faults]
)
def test_planted_fault_is_found(
    check: Callable[[Path], Iterable[str]], fault: tuple[str, str, str, str], tmp_path: Path
) -> None:
    """Each linter is at work, on each kind of file."""
    name, old, new, finding = fault
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    file = tmp_path / ".github" / "workflows" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))

    assert [one for one in check(tmp_path) if finding in one] != []


def test_actions_have_one_pin(render: Render) -> None:
    """The template and its agents use the same commits: `scripts/copy_pins.py` sees to it."""
    pinned = workflow_lints.pins(ROOT, render())

    assert workflow_lints.disagreements(pinned) == []


def test_own_yaml_is_tidy() -> None:
    """Questions, answers and configuration are written like the workflows."""
    linter = [sys.executable, "-m", "yamllint", "--strict"]
    listed, found = (
        subprocess.run(
            [*linter, *options, "."], cwd=ROOT, capture_output=True, text=True, check=False
        )
        for options in (["--list-files"], [])
    )

    assert {"./copier.yml", "./answers/default.yml"} <= set(listed.stdout.splitlines())
    assert found.stdout + found.stderr == ""


def test_pull_requests_have_no_secret() -> None:
    """What strangers propose runs in a workflow that could not give anything away."""
    text = (ROOT / ".github/workflows/ci.yaml").read_text()

    assert "pull_request:" in text
    assert "secrets." not in text
    assert "write" not in text
