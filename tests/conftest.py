"""Renders agents from the work tree as it is now, and says how long that took."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

# A git hook sets these; they would point every git below at this repository.
for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"):
    os.environ.pop(name, None)
os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
for role in ("AUTHOR", "COMMITTER"):
    os.environ[f"GIT_{role}_NAME"] = "Test"
    os.environ[f"GIT_{role}_EMAIL"] = "test@example.com"

from renders import ANSWERS, Renders, once, read_answers, shared  # noqa: E402  # Copier copies these

Render = Renders
RENDERED = pytest.StashKey[list[float]]()

__all__ = ["ANSWERS", "RENDERED", "ROOT", "Render", "copy_work_tree", "git", "read_answers"]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


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
    return once(shared(tmp_path_factory.getbasetemp()) / "template", copy_work_tree)


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
def render(
    template: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Render:
    """Render in process; equal answers share one folder, also between processes."""
    folder = shared(tmp_path_factory.getbasetemp()) / "rendered"
    return Renders(template, folder, pytestconfig.stash[RENDERED])


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is rendered yet."""
    config.stash[RENDERED] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was noted to the process that reports, when that is another one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["rendered"] = session.config.stash[RENDERED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what another process noted, unless it died."""
    noted = getattr(node, "workeroutput", {})
    node.config.stash[RENDERED] += noted.get("rendered", [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what rendering costs; whoever slows it down sees it here."""
    if seconds := config.stash[RENDERED]:
        each = sum(seconds) / len(seconds)
        terminalreporter.write_line(
            f"{len(seconds)} agents rendered in {sum(seconds):.0f} s, {each:.2f} s each"
        )
