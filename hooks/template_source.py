"""Where the template is, in the words that Copier remembers for later updates."""

import os
import subprocess
import sys
from pathlib import Path

# What Copier takes for a git address by itself; others need a prefix.
KNOWN = ("git@", "git://", "git+", "https://github.com/", "https://gitlab.com/")
SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


def template_source(typed: str, copy: Path, output: Path) -> str:
    """Return the address of the template that cookiecutter has copied.

    `typed` is how it was named, `output` the folder of the agents: that or a parent of it is
    often where a relative name begins.
    """
    for start in (Path(os.environ.get("PWD", ".")), output, *output.parents):
        folder = Path(os.path.normpath(start / typed))
        if fingerprint(folder) == fingerprint(copy) is not None:
            return str(folder)
    origin = git(copy, "config", "--get", "remote.origin.url")
    if not origin or ("/" in typed and ":" not in typed):
        sys.exit(f"The way to {typed} is not clear from here: give cookiecutter an absolute path.")
    return address(typed, origin)


def fingerprint(folder: Path) -> bytes | None:
    """Return what tells a checkout from all others: its index, or its name as a worktree."""
    known = folder / ".git" if (folder / ".git").is_file() else folder / ".git" / "index"
    return known.read_bytes() if known.is_file() else None


def address(typed: str, origin: str) -> str:
    """Return the short form where both programs know it, or else the address of the clone."""
    for short, host in SHORT.items():
        if typed.startswith(short) and origin == f"{host}{typed.removeprefix(short)}.git":
            return typed
    return origin if origin.startswith(KNOWN) or origin.endswith(".git") else f"git+{origin}"


def git(folder: Path, *arguments: str) -> str:
    """Ask git; what it cannot answer is empty."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return "" if done.returncode else done.stdout.strip()
