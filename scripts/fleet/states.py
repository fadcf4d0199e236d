"""What there is to say of each agent: its version, what it lacks, and where it is unlike the others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from .agents import Agent
from .programs import FleetError, git, run
from .versions import missing, place

ANSWERS = ".copier-answers.yml"
QUESTIONS = Path(__file__).resolve().parents[2] / "copier.yml"
BRANCH = "template-update"


@dataclass(frozen=True, kw_only=True)
class State:
    """One line of the table, and the answers it comes from."""

    agent: str
    group: str
    version: str = ""
    newest: str = ""
    behind: int | None = None
    state: str
    unlike: str = ""
    note: str = ""
    source: str = field(default="", repr=False)
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)


def branch(agent: Agent) -> str:
    """Return where updates are proposed; agents that share a repository have one each."""
    return f"{BRANCH}-{agent.name}" if agent.folder else BRANCH


def clone(agent: Agent, folder: Path, *options: str) -> None:
    """Clone what is newest of an agent's branch."""
    where = ("--branch", agent.branch) if agent.branch else ()
    words = ("--quiet", "--depth=1", "--no-tags", *where, *options)
    run("git", "clone", *words, "--", agent.url, str(folder), seconds=300)


def look(agent: Agent, template: str, released: Sequence[str]) -> State:
    """Ask an agent's repository how it is; nothing of it is checked out."""
    known = State(agent=agent.name, group=agent.group, newest=released[-1], state="unreachable")
    with TemporaryDirectory() as folder:
        try:
            clone(agent, Path(folder, "agent"), "--no-checkout", "--filter=blob:none")
            return judge(agent, known, Path(folder, "agent"), template, released)
        except FleetError as error:
            return replace(known, note=str(error))


def judge(
    agent: Agent, known: State, cloned: Path, template: str, released: Sequence[str]
) -> State:
    """Read the answers of a clone, and compare their version with the releases."""
    file = f"{agent.folder}/{ANSWERS}".lstrip("/")
    listed = git(cloned, "ls-tree", "--name-only", "HEAD", "--", file, good=(0, 128))
    if not listed:
        return replace(known, state="no agent", note=f"It has no {file}.")
    try:
        answers = yaml.safe_load(git(cloned, "show", f"HEAD:{file}"))
        version, source = str(answers["_commit"]), str(answers["_src_path"])
    except (yaml.YAMLError, KeyError, TypeError):
        return replace(known, state="unknown", note=f"Repair {file}: no version can be read in it.")
    known = replace(known, version=version, source=source, answers=answers, state="unknown")
    if place(source) != place(template):
        return replace(known, note=f"It is made of another template, {source}.")
    lacks = missing(version, released)
    if lacks is None:
        return replace(known, note=f"The template has not released {version}.")
    proposed = git(cloned, "ls-remote", "origin", f"refs/heads/{branch(agent)}")
    note = f"An update waits on the branch {branch(agent)}." if proposed and lacks else ""
    state = "behind" if lacks else "current"
    return replace(known, behind=len(lacks), state=state, note=note)


def known_questions() -> dict[str, Mapping[str, Any]]:
    """Return what the template asks."""
    asked = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return {name: one for name, one in asked.items() if not name.startswith("_")}


def compare(states: Sequence[State]) -> list[State]:
    """Say where the choices of an agent are not those of most others."""
    usual = {}
    for name in (name for name, one in known_questions().items() if "choices" in one):
        given = [shown(state.answers[name]) for state in states if name in state.answers]
        for answer, count in Counter(given).items():
            if 2 * count > len(given):
                usual[name] = answer
    return [
        replace(
            state,
            unlike="; ".join(
                f"{name}: {shown(state.answers[name])}"
                for name, answer in usual.items()
                if name in state.answers and shown(state.answers[name]) != answer
            ),
        )
        for state in states
    ]


def shown(answer: Any) -> str:
    """Write an answer on one line; several choices have no order."""
    return ", ".join(sorted(answer)) or "none" if isinstance(answer, list) else str(answer)
