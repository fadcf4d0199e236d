"""`make doctor` of rendered agents: sound ones, and ones that an update has left in between."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from agents import fresh_environment, make, run
from conftest import ANSWERS, Render, git, read_answers
from copier import Settings, run_copy, run_update

pytestmark = pytest.mark.slow

DOCTOR = "scripts/doctor/doctor.py"
BEGIN = "from here on, this file says two things."
NOT_LOCKED = "uv.lock: the versions to install are not locked."


def doctor(agent: Path, *words: str, python: str = sys.executable) -> list[str]:
    """What it says of an agent, line by line; its exit code comes first."""
    done = subprocess.run(
        (python, DOCTOR, *words),
        cwd=agent,
        env=fresh_environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [str(done.returncode), *done.stdout.splitlines()]


def start(agent: Path) -> Path:
    """Put an agent under git."""
    git(agent, "init", "--quiet")
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Start")
    return agent


@pytest.fixture
def agent(render: Render, tmp_path: Path) -> Path:
    """One with default answers, under git."""
    return start(Path(shutil.copytree(render(), tmp_path / "agent")))


def replace(folder: Path, name: str, old: str, new: str) -> None:
    """Replace something in one file."""
    [file] = folder.glob(name)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize("answers", ANSWERS)
def test_fresh_agent_lacks_only_its_lock_file(render: Render, tmp_path: Path, answers: str) -> None:
    """Whatever was chosen, nothing else is to be mended before `make setup`."""
    agent = start(Path(shutil.copytree(render(answers), tmp_path / "agent")))
    # What is rendered from a plain folder has no version.
    with (agent / ".copier-answers.yml").open("a") as written:
        written.write("_commit: v1.0.0\n")
    code, *said, last = doctor(agent, "--offline")

    assert [line for line in said if "notice: _src_path leads to a temporary" not in line] == [
        f"{NOT_LOCKED} Run `make setup`, and commit this file."
    ]
    assert (code, last.split(",")[0].rstrip(".")) == ("1", "1 thing to mend")
    assert git(agent, "status", "--porcelain") == " M .copier-answers.yml\n"


# What the owner and the template's second release make of the same lines.
BOTH_CHANGE = [
    ("README.md", "## Run it", "## How we run it", "## Start it"),
    ("Makefile", "setup: ##", "setup: ## ours:", "setup: ## theirs:"),
    ("pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"', 'version = "1.0.0"'),
]


# What the second release no longer has; the owner has changed the first one.
GONE = ["docs/data.md", "docs/first-hour.md"]


@dataclass(frozen=True)
class Followed:
    """An agent after an update, and what its doctor said before."""

    agent: Path
    before: list[str]


@pytest.fixture(scope="module")
def followed(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Copier has updated it and said nothing of conflicts; copy it before changing it."""
    folder = tmp_path_factory.mktemp("update")
    house, agent = folder / "house", folder / "agent"
    git(folder, "clone", "--quiet", str(released), str(house))
    data = {"deployment": [], "observability": [], "transports": "http"}
    usual: dict[str, Any] = {"defaults": True, "quiet": True, "settings": Settings()}
    run_copy(str(house), agent, data, **usual)
    start(agent)
    (agent / ".env").write_text("A2A_HSTS_SECONDS=0\n")
    (agent / "docs/data.md").write_text("How we keep data.\n")
    for name, line, ours, theirs in BOTH_CHANGE:
        replace(agent, name, line, ours)
        replace(house / "template", f"{name}.jinja", line, theirs)
    replace(house / "template", "src/*/settings.py.jinja", "hsts_seconds", "strict_seconds")
    replace(house / "template", ".env.example.jinja", "A2A_HSTS", "A2A_STRICT")
    for name in GONE:
        (house / f"template/{name}.jinja").unlink()
    git(agent, "commit", "--quiet", "--all", "--message", "Ours")
    git(house, "commit", "--quiet", "--all", "--message", "Change")
    git(house, "tag", "v2.0.0")
    before = doctor(agent)
    run_update(agent, overwrite=True, **usual)
    return Followed(agent, before)


def test_newer_release_is_a_notice(followed: Followed) -> None:
    """An agent that stays behind is sound; only its lock file is missing."""
    new = "the template has release 2.0.0, and this agent is made of v1.0.0."

    assert any(f"notice: {new}" in line for line in followed.before)
    assert followed.before[-1].startswith("1 thing to mend, ")
    assert not any(new in line for line in doctor(followed.agent))


def test_conflicts_of_an_update_are_named(followed: Followed) -> None:
    """Although neither make nor uv can read this agent any more, and each of them once."""
    code, *said = doctor(followed.agent, "--offline")
    places = [line.split(": ")[0].split(":") for line in said if BEGIN in line]
    lines = {name: (followed.agent / name).read_text().splitlines() for name, _ in places}

    assert code == "1"
    assert [name for name, _ in places] == ["Makefile", "README.md", "pyproject.toml"]
    assert {lines[name][int(line) - 1] for name, line in places} == {f"{'<' * 7} before updating"}
    assert not any("not valid" in line or "as one in conflict" in line for line in said)


def test_removed_setting_is_named(followed: Followed) -> None:
    """What an owner has set is read by nobody after the update."""
    gone = ".env:1: the agent has no setting A2A_HSTS_SECONDS."

    assert not any(line.startswith(gone) for line in followed.before)
    assert any(line.startswith(gone) for line in doctor(followed.agent, "--offline"))


