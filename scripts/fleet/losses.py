"""Finds lines that an owner wrote and an update takes away, which Copier does without a word.

It does so where the template removes or renames a file that the owner had changed.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from .agents import Agent
from .programs import git
from .release import Release
from .states import ANSWERS, State


def lost(agent: Agent, state: State, release: Release, cloned: Path) -> list[str]:
    """Return the files that had a line of the owner's, which is not in the template's part."""
    with TemporaryDirectory() as before:
        folder = Path(before, agent.folder)
        folder.mkdir(parents=True, exist_ok=True)
        answers = Path(agent.folder, ANSWERS)
        Path(before, answers).write_bytes(content(cloned, "HEAD", answers.as_posix()))
        words = ("--defaults", "--quiet", "--overwrite", "--vcs-ref", ":current:")
        release.copier(state, folder, "recopy", *words)
        changed = git(cloned, "diff", "--cached", "--name-only", "--no-renames", "-z").split("\0")
        return [
            name
            for name in filter(None, changed)
            if Path(name).name not in {ANSWERS, "uv.lock"}
            and lines(content(cloned, "HEAD", name))
            - (lines(file.read_bytes()) if (file := Path(before, name)).is_file() else set())
            - lines(content(cloned, "", name))
        ]


def content(cloned: Path, revision: str, name: str) -> bytes:
    """Return a file of a commit, or of what is to be committed; nothing if it is not there."""
    shown = git(cloned, "show", f"{revision}:{name}", good=(0, 128))
    return shown.encode(errors="surrogateescape")


def lines(text: bytes) -> set[bytes]:
    """Return what can be lost of a text; an empty line cannot."""
    return {line.strip() for line in text.splitlines()} - {b""}
