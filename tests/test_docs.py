"""The READMEs: one screen each, and nothing in them that is not there."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml
from conftest import ANSWERS, ROOT, Render

LOGIC = ROOT / "template/src/{{ package_name }}/agent/logic.py"
TREE_LINE = re.compile(r"^(?P<indent>[│ ]*)[├└]── (?P<name>\S+)")


def readme(folder: Path) -> str:
    """Read the README of a house."""
    return (folder / "README.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for name, block in found if name == language]


def verbs(text: str) -> set[str]:
    """Return what a text tells people to make."""
    code = re.findall(r"`([^`\n]+)`", text) + blocks(text, "sh")
    return set(re.findall(r"\bmake ([a-z-]+)", "\n".join(code)))


def targets(folder: Path) -> set[str]:
    """Return what a Makefile can make, and says so in its help."""
    return set(re.findall(r"^([a-z-]+):.*## ", (folder / "Makefile").read_text(), re.MULTILINE))


def tree_paths(text: str) -> list[str]:
    """Return the paths that a drawn tree shows."""
    parents: list[str] = []
    paths = []
    for line in filter(None, map(TREE_LINE.match, text.splitlines())):
        parents[len(line["indent"]) // 4 :] = [line["name"].rstrip("/")]
        paths.append("/".join(parents))
    return paths


@pytest.mark.parametrize("answers", ANSWERS)
def test_readmes_are_short(render: Render, answers: str) -> None:
    """A README of more than 120 lines is a manual."""
    lengths = [len(readme(folder).splitlines()) for folder in (ROOT, render(answers))]

    assert max(lengths) <= 120


@pytest.mark.parametrize("answers", ANSWERS)
def test_verbs_of_the_agent(render: Render, answers: str) -> None:
    """An agent's README shows every target of its Makefile, and no other."""
    agent = render(answers)

    assert verbs(readme(agent)) | {"help"} == targets(agent)


def test_verbs_of_the_template(render: Render) -> None:
    """The template's README shows every target of its Makefile, and else only an agent's."""
    shown = verbs(readme(ROOT)) | {"help"}

    assert targets(ROOT) <= shown <= targets(ROOT) | targets(render())


def test_setup_commands_come_first() -> None:
    """The first command shows an agent, the second proves the template; CI runs what it says."""
    first = blocks(readme(ROOT), "sh")[0].split("\n")

    assert first == ["make demo", "make test", ""]
    assert "make test\n" in (ROOT / ".ci/run").read_text()


def test_printed_commands_are_in_the_readme() -> None:
    """What Copier prints at the end is what the README said would come."""
    message = yaml.safe_load((ROOT / "copier.yml").read_text())["_message_after_copy"]
    usual = re.sub(r"{%- if .*?{%- endif %}", "", message, flags=re.DOTALL)
    printed = re.findall(r"^  (make \w+)$", usual, re.MULTILINE)
    shown = blocks(readme(ROOT), "sh")[1]

    assert printed == re.findall(r"make \w+", shown)


def test_logic_is_shown_as_it_is() -> None:
    """The README shows the file that owners start with."""
    [shown] = blocks(readme(ROOT), "python")

    assert LOGIC.read_text().endswith(shown)


def test_pictured_files_exist() -> None:
    """The picture of the layout shows no room that is not there."""
    paths = [
        path.replace("<package>", "{{ package_name }}")
        for block in blocks(readme(ROOT), "")
        for path in tree_paths(block)
    ]
    missing = [
        path
        for path in paths
        if not (ROOT / path).exists() and not (ROOT / f"{path}.jinja").exists()
    ]

    assert len(paths) > 10
    assert missing == []


@pytest.mark.parametrize("answers", ANSWERS)
def test_examples_are_well_formed(render: Render, answers: str) -> None:
    """JSON and Python in an agent's README can be copied as they are."""
    text = readme(render(answers))
    bodies = re.findall(r" -d '(\{.*?\})'", text, re.DOTALL)

    assert [json.loads(body) for body in bodies] != []
    assert [ast.parse(block) for block in blocks(text, "python")] != []
