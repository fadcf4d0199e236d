"""Folders in which faults are planted."""

import subprocess
import sys
from pathlib import Path

AGENT = Path(__file__).resolve().parents[2]
SOMEBODY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


def git(folder: Path, *words: str, good: tuple[int, ...] = (0,)) -> None:
    """Run git, as somebody who has not set anything up."""
    done = subprocess.run(
        ("git", *SOMEBODY, *words), cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode in good, done.stderr


def commit(folder: Path) -> None:
    """Put everything in a folder under git."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")


def with_environment(folder: Path) -> Path:
    """Lend a folder the environment in which the tests run."""
    (folder / ".venv").symlink_to(sys.prefix)
    return folder
