"""Somebody who takes the template into their own agent, and does what docs/adopt.md says."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from adopt_page import BLOCK, PAGE, section, with_values
from agents import fresh_environment, wait_until_ready
from conftest import ROOT, git

HAND_MADE = ROOT / "tests/hand_made"


@dataclass
class Reader:
    """The commands lead them from folder to folder; each says what it has printed."""

    folder: Path
    page: str
    environment: Mapping[str, str]

    def follow(self, title: str, *, only: slice = slice(None), **variables: str) -> list[str]:
        """Write the files of a section and type its commands, in this order."""
        told = BLOCK.findall(section(title, self.page))[only]
        done = [self._do(*block, **variables) for block in told]
        return [printed for printed in done if printed is not None]

    def verify(self, title: str) -> str:
        """Type what stands behind *Verify* in a section; return what it says."""
        [code] = re.findall(r"^\*Verify:\* `([^`]+)`", section(title, self.page), re.MULTILINE)
        return self.attempt(code).stdout

    def type_in(self, code: str, **variables: str) -> str:
        """Type something into a terminal; it has to succeed."""
        done = self.attempt(code, **variables)
        assert done.returncode == 0, f"{code}\n{done.stdout}"
        if led := re.search(r"^cd (\S+)$", code, re.MULTILINE):
            self.folder = (self.folder / led[1]).resolve()
        return done.stdout

    def attempt(self, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type something that may fail; its output and its errors come back as one text."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    @contextmanager
    def running(self, command: str, url: str) -> Iterator[None]:
        """Keep a program going in this folder; the block starts when the address answers."""
        process = subprocess.Popen(
            command.split(), cwd=self.folder, env=self.environment, start_new_session=True
        )
        try:
            wait_until_ready(url, process)
            yield
        finally:
            with suppress(ProcessLookupError):  # it has ended, which was told above
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()

    def _do(self, line: str, language: str, code: str, **variables: str) -> str | None:
        if language == "sh":
            return self.type_in(code, **variables)
        [name] = re.findall(r"`([^`]+)`", line)
        if line.startswith("These lines"):
            code = with_values((self.folder / name).read_text(), code)
        (self.folder / name).write_text(code)
        return None


def hand_made(folder: Path, port: int) -> Path:
    """Return the agent of the page as its owner has it: with a history, at another port."""
    shutil.copytree(HAND_MADE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.iterdir():
        file.write_text(file.read_text().replace("9999", str(port)))
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "README.md", "agent_executor.py", "postcard.txt")
    git(folder, "commit", "--quiet", "--message", "Write postcards")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Serve them")
    return folder


def reader(folder: Path, template: Path, port: int) -> Reader:
    """Return somebody in this folder, who finds the template in another one."""
    uvx = folder.parent / "bin/uvx"
    uvx.parent.mkdir()
    uvx.write_text(f'#!/bin/sh\nexec {sys.executable} -m "$@"\n')
    uvx.chmod(0o755)
    page = PAGE.replace("gh:org/a2a-template", str(template)).replace("9999", str(port))
    environment = fresh_environment()
    environment["PATH"] = f"{uvx.parent}:{environment['PATH']}"
    environment["MYPY_CACHE_DIR"] = str(folder.parent / "mypy")  # both folders hold one agent
    return Reader(folder, page, environment)
