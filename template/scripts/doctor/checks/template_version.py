"""Whether the template has a newer release than the one that the agent is made of."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml_text
from files import content
from finding import Finding

from .copier_answers import FILE

try:
    from packaging.version import InvalidVersion, Version
except ImportError:
    PACKAGING = False
else:
    PACKAGING = True

NEEDS_NETWORK = True
PATIENCE_SECONDS = 10
# As Copier reads them.
SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
NUMBERED = re.compile(r"v?\d+\.")
# What git calls a commit by the release before it: v1.0.0-3-gabc1234.
DESCRIBED = re.compile(r"-\d+-g[0-9a-f]+$")


def findings(agent: Path) -> Iterator[Finding]:
    """At most one notice: an older agent is a sound one."""
    answers = yaml_text.mapping(content(agent, FILE)) or {}
    source, commit = (str(answers.get(name) or "") for name in ("_src_path", "_commit"))
    if not (source and commit and PACKAGING):
        return
    tags = released(address(source))
    newest = max(tags or [], default=None)
    ours = version(DESCRIBED.sub("", commit))
    if tags is None:
        what = "the template cannot be reached, so nobody knows whether it has a newer release."
        todo = "Look at _src_path if that is so with a network, too."
        yield Finding(path=FILE, what=what, todo=todo, notice=True)
    elif newest and (ours is None or ours < newest):
        what = f"the template has release {newest}, and this agent is made of {commit}."
        yield Finding(path=FILE, what=what, todo="Follow docs/update.md.", notice=True)


def address(source: str) -> str:
    """Where git finds the template."""
    for short, host in SHORT.items():
        if source.startswith(short):
            return f"{host}{source.removeprefix(short).strip('/').removesuffix('.git')}.git"
    local = source.startswith("~")
    return str(Path(source).expanduser()) if local else source.removeprefix("git+")


def released(url: str) -> "list[Version] | None":
    """The releases that a repository has; nothing if it does not answer."""
    asks_nobody = {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"} | os.environ
    try:
        done = subprocess.run(
            ("git", "ls-remote", "--tags", "--refs", "--", url),
            env=asks_nobody | {"GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    tags = (version(line.rpartition("refs/tags/")[2]) for line in done.stdout.splitlines())
    return [tag for tag in tags if tag and not tag.is_prerelease]


def version(name: str) -> "Version | None":
    """A tag as a version; nothing if it is none, like 569a279, which is a commit."""
    try:
        return Version(name) if NUMBERED.match(name) else None
    except InvalidVersion:
        return None
