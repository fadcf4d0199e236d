"""`act` really runs an agent's ci.yaml, on this machine instead of GitHub's.

What cannot run here: the job `image`, which needs Docker and a scanner's list of holes, and deploy.yaml,
which needs a registry and somebody who signs. The Python is this machine's, whatever the matrix says.
"""

import re
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from agents import run
from conftest import Render, git

pytestmark = pytest.mark.lab

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ACT = Path(sysconfig.get_path("scripts")) / "act"
SETUP_UV = re.compile(r"uses: (astral-sh/setup-uv@\w+)")
JOB_END = re.compile(r"^\[Checks/(.+?) *\].*Job (succeeded|failed)$", re.MULTILINE)
# uv is here already; the real action fetches it.
STAND_IN = """
name: Set up uv
description: Chooses the Python, and nothing else.
inputs:
  enable-cache: {description: Whether there is one, default: ""}
  python-version: {description: Which Python, default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env: {PYTHON: "${{ inputs.python-version }}"}
      run: if [ -n "$PYTHON" ]; then echo "UV_PYTHON=$PYTHON" >> "$GITHUB_ENV"; fi
"""


@dataclass(frozen=True)
class Workflow:
    """The ci.yaml of an agent that is a git repository, and where act finds what it needs."""

    agent: Path
    home: Path

    def __call__(self, *options: str) -> tuple[dict[str, str], str]:
        """How each job ended, by its name in a pull request; and all that was printed."""
        ci = self.agent / ".github/workflows/ci.yaml"
        [setup_uv] = set(SETUP_UV.findall(ci.read_text()))
        command = [str(ACT), "pull_request", "--workflows", str(ci), "--no-cache-server"]
        command += ["--platform", "ubuntu-24.04=-self-hosted", "--matrix", f"python:{PYTHON}"]
        command += ["--local-repository", f"{setup_uv}={self.home / 'setup-uv'}"]
        cache = run(self.agent, "uv", "cache", "dir").stdout.strip()
        home = (f"HOME={self.home}", f"XDG_CACHE_HOME={self.home}", f"UV_CACHE_DIR={cache}")
        said = run(self.agent, "env", *home, *command, *options).stdout
        return dict(JOB_END.findall(said)), said

    def commit(self) -> None:
        """Everything that is there."""
        git(self.agent, "add", "--all")
        git(self.agent, "commit", "--quiet", "--message", "Change")


def workflow_of(agent: Path, folder: Path) -> Workflow:
    """Make a repository of an agent, with its lock file as its README says."""
    workflow = Workflow(Path(shutil.copytree(agent, folder / "agent")), folder / "home")
    # What is rendered from a plain folder has no version, which the doctor misses.
    with (workflow.agent / ".copier-answers.yml").open("a") as written:
        written.write("_commit: v1.0.0\n")
    (workflow.home / "setup-uv").mkdir(parents=True)
    (workflow.home / "setup-uv/action.yml").write_text(STAND_IN)
    locked = run(workflow.agent, "uv", "lock")
    assert locked.returncode == 0, locked.stdout
    git(workflow.agent, "init", "--quiet", "--initial-branch=main")
    workflow.commit()
    return workflow


@pytest.fixture
def small(render: Render, tmp_path: Path) -> Workflow:
    """The least agent, of whose tests only its owner's are left: the rest take minutes."""
    workflow = workflow_of(render("minimal", ci="github"), tmp_path)
    for file in (workflow.agent / "tests").rglob("test_*.py"):
        if file.parent.name != "agent":
            file.unlink()
    workflow.commit()
    return workflow


def test_checks_are_green_until_a_test_fails(small: Workflow) -> None:
    """A rendered agent passes as it is; a test that fails turns its own job red, and no other."""
    names = ["Lint, types", f"Tests on Python {PYTHON}"]
    first, said = small()
    (small.agent / "tests/agent/test_planted.py").write_text(
        '"""Planted."""\n\n\ndef test_fails() -> None:\n    """It does."""\n    assert not __name__\n'
    )
    small.commit()
    second, then_said = small()

    assert first == dict.fromkeys(names, "succeeded"), said
    assert second == dict(zip(names, ("succeeded", "failed"), strict=True)), then_said


def test_stale_lock_file_is_refused(small: Workflow) -> None:
    """What is tested is what the lock file says, so it has to be the one of this pyproject.toml."""
    pyproject = small.agent / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('"tenacity>=9.1"', '"tenacity>=9.1.2"'))
    small.commit()
    ends, said = small()

    assert list(ends.values()) == ["failed", "failed"], said
    assert "but `UV_LOCKED=1` was provided" in said, said
    assert "uv.lock: this is not what pyproject.toml asks for." in said, said


def test_manifests_are_checked(render: Render, tmp_path: Path) -> None:
    """What Kubernetes will read is built and checked, until a Service selects nothing any more."""
    workflow = workflow_of(render("default"), tmp_path)
    first, said = workflow("--job", "manifests")
    service = workflow.agent / "deploy/kubernetes/base/service.yaml"
    service.write_text(service.read_text().replace("component: agent", "component: nobody"))
    workflow.commit()
    second, _ = workflow("--job", "manifests")

    assert first == {"Manifests": "succeeded"}, said
    assert second == {"Manifests": "failed"}
