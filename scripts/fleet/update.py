"""Brings one agent to a release, in a clone of its own, and says what is left to somebody."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .agents import Agent
from .lock import renew_lock
from .losses import lost
from .programs import FleetError, git
from .release import Release
from .states import State, branch, clone

MARKER = "^(<<<<<<< before updating|>>>>>>> after updating)$"
MARK = ".fleet"


@dataclass(frozen=True, kw_only=True)
class Update:
    """A clone with one new commit, and what is to be decided in it."""

    cloned: Path
    versions: tuple[str, str]
    conflicts: Sequence[str]
    lost: Sequence[str]
    lock: str

    @property
    def left(self) -> str:
        """What is left to somebody, in a sentence or two."""
        parts = []
        if self.conflicts:
            parts.append(f"Conflicts in {', '.join(self.conflicts)}.")
        if self.lost:
            parts.append(f"Lines of the owner are gone from {', '.join(self.lost)}.")
        return " ".join([*parts, self.lock]).strip()


def working_folder(folder: Path) -> Path:
    """Empty the folder for clones, which has to be one that was made for them."""
    if folder.exists() and not (folder / MARK).exists():
        raise FleetError(f"{folder} was not made by this command: name another --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return folder.resolve()


def prepare(agent: Agent, state: State, release: Release, cloned: Path) -> Update | None:
    """Update a new clone and commit; nothing is returned where nothing changes."""
    clone(agent, cloned)
    folder = cloned / agent.folder
    data = [word for pair in release.data for word in ("--data", pair)]
    words = ("--defaults", "--quiet", "--vcs-ref", release.version)
    release.copier(state, folder, "update", *words, *data)
    if not git(cloned, "status", "--porcelain"):
        return None
    lock = renew_lock(folder) if (folder / "uv.lock").is_file() else ""
    git(cloned, "add", "--all")
    within = ("--", agent.folder or ".")
    conflicts = git(cloned, "grep", "--cached", "-lE", MARKER, *within, good=(0, 1)).splitlines()
    update = Update(
        cloned=cloned,
        versions=(state.version, release.version),
        conflicts=conflicts,
        lost=[name for name in lost(agent, state, release, cloned) if name not in conflicts],
        lock=lock,
    )
    git(cloned, "switch", "--quiet", "--create", branch(agent))
    return update
