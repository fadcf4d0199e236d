"""Agents that Copier renders in process: each set of answers once, whoever asks for it first."""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any
from unittest import mock

import yaml
from copier import Settings, run_copy
from jinja2 import Environment

ANSWERS = {
    path.stem: path for path in sorted((Path(__file__).parents[1] / "answers").glob("*.yml"))
}


def read_answers(name: str) -> dict[str, Any]:
    """Read a named answer file."""
    answers: dict[str, Any] = yaml.safe_load(ANSWERS[name].read_text())
    return answers


class Renders:
    """Render an agent and return its folder, which is shared: copy it before changing it."""

    def __init__(self, template: Path, folder: Path, seconds: list[float]) -> None:
        """Keep agents in a folder, which test processes may share, and note how long each took."""
        self._template = str(template)
        self._folder = folder
        self._seconds = seconds
        self._compiled: dict[tuple[str | None, ...], CodeType] = {}

    def __call__(self, answers: str = "default", **data: Any) -> Path:
        """Give the answers of a file, and others instead of some of them."""
        given = read_answers(answers) | data
        return once(self.place(given), lambda agent: self._render(given, agent))

    def place(self, given: dict[str, Any]) -> Path:
        """Return where the agent of these answers is, if there is one."""
        key = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]
        return self._folder / key / "agent"

    def _render(self, data: dict[str, Any], agent: Path) -> None:
        started = time.monotonic()
        # Copier asks git about every file otherwise; a plain folder has no answer to give.
        with (
            mock.patch("copier._main.is_git_available", return_value=False),
            mock.patch("copier._template.is_git_available", return_value=False),
            mock.patch.object(Environment, "compile", self._compile()),
        ):
            run_copy(
                self._template,
                agent,
                data,
                defaults=True,
                quiet=True,
                settings=Settings(),
            )
        self._seconds.append(time.monotonic() - started)

    def _compile(self) -> Any:
        """Return a compiler for Jinja that compiles each text once, not once for each agent."""
        compile_text = Environment.compile

        def compile_once(
            environment: Environment,
            source: str,
            name: str | None = None,
            filename: str | None = None,
        ) -> CodeType:
            key = (source, name, filename)
            if key not in self._compiled:
                self._compiled[key] = compile_text(environment, source, name, filename)
            return self._compiled[key]

        return compile_once


def shared(folder: Path) -> Path:
    """Return the folder that all processes of this test run share, given that of one of them."""
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Make a folder in the first process that needs it; others wait, and find it made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make(folder)
    return folder
