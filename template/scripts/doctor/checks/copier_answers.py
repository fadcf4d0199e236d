"""The answers that the agent was made of: without them, no update."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml_text
from files import content, git
from finding import Finding

FILE = ".copier-answers.yml"
NEEDED = {
    "_commit": "Write behind it which version of the template the agent is made of.",
    "_src_path": "Write behind it where the template is, like gh:org/a2a-template.",
    "package_name": "Write behind it what the agent's folder in src is called.",
}
# `gh:org/name`, `https://…`, `git@host:path`, and folders that are named from the top.
ABSOLUTE = re.compile(r"[/~]|[\w.+-]+(@[\w.-]+)?:")


def findings(agent: Path) -> Iterator[Finding]:
    """What keeps `copier update` from working."""
    if not (agent / FILE).is_file():
        yield Finding(
            path=FILE,
            what="the answers that this agent was made of are missing.",
            todo=f"Bring them back with `git restore --source <commit> {FILE}`, or no update works.",
        )
    elif answers := yaml_text.mapping(content(agent, FILE)):  # else `syntax` names it
        yield from faults(agent, {name: str(answers.get(name) or "") for name in NEEDED})
    if git(agent, "rev-parse", "HEAD") is None:
        yield Finding(
            path=".",
            what="git knows no commit of this folder, and Copier updates only what git knows.",
            todo='Run `git init && git add --all && git commit -m "Start"`.',
            notice=True,
        )


def faults(agent: Path, answers: dict[str, str]) -> Iterator[Finding]:
    """Answers that somebody has taken away, or changed by hand."""
    for name, value in answers.items():
        if not value:
            what = f"{name} is missing, and without it no update works."
            yield Finding(path=FILE, what=what, todo=NEEDED[name])
    source, package = answers["_src_path"], answers["package_name"]
    if source and not ABSOLUTE.match(source):
        yield Finding(
            path=FILE,
            what=f"_src_path is {source}, which leads elsewhere from each folder.",
            todo="Write the template's whole address there.",
        )
    elif source and Path(source).is_relative_to(tempfile.gettempdir()):
        yield Finding(
            path=FILE,
            what="_src_path leads to a temporary folder.",
            todo="Write there where the template stays, before that folder is gone.",
            notice=True,
        )
    if package and not (agent / "src" / package).is_dir():
        yield Finding(
            path=FILE,
            what=f"package_name is {package}, and there is no src/{package}.",
            todo="Write there what the folder is called: an update would make a second one.",
        )
