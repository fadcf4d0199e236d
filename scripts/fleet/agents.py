"""The list of agents that a team keeps alike: a TOML file, one table a group."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .programs import FleetError

HOSTS = {"gh": "https://github.com", "gl": "https://gitlab.com"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
KEYS = {"url", "branch", "folder"}


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Where one agent is: its repository, and the branch and the folder in it."""

    name: str
    group: str
    url: str
    branch: str = ""
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The agents, and the template that they are made of."""

    template: str
    agents: Sequence[Agent]

    def chosen(self, groups: Sequence[str], names: Sequence[str]) -> list[Agent]:
        """Return the agents of these groups with these names; none means all."""
        for wanted, known in (
            (groups, {agent.group for agent in self.agents}),
            (names, {agent.name for agent in self.agents}),
        ):
            for missing in set(wanted) - known:
                raise FleetError(f"{missing} is not in the list, which has {listed(known)}.")
        return [
            agent
            for agent in self.agents
            if (not groups or agent.group in groups) and (not names or agent.name in names)
        ]


def listed(names: set[str]) -> str:
    """Name things in one order."""
    return ", ".join(sorted(names))


def address(url: str, beside: Path) -> str:
    """Write out the short forms that Copier knows, and paths, which begin where the list is."""
    host, _, path = url.partition(":")
    if host in HOSTS:
        return f"{HOSTS[host]}/{path.strip('/').removesuffix('.git')}.git"
    if "://" in url or re.match(r"[^/]+:", url):
        return url
    return str((beside / Path(url).expanduser()).resolve())


def read_fleet(file: Path) -> Fleet:
    """Read a list; what is wrong with it is said with the line."""
    try:
        text = file.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise FleetError(f"{file} cannot be read: {why}.") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise FleetError(f"{file}:{line}: This is not TOML: {error}.") from error
    template = content.pop("template", None)
    if not isinstance(template, str) or not template:
        raise FleetError(f'{file}:1: Name the template first: template = "gh:org/a2a-template".')
    agents: dict[str, Agent] = {}
    for group, members in content.items():
        if not isinstance(members, dict):
            place = f"{file}:{line_of(text, group)}"
            raise FleetError(f"{place}: Write [{group}] above the agents of that group.")
        for name, entry in members.items():
            place = f"{file}:{line_of(text, name, group)}"
            if name in agents:
                raise FleetError(f"{place}: {name} is in {agents[name].group} already.")
            agents[name] = agent(place, group, name, entry, file.parent)
    if not agents:
        raise FleetError(f"{file}:1: The list has no agents.")
    return Fleet(template=address(template, file.parent), agents=[*agents.values()])


def agent(place: str, group: str, name: str, entry: Any, beside: Path) -> Agent:
    """Read one entry: an address, or a table with an address, a branch and a folder."""
    words = {"url": entry} if isinstance(entry, str) else entry
    if not NAME.fullmatch(name):
        raise FleetError(f"{place}: Name {name!r} with letters, digits, dots and dashes.")
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise FleetError(f"{place}: Give {name} an address, or a table of texts.")
    if unknown := words.keys() - KEYS:
        raise FleetError(f"{place}: {name} may have {listed(KEYS)}, and not {listed(unknown)}.")
    url, branch = words.get("url", ""), words.get("branch", "")
    folder = PurePosixPath(words.get("folder", ""))
    if not url or url.startswith("-"):
        raise FleetError(f"{place}: Give {name} the url of its repository.")
    if branch.startswith("-"):
        raise FleetError(f"{place}: The branch of {name} cannot begin with a dash.")
    if folder.is_absolute() or ".." in folder.parts:
        raise FleetError(f"{place}: The folder of {name} has to be within its repository.")
    within = str(folder) if folder.parts else ""
    return Agent(name=name, group=group, url=address(url, beside), branch=branch, folder=within)


def line_of(text: str, name: str, group: str = "") -> int:
    """Return the line on which an entry begins, or 1 where it is written in another way."""
    table, key = "", rf"\s*[\"']?{re.escape(name)}[\"']?\s*"
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            table = header[1]
        if table == group and re.match(rf"{key}=", line):
            return number
        if header and re.fullmatch(rf"{re.escape(group)}\.{key}", table):
            return number
    return 1
