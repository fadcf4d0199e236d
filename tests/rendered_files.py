"""What parsers and linters have against the files of an agent; equal texts are read once."""

import json
import subprocess
import sysconfig
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from yamllint import linter  # type: ignore[import-untyped]  # it has no types
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]  # nor has this

RUFF = Path(sysconfig.get_path("scripts"), "ruff")


def read_yaml(text: str) -> list[Any]:
    """Return the documents of a text, read by the library that is written in C."""
    return list(yaml.load_all(text, yaml.CSafeLoader))


PARSERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".py": lambda text: compile(text, "agent", "exec"),
    ".toml": tomllib.loads,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}


def files(agent: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of all files of an agent."""
    for path in sorted(agent.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(agent)), path.read_text()


def parse(name: str, text: str) -> bool:
    """Say whether a file is of a kind that has a parser, after that had nothing against it."""
    return _parse(Path(name).suffix, text)


@cache
def _parse(suffix: str, text: str) -> bool:
    if suffix not in PARSERS:
        return False
    PARSERS[suffix](text)
    return True


def ruff(agent: Path) -> str:
    """Return what the formatter and the linter say, when either is not content."""
    said = ""
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [RUFF, *command, "--no-cache"], cwd=agent, capture_output=True, text=True, check=False
        )
        said += done.stdout + done.stderr if done.returncode else ""
    return said


def yamllint(agent: Path) -> list[str]:
    """Return what is against the agent's own way to write YAML."""
    rules = (agent / ".yamllint.yaml").read_text()
    return [
        f"{name}: {fault}"
        for name, text in files(agent)
        if Path(name).suffix in {".yaml", ".yml"}
        for fault in _yamllint(rules, name, text)
    ]


@cache
def _yamllint(rules: str, name: str, text: str) -> list[str]:
    return [str(problem) for problem in linter.run(text, _configuration(rules), name)]


@cache
def _configuration(rules: str) -> Any:
    return YamlLintConfig(rules)
