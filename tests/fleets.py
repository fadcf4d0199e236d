"""A platform team's world in one folder: a template with releases, agents in repositories, a list.

Addresses on https://github.com/org are folders there, so commands run as they are documented.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents import fresh_environment
from conftest import ROOT, git
from copier import Settings, run_copy
from fleet_template import RELEASES, publish, save, write

TEMPLATE = "gh:org/a2a-template"
HOST = "https://github.com/org/"
BRANCH = "template-update"
SECRET = "s3cret-word"  # noqa: S105  # it opens nothing
GH = """#!/bin/sh
echo "gh $*" >> "$CALLS"
cat >> "$CALLS"
echo "$GH_SAYS" >&2
if [ -n "$GH_SAYS" ] && [ "$2" = create ]; then exit 1; fi
echo https://github.com/org/hello-agent/pull/7
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The table by agents, where JSON was asked for."""
        return {row["agent"]: row for row in json.loads(self.out)}


@dataclass(frozen=True)
class World:
    """A folder with bare repositories in `remotes`, the list, and clones below `work`."""

    folder: Path

    @property
    def work(self) -> Path:
        """Where updates are made."""
        return self.folder / "work"

    def remote(self, name: str) -> Path:
        """Return a repository that takes pushes."""
        return self.folder / "remotes" / f"{name}.git"

    def checkout(self, name: str, branch: str = "main") -> Path:
        """Clone a repository as somebody who works in it."""
        folder = self.folder / "checkouts" / name
        shutil.rmtree(folder, ignore_errors=True)
        remote = str(self.remote(name))
        git(self.folder, "clone", "--quiet", "--branch", branch, remote, str(folder))
        return folder

    def commit(self, name: str, files: dict[str, str | None], branch: str = "main") -> None:
        """Change files of a repository and push them, as somebody who works in it."""
        folder = self.checkout(name, branch)
        write(folder, files)
        save(folder)
        git(folder, "push", "--quiet", "origin", "HEAD")

    def agent(
        self, name: str, version: str = "v1.0.0", *, inside: str = "", **answers: Any
    ) -> None:
        """Make an agent of a release, in a repository of its own or in a folder of one."""
        folder = self.folder / "made" / name
        source = self.remote("a2a-template")
        (folder / inside).mkdir(parents=True)
        run_copy(
            str(source),
            folder / inside,
            answers,
            vcs_ref=version,
            defaults=True,
            quiet=True,
            settings=Settings(),
        )
        file = folder / inside / ".copier-answers.yml"
        file.write_text(file.read_text().replace(str(source), TEMPLATE))
        publish(folder, self.remote(name))

    def name_agents(self, text: str) -> None:
        """Write the list."""
        (self.folder / "agents.toml").write_text(text)

    def run(self, *words: str, **variables: str) -> Ended:
        """Run the command as platform engineers do."""
        command = (
            sys.executable,
            "-m",
            "scripts.fleet",
            words[0],
            str(self.folder / "agents.toml"),
        )
        folder = ("--folder", str(self.work)) if words[0] == "update" else ()
        done = subprocess.run(
            (*command, *folder, *words[1:]),
            cwd=ROOT,
            env=fresh_environment() | self.variables() | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def rows(self, *words: str, **variables: str) -> dict[str, dict[str, Any]]:
        """Run the command and return the table."""
        return self.run(*words, "--format", "json", **variables).rows

    def variables(self) -> dict[str, str]:
        """The environment in which addresses are folders, and gh is a stand-in."""
        programs = self.folder / "bin"
        return {
            "CALLS": str(self.folder / "calls"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{self.folder}/remotes/.insteadOf",
            "GIT_CONFIG_VALUE_0": HOST,
            "PATH": f"{programs}:{os.environ['PATH']}",
        }

    def calls(self) -> str:
        """What gh was asked."""
        file = self.folder / "calls"
        return file.read_text() if file.exists() else ""

    def file(self, name: str, path: str, branch: str = BRANCH) -> str:
        """Read a file of a branch that was pushed."""
        return git(self.remote(name), "show", f"{branch}:{path}")

    def branches(self, name: str) -> list[str]:
        """Name the branches of a repository."""
        return git(self.remote(name), "branch", "--format", "%(refname:short)").split()


def make_world(folder: Path) -> World:
    """Make the template with its releases."""
    world = World(folder)
    (folder / "remotes").mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin/gh").write_text(GH)
    (folder / "bin/gh").chmod(0o755)
    template = folder / "made/template"
    for tag, files in RELEASES.items():
        write(template, files)
        save(template)
        git(template, "tag", tag)
    publish(template, world.remote("a2a-template"))
    return world
