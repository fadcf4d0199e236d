"""Commits an update, pushes it to its branch unless somebody works there, and opens the pull request."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

from .agents import Agent
from .programs import FleetError, git, run
from .release import Release
from .states import State, branch
from .text import TITLE, text
from .update import Update, prepare

# Who commits what an agent's own update workflow proposes, which may be replaced.
ROBOT = "41898282+github-actions[bot]@users.noreply.github.com"


def follow(agent: Agent, state: State, *, release: Release, folder: Path, push: bool) -> State:
    """Bring an agent to a release, if it is one that can be brought there, and say what came of it."""
    if state.behind is None or (not state.behind and not release.data):
        return state
    try:
        update = prepare(agent, state, release, folder / agent.name)
        if not update:
            return replace(state, state="current")
        done, note = propose(agent, update, push=push)
    except FleetError as error:
        return replace(state, state="failed", note=str(error))
    return replace(state, state=done, note=note.strip())


def propose(agent: Agent, update: Update, *, push: bool) -> tuple[str, str]:
    """Commit; push and ask for a review if that is wanted, and not done already."""
    cloned, name = update.cloned, branch(agent)
    tree = git(cloned, "write-tree").strip()
    message = f"{TITLE}\n\n{update.versions[0]} to {update.versions[1]}\n\nTree: {tree}\n"
    run("git", "commit", "--quiet", "--no-verify", "--file=-", folder=cloned, text=message)
    tip = remote_tip(cloned, name)
    if tip and same(cloned, tip):
        return "proposed", f"It waits on the branch {name}. {update.left}"
    if not push:
        return "prepared", update.left
    lease = f"--force-with-lease=refs/heads/{name}:{tip}"
    try:
        git(cloned, "push", "--quiet", lease, "origin", f"HEAD:refs/heads/{name}")
    except FleetError as error:
        raise FleetError(refusal(str(error), name)) from error
    return "proposed", f"{pull_request(agent, update)} {update.left}"


def remote_tip(cloned: Path, name: str) -> str:
    """Return the commit that is proposed already, or nothing; what is somebody's own is refused."""
    reference = f"refs/heads/{name}"
    tip = git(cloned, "ls-remote", "origin", reference).partition("\t")[0]
    if not tip:
        return ""
    git(cloned, "fetch", "--quiet", "--depth=1", "origin", reference)
    tree, committer, body = git(
        cloned, "show", "--no-patch", "--format=%T%n%ce%n%B", "FETCH_HEAD"
    ).split("\n", 2)
    own_update = committer == ROBOT and body.startswith(f"{TITLE}\n")
    if not own_update and f"Tree: {tree}" not in body.splitlines():
        raise FleetError(f"Somebody works on the branch {name}: merge or delete it first.")
    return git(cloned, "rev-parse", "FETCH_HEAD").strip()


def same(cloned: Path, tip: str) -> bool:
    """Say whether what is proposed already is this change of this commit."""
    ours, theirs = (
        git(cloned, "cat-file", "commit", commit).splitlines()[:2] for commit in ("HEAD", tip)
    )
    return ours == theirs  # the tree and the parent


def refusal(said: str, name: str) -> str:
    """Say what to do about a push that was refused."""
    if found := re.search(r"create or update workflow `?([^` ]+)", said):
        return (
            f"The token may not write workflows, and {found[1]} changes: "
            "update this agent with credentials that may."
        )
    if "stale info" in said or "fetch first" in said:
        return f"The branch {name} has moved meanwhile: run this again."
    return said


def pull_request(agent: Agent, update: Update) -> str:
    """Open the pull request, or renew the text of the open one; return where it is."""
    name = branch(agent)
    by_hand = f"Pushed to {name}; open the pull request by hand"
    if not shutil.which("gh"):
        return f"{by_hand}."
    draft = ("--draft",) if update.left else ()
    base = ("--base", agent.branch) if agent.branch else ()
    words = ("--title", TITLE, "--body-file", "-")
    create = ("gh", "pr", "create", "--head", name, *base, *draft, *words)
    renew = ("gh", "pr", "edit", name, *words)
    try:
        try:
            said = run(*create, folder=update.cloned, text=text(update))
        except FleetError as error:
            if "already exists" not in str(error):
                raise
            said = run(*renew, folder=update.cloned, text=text(update))
    except FleetError as error:
        return f"{by_hand}, because {error}"
    return said.strip()
