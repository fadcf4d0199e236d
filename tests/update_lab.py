"""The template as a repository in which each release has its tag, and agents that follow it.

Each release of releases.toml is a tag, the work tree is one above them, and tests make others.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, Literal
from unittest import mock

import yaml
from changes import Change
from conftest import git
from copier import Settings, run_copy, run_update
from jinja2 import Environment

WORK_TREE = "v999.0.0"

Answers = dict[str, Any]


@dataclass(frozen=True)
class Lab:
    """One template in many versions; agents are copied before they are changed."""

    template: Path
    agents: Path
    copies: dict[str, Path] = field(default_factory=dict)
    versions: dict[tuple[str, tuple[Change, ...]], str] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    def release(self, *changes: Change, after: str = WORK_TREE) -> str:
        """Return a version of the template with these changes since another one."""
        key = after, changes
        if key not in self.versions:
            git(self.template, "switch", "--quiet", "--detach", after)
            make(self.template, *changes)
            git(self.template, "commit", "--quiet", "--allow-empty", "--message", "Change")
            self.versions[key] = f"v1000.{len(self.versions)}.0"
            git(self.template, "tag", self.versions[key])
        return self.versions[key]

    def answers(self, version: str, name: str) -> Answers:
        """Return a named set of answers, as it was in that version."""
        text = git(self.template, "show", f"{version}:answers/{name}.yml")
        answers: Answers = yaml.safe_load(text)
        return answers

    def copy(self, version: str, answers: Answers) -> Path:
        """Return an agent that nobody has touched, under git; it is shared."""
        key = f"{version} {sorted(answers.items())!r}"
        if key not in self.copies:
            folder = self.agents / str(next(self.numbers)) / "agent"
            options: Answers = {"defaults": True, "quiet": True, "settings": Settings()}
            with quick():
                run_copy(str(self.template), folder, answers, vcs_ref=version, **options)
            git(folder, "init", "--quiet", "--initial-branch=main")
            make(folder)
            git(folder, "commit", "--quiet", "--message", "Start")
            self.copies[key] = folder
        return self.copies[key]

    def edited(self, agent: Path, *changes: Change) -> Path:
        """Return a copy of an agent in which an owner has changed something, and committed it."""
        folder = self.agents / str(next(self.numbers)) / "agent"
        shutil.copytree(agent, folder)
        make(folder, *changes)
        git(folder, "commit", "--quiet", "--allow-empty", "--message", "Ours")
        return folder


def make(folder: Path, *changes: Change) -> None:
    """Make changes, and stage them."""
    for change in changes:
        change.make(folder)
    git(folder, "add", "--all")


def update(
    agent: Path,
    version: str,
    answers: Answers | None = None,
    conflict: Literal["inline", "rej"] = "inline",
) -> None:
    """What `copier update --defaults` does, without trust."""
    options: Answers = {"defaults": True, "overwrite": True, "quiet": True, "settings": Settings()}
    with quick():
        run_update(agent, answers, vcs_ref=version, conflict=conflict, **options)


@contextmanager
def quick() -> Iterator[None]:
    """Halve the time of a render: git is not asked about each file, and no name is compiled twice."""
    compiled = lru_cache(maxsize=None)(Environment.from_string)
    with (
        mock.patch("copier._main.is_git_available", return_value=False),
        mock.patch.object(Environment, "from_string", compiled),
    ):
        yield


def stored(agent: Path) -> Answers:
    """Return what an agent's owner has answered."""
    answers = yaml.safe_load((agent / ".copier-answers.yml").read_text())
    return {name: answer for name, answer in answers.items() if not name.startswith("_")}
