"""The weekly update, run for real: this template in two versions, an agent, and what comes of it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from agents import fresh_environment
from conftest import ROOT, git
from copier import Settings, run_copy

pytestmark = pytest.mark.living

# One quick test instead of all of them; the answers have no manifests.
FEW_TESTS = {"ARGS": "tests/test_errors.py"}
ANSWERS = {"deployment": [], "observability": [], "transports": "http", "task_store": "memory"}
GH = """#!/bin/sh
echo "gh $*" >> "$CALLS"
"""


@dataclass(frozen=True)
class House:
    """An agent of version 1, and the template, in which version 2 has changed something."""

    agent: Path
    template: Path
    handed_on: Path

    def release(self, change: Callable[[Path], Any]) -> None:
        """Change the template, and tag that as version 2."""
        change(self.template)
        git(self.template, "commit", "--quiet", "--all", "--message", "Change")
        git(self.template, "tag", "v2.0.0")

    def update(self) -> tuple[int, dict[str, str], str]:
        """The exit code of the job's program, its outputs, and what it prints."""
        outputs = self.handed_on.with_name("outputs")
        outputs.write_text("")
        done = subprocess.run(
            [sys.executable, ".github/scripts/update.py", self.handed_on],
            cwd=self.agent,
            env=fresh_environment() | FEW_TESTS | {"GITHUB_OUTPUT": str(outputs)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = outputs.read_text().splitlines()
        return done.returncode, dict(line.split("=") for line in lines), done.stdout

    def report(self) -> str:
        """The text of the pull request."""
        return (self.handed_on / "report.md").read_text()


@pytest.fixture
def house(released: Path, tmp_path: Path) -> House:
    """Both are git repositories, as GitHub checks them out."""
    template, agent = tmp_path / "template", tmp_path / "agent"
    git(tmp_path, "clone", "--quiet", str(released), str(template))
    run_copy(str(template), agent, ANSWERS, defaults=True, quiet=True, settings=Settings())
    git(agent, "init", "--quiet", "--initial-branch=main")
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Start")
    return House(agent, template, tmp_path / "update")


def replaced(name: str, old: str, new: str) -> Callable[[Path], Any]:
    """A change of one file."""

    def change(folder: Path) -> None:
        [file] = folder.glob(name)
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return change


def test_nothing_new_is_no_pull_request(house: House) -> None:
    """The second job is skipped, because there is nothing to hand on."""
    code, outputs, said = house.update()

    assert code == 0, said
    assert outputs == {"changed": "false", "conflicts": "false"}
    assert not house.handed_on.exists()


def test_conflicts_and_failures_are_told(house: House) -> None:
    """Whoever opens the pull request sees where to decide, and what does not pass."""
    replaced("README.md", "## Run it", "## How we run it")(house.agent)
    git(house.agent, "commit", "--quiet", "--all", "--message", "Our words")

    def change(template: Path) -> None:
        replaced("template/README.md.jinja", "## Run it", "## Start it")(template)
        replaced("template/src/*/conversation.py", '"""', 'NOTHING: int = ""\n"""')(template)

    house.release(change)
    code, outputs, said = house.update()
    report = house.report()

    assert code == 0, said
    assert outputs == {"changed": "true", "conflicts": "true"}
    assert "from `v1.0.0` to `v2.0.0`" in report
    assert re.findall(r"^- `(.*)`$", report, re.MULTILINE) == ["README.md"]
    assert re.findall(r"^\| `make (\w+)` \| (.*) \|$", report, re.MULTILINE)[:2] == [
        ("setup", "passed"),
        ("check", "**failed**"),
    ]
    assert "<summary>make check</summary>" in report


def test_pull_request_is_what_the_update_made(house: House, tmp_path: Path) -> None:
    """The second job applies the patch to a fresh checkout, pushes it, and quotes the text."""
    house.release(replaced("template/README.md.jinja", "## Run it", "## Start it"))
    code, outputs, said = house.update()
    updated = {name: (house.agent / name).read_bytes() for name in ("README.md", "uv.lock")}
    origin, checkout, programs = (tmp_path / name for name in ("origin", "checkout", "bin"))
    git(house.agent, "stash", "--quiet")
    git(tmp_path, "clone", "--quiet", "--bare", str(house.agent), str(origin))
    git(tmp_path, "clone", "--quiet", str(origin), str(checkout))
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    push(checkout, house.handed_on.parent, programs)
    git(checkout, "fetch", "--quiet")
    pushed = {
        name: git(checkout, "show", f"origin/template-update:{name}").encode() for name in updated
    }

    assert code == 0, said
    assert outputs == {"changed": "true", "conflicts": "false"}
    assert "**failed**" not in house.report()
    assert pushed == updated
    assert "pr create --title" in (programs / "calls").read_text()


def push(checkout: Path, runner_temp: Path, programs: Path) -> None:
    """Run the last step of the workflow as it is written; gh is a stand-in."""
    workflow = yaml.safe_load((ROOT / "template/.github/workflows/update.yaml").read_text())
    step = workflow["jobs"]["pull-request"]["steps"][-1]
    environment = fresh_environment() | {"RUNNER_TEMP": str(runner_temp), "DRAFT": ""}
    environment |= {"CALLS": str(programs / "calls")}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    bash = [shutil.which("bash") or "bash", "-eo", "pipefail", "-c", step["run"]]
    subprocess.run(bash, cwd=checkout, env=environment, check=True, capture_output=True)


def test_update_that_wants_trust_is_refused(house: House) -> None:
    """A template that would run something on update is not followed, and the job says so."""
    house.release(
        replaced("copier.yml", "_templates_suffix", "_tasks: [touch ran]\n_templates_suffix")
    )
    code, outputs, said = house.update()

    assert code != 0
    assert outputs == {}
    assert "unsafe" in said.lower()
    assert not (house.agent / "ran").exists()
