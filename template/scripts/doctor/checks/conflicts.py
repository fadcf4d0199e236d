"""Conflicts that nobody has decided: what git and Copier write into files, and git's own list."""

import re
from collections.abc import Iterator
from pathlib import Path

from files import content, git, names
from finding import Finding

# A line of `=======` alone also underlines headings, so it only counts within the others.
BEGIN, BASE, END = (re.compile(rb"%s( |$)" % mark) for mark in (b"<{7}", rb"\|{7}", b">{7}"))
DECIDE = "Keep what you want of both, remove the lines of <<<<<<<, ======= and >>>>>>>, and `git add` the file."


def findings(agent: Path) -> Iterator[Finding]:
    """Each conflict once: where its lines begin, or else by the name of the file."""
    marked = set()
    for name in names(agent):
        for line, what in conflicts(content(agent, name)):
            marked.add(name)
            yield Finding(path=name, line=line, what=what, todo=DECIDE)
    listed = git(agent, "ls-files", "--unmerged", "-z") or ""
    for name in sorted({entry.partition("\t")[2] for entry in listed.split("\0")} - {"", *marked}):
        yield Finding(
            path=name,
            what="git still holds this file as one in conflict.",
            todo="Run `git add` on it when it is as you want it, or `git rm` if it is to go.",
        )


def conflicts(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines at which a conflict begins, or at which something is left of one."""
    inside = False
    for number, line in enumerate(data.splitlines(), start=1):
        if BEGIN.match(line):
            inside = True
            yield number, "from here on, this file says two things."
        elif not inside and (BASE.match(line) or END.match(line)):
            yield number, "this line is left of a conflict."
        elif END.match(line):
            inside = False
