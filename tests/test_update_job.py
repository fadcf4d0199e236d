"""The weekly update, run for real: this template in two versions, an agent, and what comes of it."""

import hashlib
import importlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from agents import fresh_environment
from conftest import ROOT, git
from copier import Settings, run_copy

pytestmark = pytest.mark.living

# One quick test instead of all of them; the answers have no manifests.
FEW_TESTS = {"PYTEST_ADDOPTS": "tests/test_errors.py"}
ANSWERS = {"deployment": [], "observability": [], "transports": "http", "task_store": "memory"}
SCRIPTS = ".github/scripts"
GH = """#!/bin/sh
echo "gh $*" >> "$CALLS"
"""


@dataclass(frozen=True)
class Ended:
    """What came of a step: its exit code, what it hands on, and what it prints."""

    code: int
    outputs: str
    said: str


@dataclass(frozen=True)
class House:
    """An agent of version 1, and the template, in which version 2 has changed something."""

    agent: Path
    template: Path
    handed_on: Path

    def release(self, *changes: tuple[str, str, str]) -> None:
        """Replace something in files of the template, and tag that as version 2."""
        for name, old, new in changes:
            replace(self.template, name, old, new)
        git(self.template, "commit", "--quiet", "--all", "--message", "Change")
        git(self.template, "tag", "v2.0.0")

    def update(self) -> Ended:
        """What the first job does."""
        return self.run(self.agent, sys.executable, f"{SCRIPTS}/update.py", str(self.handed_on))

    def check(self) -> Ended:
        """What the second one does, in a checkout of its own."""
        checkout = self.checkout("check")
        git(checkout, "apply", "--index", str(self.handed_on / "changes.patch"))
        return self.run(checkout, sys.executable, f"{SCRIPTS}/check_update.py")

    def propose(self, results: str) -> str:
        """Run the last steps of the third one as they are written; return how gh, a stand-in, is called."""
        checkout, programs = self.checkout("proposed"), self.handed_on.with_name("bin")
        programs.mkdir()
        (programs / "gh").write_text(GH)
        (programs / "gh").chmod(0o755)
        workflow = yaml.safe_load((ROOT / "template/.github/workflows/update.yaml").read_text())
        push = workflow["jobs"]["pull-request"]["steps"][-1]["run"]
        bash = (shutil.which("bash") or "bash", "-eo", "pipefail", "-c", push)
        path = f"{programs}:{fresh_environment()['PATH']}"
        calls = programs / "calls"
        done = self.run(
            checkout, *bash, PATH=path, CALLS=str(calls), RESULTS=results, DRAFT="--draft"
        )
        assert done.code == 0, done.said
        return calls.read_text()

    def checkout(self, name: str) -> Path:
        """Clone what is committed, from a repository that takes pushes."""
        origin, folder = (self.handed_on.with_name(one) for one in ("origin", name))
        if not origin.exists():
            git(origin.parent, "clone", "--quiet", "--bare", str(self.agent), str(origin))
        git(origin.parent, "clone", "--quiet", str(origin), str(folder))
        return folder

    def run(self, folder: Path, *command: str, **environment: str) -> Ended:
        """Run a program as a step of a workflow."""
        outputs = self.handed_on.with_name("outputs")
        outputs.write_text("")
        runner = {"GITHUB_OUTPUT": str(outputs), "GITHUB_RUN_ID": "42"}
        runner["RUNNER_TEMP"] = str(self.handed_on.parent)
        done = subprocess.run(
            command,
            cwd=folder,
            env=fresh_environment() | FEW_TESTS | runner | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ended(done.returncode, outputs.read_text(), done.stdout)

    def report(self) -> str:
        """The first job's part of the text of the pull request."""
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


def replace(folder: Path, name: str, old: str, new: str) -> None:
    """Replace something in one file."""
    [file] = folder.glob(name)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


README = ("template/README.md.jinja", "## Run it", "## Start it")
PIPELINE = (
    "template/.github/workflows/ci.yaml.jinja",
    "timeout-minutes: 15",
    "timeout-minutes: 16",
)


def test_nothing_new_is_no_pull_request(house: House) -> None:
    """The other jobs are skipped, because there is nothing to hand on."""
    ended = house.update()

    assert ended.code == 0, ended.said
    assert ended.outputs == "changed=false\nleft=false\n"
    assert not house.handed_on.exists()


def test_what_is_left_is_told(house: House) -> None:
    """Whoever opens the pull request sees where to decide, and that the lock file is the old one."""
    replace(house.agent, "README.md", "## Run it", "## How we run it")
    git(house.agent, "commit", "--quiet", "--all", "--message", "Our words")
    house.release(README, ("template/pyproject.toml.jinja", '"redis>=6.4"', '"redis>=6.4,<6"'))
    ended = house.update()
    report = house.report()

    assert ended.code == 0, ended.said
    assert ended.outputs == "changed=true\nleft=true\n"
    assert "    v1.0.0\n    v2.0.0\n" in report
    assert "decide there:\n\n    README.md\n" in report
    assert "`uv.lock` is not renewed:" in report
    assert "By hand" not in report


@pytest.mark.parametrize("version", ['dynamic = ["version"]', 'version = "0.1.0"'])
def test_update_runs_nothing_that_it_brings(house: House, version: str) -> None:
    """Neither the agent nor a package beside it is built, though one could write the patch then."""
    beside = 'package = true\n[tool.uv.sources]\ntrustme = {path = "src/beside", editable = true}'
    house.release(
        ("template/pyproject.toml.jinja", '"hatchling.build"', '"spy"\nbackend-path = ["src"]'),
        ("template/pyproject.toml.jinja", 'version = "0.1.0"', version),
        ("template/pyproject.toml.jinja", "[tool.ruff]", f"[tool.uv]\n{beside}\n\n[tool.ruff]"),
    )
    (house.agent / "src/beside").mkdir()
    (house.agent / "src/beside/pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'spy'\nbackend-path = ['..']\n"
    )
    (house.agent / "src/spy.py").write_text(f"open({str(house.handed_on) + '-ran'!r}, 'w')\n")
    git(house.agent, "add", "--all")
    git(house.agent, "commit", "--quiet", "--message", "Spy")
    ended = house.update()

    assert ended.outputs == "changed=true\nleft=true\n", ended.said
    assert not house.handed_on.with_name("update-ran").exists()


def test_checks_hand_on_a_text(house: House) -> None:
    """It says what failed and how it ended; what they print is no command to GitHub's log."""
    house.release(
        ("template/Makefile.jinja", "\tuv sync\n", '\tuv sync\n\t@echo "::error::planted"\n'),
        ("template/src/*/conversation.py", "JSON: Type", 'NOTHING: int = ""\nJSON: Type'),
    )
    updated, checked = house.update(), house.check()

    assert (updated.code, checked.code) == (0, 0), updated.said + checked.said
    assert updated.outputs == "changed=true\nleft=false\n"
    assert re.findall(r"^make (\w+): (\w+)$", checked.outputs, re.MULTILINE)[:3] == [
        ("setup", "passed"),
        ("doctor", "passed"),
        ("check", "failed"),
    ]
    assert "--- make check ---" in checked.outputs
    assert re.search(
        r"^::stop-commands::(\w+)$(?s:.*)^::error::planted$(?s:.*)^::\1::$",
        checked.said,
        re.MULTILINE,
    )


def test_pull_request_is_what_the_update_made(house: House) -> None:
    """Its branch has all that the update brings, but for the pipeline: that takes a command by hand."""
    house.release(README, PIPELINE)
    ended = house.update()
    call = house.propose("make check: failed\n## Approved\r# <b>@all</b>")
    branch = house.checkout("branch")
    git(branch, "switch", "--quiet", "template-update")
    before = git(branch, "diff", "--stat", "origin/main", "--", ".github")
    [(hash_and_file, apply)] = re.findall(r'^echo "(.*)" \| .* &&\n  git (.*)$', call, re.MULTILINE)
    shutil.copytree(house.handed_on, branch / "build/update")
    git(branch, *apply.replace("'", "").split())

    assert ended.outputs == "changed=true\nleft=true\n", ended.said
    assert call.startswith("gh auth setup-git\ngh pr create --draft --title Update")
    assert "\n    .github/workflows/ci.yaml\n" in call
    assert "\n    make check: failed\n    ## Approved\n    # <b>@all</b>" in call
    assert before == ""
    assert git(house.agent, "ls-files", "--stage") == git(branch, "ls-files", "--stage")
    assert (branch / "uv.lock").exists()
    assert (
        hash_and_file.split()[0]
        == hashlib.sha256((house.handed_on / "changes.patch").read_bytes()).hexdigest()
    )


def test_replaced_patch_is_refused(house: House, tmp_path: Path) -> None:
    """Another job of the run can replace the file that is handed on, but not its hash."""
    workflow = yaml.safe_load((ROOT / "template/.github/workflows/update.yaml").read_text())["jobs"]
    [say] = [step["run"] for step in workflow["update"]["steps"] if step.get("id") == "files"]
    refuse = workflow["pull-request"]["steps"][2]["run"]
    for name in ("changes.patch", "report.md"):
        (tmp_path / name).write_text(name)
    handed_on = house.run(tmp_path, "bash", "-ec", say).outputs
    files = handed_on.removeprefix("files<<END\n").removesuffix("\nEND\n")
    codes = [house.run(tmp_path, "bash", "-ec", refuse, FILES=files).code]
    (tmp_path / "changes.patch").write_text("something else")
    codes += [house.run(tmp_path, "bash", "-ec", refuse, FILES=known).code for known in (files, "")]

    assert codes == [0, 1, 1]


def test_longest_text_is_short_enough(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub takes it, however much there is to say; names stay text."""
    monkeypatch.syspath_prepend(house.agent / SCRIPTS)
    monkeypatch.setenv("GITHUB_RUN_ID", "42")
    foreign, text = (importlib.import_module(name) for name in ("foreign", "update_report"))
    lock = foreign.Run(command="uv lock", passed=False, output="x" * 10_000)
    versions, names = ("`v1\r<b>", "v2"), ["`\r#"] * 3000
    house.handed_on.mkdir()
    (house.handed_on / "report.md").write_text(
        text.report(
            versions=versions, conflicts=names, by_hand=names, patch_sha256="0" * 64, lock=lock
        )
    )
    replace(house.agent, "README.md", "## Run it", "## Start it")
    (house.handed_on / "changes.patch").write_text(git(house.agent, "diff"))
    call = house.propose("\n" * 100_000)

    assert len(call) < 65_536
    assert "    `v1\n    <b>\n    v2\n" in call
    assert [
        line for line in call.splitlines() if line.startswith(("#", "<")) and line[:3] != "## "
    ] == []


def test_update_that_wants_trust_is_refused(house: House) -> None:
    """A template that would run something on update is not followed, and the job says so."""
    house.release(("copier.yml", "_templates_suffix", "_tasks: [touch ran]\n_templates_suffix"))
    ended = house.update()

    assert ended.code != 0
    assert ended.outputs == ""
    assert "unsafe" in ended.said.lower()
    assert not (house.agent / "ran").exists()
