"""Before its first question, cookiecutter says which program is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

FIND = "import copier_command; print(*copier_command.copier_command()[1:])"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that is all there is on the path; it has git."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git") or "git")
    return folder


def install(programs: Path, name: str, version: str) -> None:
    """Put something on the path that says which Copier it is."""
    (programs / name).write_text(f"#!/bin/sh\necho copier {version}\n")
    (programs / name).chmod(0o755)


def hooks_say(programs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder of hooks, without the libraries of the tests."""
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=ROOT / "hooks",
        env={"PATH": str(programs), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("copier", ""),
        ("uvx", "--from copier>=9.19.0,<10 copier"),
        ("pipx", "run --spec copier>=9.19.0,<10 copier"),
    ],
)
def test_each_way_to_copier(programs: Path, name: str, arguments: str) -> None:
    """Copier is a program of its own, or fetched for this run."""
    install(programs, name, "9.19.1")

    assert hooks_say(programs, "-c", FIND).stdout == f"{arguments}\n"


def test_newer_one_is_taken(programs: Path) -> None:
    """One that is too old, or broken, is no reason to stop while another works."""
    install(programs, "copier", "9.10.2")
    install(programs, "uvx", "10.1.0")
    (programs / "pipx").write_text("#!/gone/python\n")
    (programs / "pipx").chmod(0o755)

    assert hooks_say(programs, "-c", FIND).stdout.startswith("--from copier>=9.19.0,<10")


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("", "Copier, which makes the agent, is not found: start again with `uvx --with copier "),
        ("9.18.3", "Copier 9.18.3 is older than 9.19.0, which this template needs: start again "),
    ],
)
def test_no_copier(programs: Path, version: str, sentence: str) -> None:
    """The sentence says what to run instead."""
    if version:
        install(programs, "copier", version)
    (programs / "uvx").write_text("#!/gone/python\n")
    (programs / "uvx").chmod(0o755)
    done = hooks_say(programs, "pre_prompt.py")

    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.endswith("`pip install --upgrade copier`.\n")


def test_no_git(programs: Path) -> None:
    """Neither program would get far without it."""
    (programs / "git").unlink()

    assert hooks_say(programs, "pre_prompt.py").stderr == (
        "Git, which brings the template and its updates, is not found: install it.\n"
    )


def test_nothing_is_missing(programs: Path) -> None:
    """Then nothing is said."""
    install(programs, "copier", "9.19.0")
    done = hooks_say(programs, "pre_prompt.py")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
