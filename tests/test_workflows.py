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
        ("fleet.yaml", '--group "$GROUP"', "--group '${{ inputs.group }}'", "template-injection"),
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
        ("ci.yaml", "run: make test", "continue-on-error: true", "test: goes on after a failure"),
        ("fleet.yaml", "status /dev/stdin", "status /dev/stdin; make check", "runs make check"),
        ("fleet.yaml", " --no-build", "", "status: can do harm, and runs uv run"),
        ("fleet.yaml", " --only-group fleet", "", "status: can do harm, and runs uv run"),
        ("fleet.yaml", "-m scripts.fleet", "-c ''", "status: can do harm, and runs uv run"),
        ("fleet.yaml", "environment: fleet #", "#", "propose: has a secret, and no environment"),
        ("fleet.yaml", "environment: fleet #", "environment: registry #", "nobody checks"),
        ("fleet.yaml", "contents: read # the checkout;", "contents: write #", "can write here"),
        ("fleet.yaml", "schedule:\n", "pull_request:\n  schedule:\n", "starts at pull_request"),
        ("publish-example.yaml", "ref: refs/tags/$", "ref: $", "checks out whatever it is told"),
        ("publish-example.yaml", "    environment: example", "", "publish: has a secret"),
        ("publish-example.yaml", "python3 template", "uv run template", "publish: can do harm"),
        ("publish-example.yaml", "python3 template", "bash template", "publish: can do harm"),
        ("publish-example.yaml", "run: sha256sum", "run: echo", "could have replaced"),
        ("publish-example.yaml", "needs: [render, check]", "needs: render", "nobody checks"),
        ("publish-example.yaml", "  workflow_call:", "  pull_request:", "starts at pull_request"),
        ("release.yaml", "needs: [notes, ci]", "needs: notes", "release: publishes what nobody"),
        ("release.yaml", "run: sha256sum", "run: cat", "release: can do harm, and takes"),
        ("release.yaml", 'tags: ["v*"]', 'tags: ["*"]', "starts at push"),
        ("release.yaml", "needs: release", "if: always()", "example: publishes whatever fails"),
        ("release.yaml", "secrets:\n      EXAMPLE", "secrets: inherit #", "gives away all"),
        ("weekly.yaml", "run: |\n", "run: |\n          make check\n", "report: can do harm"),
        ("weekly.yaml", "run: |\n", "run: |\n          python3 -c ''\n", "runs python3 -c"),
        ("weekly.yaml", "    env:\n", "    env:\n      T: ${{ github.token }}\n", "of all steps"),
    ],
}

PUBLISH, ROLL_OUT = "cosign sign --yes", "python3 deploy/pipeline/roll_out.py"
ACTION = "../actions/roll-out/action.yaml"
REGISTRY, PRODUCTION = "environment: registry", "environment: production"
ENV = "KUBECONFIG: ${{ secrets.KUBECONFIG }}"
ISSUER = "token.actions.githubusercontent.com"
CALLED = "contents: read # to check it out"
# The same for `rules` in an agent, with what each line would bring about.
AGENT_FAULTS = [
    ("deploy.yaml", PUBLISH, f"cd . && make image && {PUBLISH}", "publish: can do harm, and runs"),
    ("deploy.yaml", PUBLISH, f'docker run "$IMAGE" && {PUBLISH}', "and runs docker run"),
    ("deploy.yaml", PUBLISH, f"python3 -m pip install it; {PUBLISH}", "and runs python3 -m"),
    ("deploy.yaml", PUBLISH, f"$(make it) {PUBLISH}", "and runs make it"),
    ("deploy.yaml", "uses: sigstore/", "uses: elsewhere/", "and uses elsewhere/cosign-installer"),
    ("deploy.yaml", "environment: registry", "", "publish: can publish, and has no environment"),
    ("deploy.yaml", REGISTRY, f"{REGISTRY}\n    if: always()", "publish: publishes whatever"),
    ("deploy.yaml", REGISTRY, f"{REGISTRY}\n    container: a", "publish: can do harm, and has"),
    ("deploy.yaml", "needs: checks\n    runs", "runs", "publish: publishes what nobody checks"),
    ("deploy.yaml", "branches: [main]", "branches: ['**']", "starts at push"),
    ("deploy.yaml", CALLED, "contents: write", "checks: gives away contents: write"),
    ("deploy.yaml", CALLED, "id-token: write", "checks: gives away id-token: write"),
    ("deploy.yaml", PRODUCTION, "environment: development", "deploys production in the"),
    ("deploy.yaml", '$IMAGE_FILE"', '$IMAGE_FILE" || true', "could have replaced"),
    ("deploy.yaml", PRODUCTION, f"env:\n      {ENV}\n    {PRODUCTION}", "of all steps"),
    ("update.yaml", "origin template-update", "origin HEAD:main", "and runs git push"),
    ("update.yaml", "--exclude='.github*' ", "", "and runs git apply"),
    ("update.yaml", "gh pr create", "gh pr merge --auto || gh pr create", "and runs gh pr merge"),
    ("ci.yaml", 'exit-code: "1"', 'exit-code: "0"', "image: scans, and fails at nothing"),
    ("ci.yaml", 'exit-code: "1"', 'exit-code: "1"\n        continue-on-error: true', "goes on"),
    ("ci.yaml", "uses: actions/upload-artifact", "run: make image #", "image: builds again"),
    ("ci.yaml", "run: make test", "continue-on-error: true", "test: goes on after a failure"),
    (ACTION, "cosign verify", "echo", "rolls out what nobody"),
    (ACTION, ISSUER, f"{ISSUER} || echo", "rolls out what nobody"),
    (ACTION, 'identity "$SIGNER"', "identity-regexp .*", "cosign verify"),
    (ACTION, ROLL_OUT, f"make kubectl && {ROLL_OUT}", "and runs make"),
    (ACTION, ROLL_OUT, f"python3 -c '' && {ROLL_OUT}", "and runs python3"),
    (ACTION, '> "$KUBECONFIG"', '>> "$GITHUB_ENV"', "GITHUB_ENV"),
    (ACTION, "umask 077", "umask 000", "and runs umask 000"),
    (ACTION, "shell: bash", "shell: python", "and runs python"),
]


def findings(
    check: Callable[[Path], Iterable[str]], source: Path, fault: tuple[str, str, str, str], to: Path
) -> list[str]:
    """Plant a fault in a copy of a repository's workflows, and return what is said of it."""
    name, old, new, finding = fault
    shutil.copytree(source / ".github", to / ".github")
    file = to / ".github" / "workflows" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return [one for one in check(to) if finding in one]


@pytest.mark.parametrize(
    ("check", "fault"), [(check, fault) for check, faults in FAULTS.items() for fault in faults]
)
def test_planted_fault_is_found(
    check: Callable[[Path], Iterable[str]], fault: tuple[str, str, str, str], tmp_path: Path
) -> None:
    """Each linter is at work, on each kind of file."""

    assert findings(check, ROOT, fault, tmp_path) != []


@pytest.mark.parametrize("fault", AGENT_FAULTS)
def test_fault_planted_in_an_agent_is_found(
    render: Render, fault: tuple[str, str, str, str], tmp_path: Path
) -> None:
    """Who can publish or deploy runs nothing else, and only after the checks."""

    assert findings(rules, render(), fault, tmp_path) != []


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