def test_lost_lines_are_named_until_the_update_is_committed(
    followed: Followed, tmp_path: Path
) -> None:
    """Nothing else speaks of them: neither Copier nor git holds that for a conflict."""
    agent = shutil.copytree(followed.agent, tmp_path / "agent")
    said = doctor(agent, "--offline")
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Update")

    assert [name for name in GONE if (agent / name).exists()] == []
    assert [line.partition(":")[0] for line in said if "takes this file away" in line] == GONE[:1]
    assert not any("takes this file away" in line for line in doctor(agent, "--offline"))
    assert git(agent, "show", "HEAD^:./docs/data.md") == "How we keep data.\n"


def test_decided_conflict_waits_for_git(followed: Followed, tmp_path: Path) -> None:
    """The marks are gone, but git holds the file until it is added."""
    agent = shutil.copytree(followed.agent, tmp_path / "agent")
    git(agent, "checkout", "--ours", "--", "README.md")
    waiting = [line for line in doctor(agent, "--offline") if line.startswith("README.md")]
    git(agent, "add", "README.md")
    decided = [line for line in doctor(agent, "--offline") if line.startswith("README.md")]

    assert "git still holds this file as one in conflict." in waiting[0]
    assert decided == []


# Each of the agent's own checks, and what it is there for: file, text, what is said of it.
FAULTS = [
    ("docs/own.md", f"{'<' * 7} ours\n", "docs/own.md:1: from here on, this file says two things."),
    ("Makefile.rej", "", "Makefile.rej: these changes did not fit into Makefile."),
    ("deploy/own.yaml", "a: 1\na: 2\n", "deploy/own.yaml:2: this is not valid YAML: "),
    ("deploy/own.json", "{", "deploy/own.json:1: this is not valid JSON: "),
    ("own.toml", "a =\n", "own.toml:1: this is not valid TOML: "),
    ("tests/own.py", "def", "tests/own.py:1: this is not valid Python: "),
    (".env", "A2A_PRT=1\n", ".env:1: the agent has no setting A2A_PRT."),
    (".copier-answers.yml", "a: 1\n", ".copier-answers.yml: _commit is missing"),
    ("deploy/prometheus/rules/own.yaml", "a: 1\ngroups:\n", "deploy/kubernetes/components/"),
]


@pytest.mark.parametrize(("name", "text", "said"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_planted_fault_is_named(agent: Path, name: str, text: str, said: str) -> None:
    """By an agent that has nothing but Python."""
    (agent / name).write_text(text)

    assert any(line.startswith(said) for line in doctor(agent, "--offline"))


def test_ignored_files_are_left_alone(agent: Path) -> None:
    """What git does not look at, nobody has to mend."""
    (agent / "build").mkdir()
    (agent / "build/own.json").write_text("{")

    assert not any("own.json" in line for line in doctor(agent, "--offline"))


@pytest.mark.living
@pytest.mark.parametrize("answers", ["default", "everything", "minimal"])
def test_sound_agent_has_nothing_to_mend(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    """After `make setup` and the first commit; looking changes nothing."""
    agent, data = tmp_path / "agent", read_answers(answers)
    run_copy(str(released), agent, data, defaults=True, quiet=True, settings=Settings())
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))  # the template is not in it
    (tmp_path / "tmp").mkdir()
    make(agent, "setup")
    start(agent)

    assert make(agent, "doctor", "ARGS=--strict") == "Nothing to mend.\n"
    assert git(agent, "status", "--porcelain") == ""


@pytest.mark.living
def test_stale_files_of_a_living_agent_are_named(agent: Path) -> None:
    """What is generated and locked, although the project itself no longer starts.

    What is installed is no fault of its own as long as the lock file is stale.
    """
    make(agent, "setup", "stubs")
    with (agent / ".copier-answers.yml").open("a") as written:
        written.write("_commit: v1.0.0\n")
    replace(agent, "proto/a2a.proto", "string message_id = 1", "string message_id = 99")
    (agent / "deploy/grafana/dashboards/agent.json").write_text("{}")
    # Offline, uv knows the versions that it has installed, and no others.
    replace(agent, "pyproject.toml", '"redis>=6.4"', '"redis>=6.4,!=6.4.1"')
    shutil.rmtree(next((agent / ".venv").glob("lib/python*/site-packages/redis-*.dist-info")))
    stale = run(agent, "make", "doctor", "ARGS=--offline").stdout.splitlines()
    replace(agent, "pyproject.toml", "[project]", f"{'<' * 7} before updating\n[project]")
    broken = run(agent, "make", "doctor", "ARGS=--offline").stdout.splitlines()

    assert [line.partition(":")[0] for line in stale if "notice" not in line][:-1] == [
        "deploy/grafana/dashboards",
        "uv.lock",
        "proto/a2a.proto",
        "build/stubs",
    ]
    assert broken[0].startswith("pyproject.toml:")


@pytest.mark.living
def test_without_uv_yaml_is_not_read(agent: Path, tmp_path: Path) -> None:
    """It says so, and names everything else."""
    programs = tmp_path / "bin"
    programs.mkdir()
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"), check=True)
    for name in ("make", "git", "sh"):
        (programs / name).symlink_to(shutil.which(name) or "")
    python = programs / "python3"  # a link would leave its environment
    python.write_text(f'#!/bin/sh\nexec "{tmp_path}/bare/bin/python3" "$@"\n')
    python.chmod(0o755)
    (agent / "own.yaml").write_text("[")
    (agent / "own.json").write_text("{")
    done = subprocess.run(
        ("make", "doctor"),
        cwd=agent,
        env=fresh_environment() | {"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "own.json:1: this is not valid JSON" in done.stdout
    assert "PyYAML is missing, so no YAML was read." in done.stdout
    assert done.returncode != 0
