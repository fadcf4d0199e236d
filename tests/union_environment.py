"""One environment that has whatever any agent asks for, so that no set of answers pays for its own."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from agents import run

ROOTS = ("src", "tests", "benchmarks", "deploy", "scripts", ".github")


def project(agent: Path) -> dict[str, Any]:
    """Read what an agent says about itself."""
    return tomllib.loads((agent / "pyproject.toml").read_text())


def declared(agent: Path) -> set[str]:
    """Return all requirements of an agent, those of its groups included."""
    own = project(agent)
    return set(own["project"]["dependencies"]).union(*own["dependency-groups"].values())


def distribution(requirement: str) -> str:
    """Return whose requirement it is."""
    return re.split(r"[^\w.-]", requirement)[0]


class UnionEnvironment:
    """Checks of agents, run where all that they may import is installed, and none of themselves."""

    def __init__(self, folder: Path, *, mypy_cache: Path) -> None:
        """Take a folder in which an environment is or will be, and one that nobody shares."""
        self._folder = folder
        self._mypy_cache = mypy_cache

    def install(self, requirements: set[str]) -> None:
        """Install what agents ask for."""
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        for command in (
            ("venv", "--quiet", "--python", version, str(self._folder)),
            ("pip", "install", "--quiet", "--python", str(self._folder), *sorted(requirements)),
        ):
            done = run(self._folder.parent, "uv", *command)
            assert done.returncode == 0, done.stdout

    def types(self, agent: Path) -> str:
        """Return what mypy has against an agent; about libraries it learns once for all agents."""
        return self._said(agent, "mypy", f"--cache-dir={self._mypy_cache}", "--no-error-summary")

    def imports(self, agent: Path) -> list[str]:
        """Return what is against the dependencies of the package, as `make check` would."""
        return self._deptry(agent, "src")

    def all_imports(self, agent: Path) -> list[str]:
        """Return what is against all groups, seen from all code of an agent."""
        roots = [name for name in ROOTS if (agent / name).exists()]
        # Scripts import the files and folders beside them.
        beside = {path.stem for name in roots for path in (agent / name).rglob("*")}
        own = [f"--known-first-party={name}" for name in sorted(beside) if name.isidentifier()]
        groups = ",".join(project(agent)["dependency-groups"])
        return self._deptry(
            agent, *roots, *own, "--exclude=^$", f"--non-dev-dependency-groups={groups}"
        )

    def _deptry(self, agent: Path, *arguments: str) -> list[str]:
        report = agent.parent / "deptry.json"
        self._said(agent, "deptry", *arguments, f"--json-output={report}")
        return sorted(
            f"{one['error']['code']} {one['module']}" for one in json.loads(report.read_text())
        )

    def _said(self, agent: Path, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._folder / "bin" / program), *arguments],
            cwd=agent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout
