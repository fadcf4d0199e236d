"""Whatever is answered, the files are well-formed and keep the agent's own rules."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ANSWERS, Render
from render_matrix import Answers, label, matrix, questions

# Alerts say `{{ $labels.job }}` and workflows `${{ github.sha }}` in languages of their own, and
# links write `{"` as `{%22`.
JINJA = re.compile(r"(?<!\$)\{\{ (?!\$)|\{%(?!22)|\{#")
PARSERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".py": lambda text: compile(text, "agent", "exec"),
    ".toml": tomllib.loads,
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
    ".yml": lambda text: list(yaml.safe_load_all(text)),
}

NAMED: list[tuple[str, Answers]] = [(answers, {}) for answers in ANSWERS]
PAIRS = [("default", chosen) for chosen in matrix(questions())]
every_agent = pytest.mark.parametrize(
    ("answers", "chosen"), NAMED + PAIRS, ids=[*ANSWERS, *(label(chosen) for _, chosen in PAIRS)]
)


def files(agent: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of all files of an agent."""
    for path in sorted(agent.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(agent)), path.read_text()


def blemishes(name: str, text: str) -> list[str]:
    """Say what is wrong with a file, seen from the outside."""
    found = []
    if JINJA.search(text) or JINJA.search(name) or name.endswith(".jinja"):
        found.append("Jinja is left over")
    if re.search(r"[ \t]$", text, re.MULTILINE):
        found.append("a line ends with a space")
    if text and not re.search(r"[^\n]\n\Z", text):
        found.append("does not end with one newline")
    if "\n\n\n\n" in text or text.startswith("\n"):
        found.append("has a hole")
    return [f"{name}: {fault}" for fault in found]


@every_agent
def test_files_are_clean(render: Render, answers: str, chosen: Answers) -> None:
    """No tags, no trailing spaces, no holes where a condition was."""
    agent = render(answers, **chosen)

    assert [fault for name, text in files(agent) for fault in blemishes(name, text)] == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("src/{{ package_name }}/a.py", "", "Jinja is left over"),
        ("README.md.jinja", "", "Jinja is left over"),
        ("a.md", "# {{ agent_name }}\n", "Jinja is left over"),
        ("a.py", "{% if has_grpc %}\n", "Jinja is left over"),
        ("a.md", "Hello \n", "a line ends with a space"),
        ("a.md", "Hello", "does not end with one newline"),
        ("a.md", "Hello\n\n", "does not end with one newline"),
        ("a.md", "Hello\n\n\n\nAda\n", "has a hole"),
        ("a.md", "\nHello\n", "has a hole"),
    ],
)
def test_planted_blemish_is_seen(name: str, text: str, fault: str) -> None:
    """The check above is not blind."""

    assert blemishes(name, text) == [f"{name}: {fault}"]


@every_agent
def test_files_parse(render: Render, answers: str, chosen: Answers) -> None:
    """TOML, YAML, JSON and Python say nothing that their parsers refuse."""
    agent = render(answers, **chosen)
    parsed = [
        name
        for name, text in files(agent)
        if (parse := PARSERS.get(Path(name).suffix)) and parse(text)
    ]

    assert "pyproject.toml" in parsed
    assert ".copier-answers.yml" in parsed


@every_agent
@pytest.mark.parametrize("command", ["format --check", "check"])
def test_ruff_is_content(render: Render, answers: str, chosen: Answers, command: str) -> None:
    """The length of a name moves no line and breaks no rule."""
    ruff = [sys.executable, "-m", "ruff", *command.split(), "--no-cache"]
    agent = render(answers, **chosen)
    result = subprocess.run(ruff, cwd=agent, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("name", "opening", "expression"),
    [
        ("Apache-2.0", "Apache License", "Apache-2.0"),
        ("MIT", "MIT License", "MIT"),
        ("Proprietary", "Copyright (c) Example Org", "LicenseRef-Proprietary"),
    ],
)
def test_licence(render: Render, name: str, opening: str, expression: str) -> None:
    """The text is the licence's own, and the package says which one it is."""
    agent = render(license=name)
    project = tomllib.loads((agent / "pyproject.toml").read_text())["project"]

    assert (agent / "LICENSE").read_text().lstrip().startswith(opening)
    assert project["license"] == expression


def test_same_answers_same_files(render: Render) -> None:
    """Nothing in an agent depends on when or where it was rendered."""
    once = dict(files(render("default")))
    again = dict(files(render("default", http_port=8000)))

    assert once == again
