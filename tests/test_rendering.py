"""Whatever is answered, the files are well-formed and keep the agent's own rules."""

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from answer_sets import every_agent
from conftest import Render
from render_matrix import Answers
from rendered_files import files, parse, ruff, yamllint

# Alerts say `{{ $labels.job }}` and workflows `${{ github.sha }}` in languages of their own, and
# links write `{"` as `{%22`. Dashboards write `{{method}}` in theirs; none has our names.
NAMES = "agent_|package_name|organization|description|has_|image|license|transports|task_store"
JINJA = re.compile(rf"(?<!\$)\{{\{{( (?!\$)|{NAMES})|\{{%(?!22)|\{{#")


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
        ("a.yaml", "name: {{agent_slug}}\n", "Jinja is left over"),
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
    parsed = [name for name, text in files(render(answers, **chosen)) if parse(name, text)]

    assert "pyproject.toml" in parsed
    assert ".copier-answers.yml" in parsed


@every_agent
def test_ruff_is_content(render: Render, answers: str, chosen: Answers) -> None:
    """The length of a name moves no line and breaks no rule."""

    assert ruff(render(answers, **chosen)) == ""


@pytest.mark.parametrize("length", [84, 90, 95, 160])
def test_length_of_a_description_moves_no_line(render: Render, length: int) -> None:
    """Some just fit into a line, and some would fit if they stood on one of their own."""

    assert ruff(render("minimal", description="a" * length)) == ""


@every_agent
def test_yamllint_is_content(render: Render, answers: str, chosen: Answers) -> None:
    """YAML is written as the agent's own .yamllint.yaml would have it."""

    assert yamllint(render(answers, **chosen)) == []


@pytest.fixture
def planted(render: Render, tmp_path: Path) -> Path:
    """A folder that has an agent's rules, and no file yet that could break them."""
    for rules in ("pyproject.toml", ".yamllint.yaml"):
        shutil.copy(render() / rules, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("check", "name", "text", "fault"),
    [
        (ruff, "src/a.py", "NUMBER  =  1\n", "would be reformatted"),
        (ruff, "src/a.py", "import json\n", "F401"),
        (yamllint, "deploy/a.yaml", "a:   1\n", "too many spaces"),
    ],
)
def test_planted_fault_is_named(
    planted: Path, check: Callable[[Path], object], name: str, text: str, fault: str
) -> None:
    """An agent's own rules are applied, not those of this repository."""
    (planted / name).parent.mkdir()
    (planted / name).write_text(text)

    assert fault in str(check(planted))


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", "{"), ("a.py", "return"), ("a.toml", "a = "), ("a.yaml", "a: [")],
)
def test_planted_text_does_not_parse(name: str, text: str) -> None:
    """No parser takes whatever it is given."""
    with pytest.raises((SyntaxError, ValueError, yaml.YAMLError)):
        parse(name, text)


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
