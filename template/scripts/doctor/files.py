"""The agent's files as git sees them: those that it knows, and new ones that it does not ignore."""

import os
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

MAX_BYTES = 2_000_000  # nobody writes more than that by hand


def git(agent: Path, *words: str) -> str | None:
    """What git prints; nothing where it is not installed, or refuses."""
    try:
        done = subprocess.run(
            ("git", *words),
            cwd=agent,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def names(agent: Path) -> list[str]:
    """The files, by their paths in the agent's folder; links lead to others or elsewhere."""
    listed = git(agent, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    there = walked(agent) if listed is None else filter(None, listed.split("\0"))
    left_out = ignored(agent)
    return sorted(
        name
        for name in set(there)
        if (agent / name).is_file()
        and not (agent / name).is_symlink()
        and not any(fnmatchcase(name, pattern) for pattern in left_out)
    )


def ignored(agent: Path) -> list[str]:
    """What the owner has broken on purpose: `[tool.doctor] ignore` in pyproject.toml."""
    try:
        project = tomllib.loads((agent / "pyproject.toml").read_text(encoding="utf-8"))
        return [str(one) for one in project["tool"]["doctor"]["ignore"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def walked(agent: Path) -> Iterator[str]:
    """The files of a folder that git does not know, without the folders that it would ignore."""
    ignored = agent / ".gitignore"
    lines = ignored.read_text().splitlines() if ignored.is_file() else []
    foreign = {".git"} | {line.strip("/") for line in lines if line.endswith("/")}
    for folder, inside, files in os.walk(agent):
        inside[:] = [name for name in inside if name not in foreign]
        yield from (str(Path(folder, name).relative_to(agent)) for name in files)


def content(agent: Path, name: str) -> bytes:
    """What is in a file; nothing if there is none, or if that is too much, or no text."""
    file = agent / name
    data = file.read_bytes() if file.is_file() and file.stat().st_size <= MAX_BYTES else b""
    return b"" if b"\0" in data else data
