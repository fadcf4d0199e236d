"""Renders agents from the work tree as it is now: in process, and once for each set of answers."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ANSWERS = {path.stem: path for path in sorted((ROOT / "answers").glob("*.yml"))}

# A git hook sets these; they would point every git below at this repository.
for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"):
    os.environ.pop(name, None)
os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
for role in ("AUTHOR", "COMMITTER"):
    os.environ[f"GIT_{role}_NAME"] = "Test"
    os.environ[f"GIT_{role}_EMAIL"] = "test@example.com"

from copier import Settings, run_copy  # noqa: E402  # it copies the environment when imported


class Render(Protocol):
    """Render an agent and return its folder, which is shared: copy it before changing it."""

    def __call__(self, answers: str = "default", **data: Any) -> Path: ...


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def read_answers(name: str) -> dict[str, Any]:
    """Read a named answer file."""
    answers: dict[str, Any] = yaml.safe_load(ANSWERS[name].read_text())
    return answers


def copy_work_tree(destination: Path) -> Path:
    """Copy what git would commit now, new files included."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, destination / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return destination


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree in a plain folder, which Copier renders without cloning it."""
    return copy_work_tree(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree as a git repository with one tag, as users of the template find it."""
    folder = copy_work_tree(tmp_path_factory.mktemp("released"))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Release")
    git(folder, "tag", "v1.0.0")
    return folder


@pytest.fixture(scope="session")
def render(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Render in process; equal answers share one folder."""
    rendered: dict[str, Path] = {}

    def render(answers: str = "default", **data: Any) -> Path:
        data = read_answers(answers) | data
        key = repr(sorted(data.items()))
        if key not in rendered:
            folder = tmp_path_factory.mktemp("rendered") / "agent"
            # Copier asks git about every file otherwise; a plain folder has no answer to give.
            with (
                mock.patch("copier._main.is_git_available", return_value=False),
                mock.patch("copier._template.is_git_available", return_value=False),
            ):
                run_copy(
                    str(template), folder, data, defaults=True, quiet=True, settings=Settings()
                )
            rendered[key] = folder
        return rendered[key]

    return render
