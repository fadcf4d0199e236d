"""What is locked beside what is asked for, and what is installed beside what is locked."""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

from environment import python, run
from finding import Finding

LOCK = "uv.lock"
STALE = "needs to be updated"


def findings(agent: Path) -> Iterator[Finding]:
    """First the lock file, then the environment; uv is asked, and changes nothing."""
    if not (agent / LOCK).is_file():
        what = "the versions to install are not locked."
        yield Finding(path=LOCK, what=what, todo="Run `make setup`, and commit this file.")
    elif not shutil.which("uv"):
        yield notice(LOCK, "uv is not installed, so nothing is known of it.")
    elif readable(agent / "pyproject.toml") and readable(agent / LOCK):
        found = list(lock(agent))
        yield from found
        if all(one.notice for one in found):  # `make setup` writes the lock, then installs it
            yield from installed(agent)


def readable(file: Path) -> bool:
    """Whether it is TOML; what is not is named elsewhere."""
    try:
        return bool(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def lock(agent: Path) -> Iterator[Finding]:
    """A lock file that fits needs no network; one that does not fit may need it to say so."""
    said = run(agent, "uv", "lock", "--check", "--offline")
    if said.returncode and STALE not in said.stderr:
        said = run(agent, "uv", "lock", "--check")
    if said.returncode and STALE in said.stderr:
        what = "this is not what pyproject.toml asks for."
        yield Finding(path=LOCK, what=what, todo="Run `make setup`, and commit this file.")
    elif said.returncode:
        yield notice(LOCK, "uv cannot say whether this is what pyproject.toml asks for.")


def installed(agent: Path) -> Iterator[Finding]:
    """An environment may hold more than is locked, but nothing else in its place."""
    if not python(agent):
        yield notice(".venv", "there is no environment, so not everything can be looked at.")
    elif run(agent, "uv", "sync", "--check", "--frozen", "--inexact").returncode:
        what = "this does not hold what uv.lock says."
        yield Finding(path=".venv", what=what, todo="Run `make setup`.")


def notice(path: str, what: str) -> Finding:
    """Something that is unknown here."""
    return Finding(path=path, what=what, todo="Run `make setup` to find out.", notice=True)
