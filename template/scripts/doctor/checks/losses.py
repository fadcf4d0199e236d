"""Files that an update takes away although their owner has changed them: Copier says nothing of it."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from files import git
from finding import Finding

from .copier_answers import FILE

NAMES = ("--no-renames", "--relative", "--name-only", "-z")


def findings(agent: Path) -> Iterator[Finding]:
    """Only until the update is committed: what its owner deletes later, nobody misses."""
    if not differing(agent, "HEAD", "--", FILE):
        return
    gone = differing(agent, "HEAD", "--diff-filter=D")
    last_update = (git(agent, "log", "-1", "--format=%H", "--", FILE) or "").strip()
    changed = differing(agent, last_update, "HEAD") if last_update else set()
    for name in sorted(gone & changed):
        command = f"git show {shlex.quote(f'HEAD:./{name}')}"
        yield Finding(
            path=name,
            what="the update takes this file away, and with it what you have changed in it.",
            todo=f"Put what you want of `{command}` where it belongs now, and commit.",
        )


def differing(agent: Path, *words: str) -> set[str]:
    """The files that differ, by their paths in the agent's folder."""
    return set(filter(None, (git(agent, "diff", *NAMES, *words) or "").split("\0")))
