"""A file that an update takes away is named, if its owner has changed it since the last one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from checks.copier_answers import FILE
from checks.losses import findings

from .planted import commit, git

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

PAGES = ("changed.md", "left alone.md", "our changes.md")


@pytest.fixture(params=[".", "a/folder of many"])
def agent(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An agent whose owner has changed two of three pages; its repository may hold others, too."""
    agent = tmp_path / str(request.param)
    agent.mkdir(parents=True, exist_ok=True)
    for name in (FILE, *PAGES):
        (agent / name).write_text("as it came\n")
    commit(tmp_path)
    for name in ("changed.md", "our changes.md"):
        (agent / name).write_text("ours\n")
    save(agent)
    return agent


def save(agent: Path) -> None:
    """Commit everything, in whatever repository the agent is."""
    git(agent, "commit", "--quiet", "--all", "--message", "Change")


def take_away(agent: Path) -> None:
    """What an update does when the template has none of the pages any more."""
    for name in PAGES:
        (agent / name).unlink()


def test_lost_changes_are_named(agent: Path) -> None:
    """Each with the command that shows them; what nobody has changed may go."""
    (agent / FILE).write_text("updated\n")
    take_away(agent)
    found = list(findings(agent))
    commands = [one.todo.split("`")[1] for one in found]

    assert [(one.path, one.notice) for one in found] == [
        ("changed.md", False),
        ("our changes.md", False),
    ]
    for command in commands:
        shown = subprocess.run(command, shell=True, cwd=agent, capture_output=True, check=True)  # noqa: S602  # as a reader types it
        assert shown.stdout == b"ours\n"


def test_own_deletions_are_no_fault(agent: Path) -> None:
    """Without an update, whoever deletes a file means it."""
    take_away(agent)

    assert list(findings(agent)) == []


def test_committed_update_is_history(agent: Path) -> None:
    """Somebody has looked at it by then."""
    (agent / FILE).write_text("updated\n")
    take_away(agent)
    save(agent)

    assert list(findings(agent)) == []


def test_former_updates_do_not_count(agent: Path) -> None:
    """What was changed before the last one, it has brought along."""
    (agent / FILE).write_text("updated\n")
    save(agent)
    (agent / FILE).write_text("updated again\n")
    take_away(agent)

    assert list(findings(agent)) == []


def test_folder_without_commits_has_lost_nothing(tmp_path: Path) -> None:
    """Nor has one that is not under git."""

    assert list(findings(tmp_path)) == []
