"""docs/generate.md: its commands run in the order of the page, and its table is true."""

import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Render, git
from doors import Person, new_person
from render_matrix import choices, questions
from test_docs import blocks

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/generate.md").read_text()
COMMANDS = blocks(PAGE, "sh")
ROWS = re.findall(r"^\| `(\w+: .*?)` \| (.*) \|$", PAGE, re.MULTILINE)
# What uvx would fetch is installed beside the tests.
UVX = f"""#!/bin/sh
[ "$1" = --with ] && shift 2
exec {sys.executable} -m "$@"
"""


@pytest.fixture(scope="module")
def person(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody who has read the page to its end; only Enter was pressed."""
    place = tmp_path_factory.mktemp("page")
    git(place, "clone", "--quiet", str(released), "a2a-template.git")
    (place / "gitconfig").write_text(
        f'[url "file://{place}/"]\n insteadOf = https://github.com/org/\n'
    )
    (place / "uvx").write_text(UVX)
    (place / "uvx").chmod(stat.S_IRWXU)
    person = new_person(place / "home", GIT_CONFIG_GLOBAL=str(place / "gitconfig"))
    path = f"{place}:{person.environment['PATH']}"
    for command in COMMANDS:
        done = person.run("env", f"PATH={path}", "bash", "-euc", command, typed="\n" * 10)
        assert done.returncode == 0, f"{command}{done.stdout}{done.stderr}"
    return person


def made(person: Person) -> dict[str, dict[str, Any]]:
    """Return what each agent remembers."""
    files = person.home.glob("*/.copier-answers.yml")
    return {file.parent.name: yaml.safe_load(file.read_text()) for file in files}


def test_each_command_makes_its_agent(person: Person) -> None:
    """Each `copy` and each `cookiecutter` leaves an agent that is named on the page."""
    makes = re.findall(r"uvx (copier copy|--with copier cookiecutter)", "".join(COMMANDS))
    agents = made(person)

    assert len(agents) == len(makes)
    assert [name for name in agents if name not in PAGE and name != "hello-agent"] == []


def test_answers_arrive(person: Person) -> None:
    """What is given on the page is what the agents remember."""
    agents = made(person)
    traffic, offline = agents["traffic-agent"], agents["offline"]

    assert agents["weather"]["observability"] == ["metrics"]
    assert (agents["forecast"]["transports"], agents["forecast"]["deployment"]) == (
        "http",
        ["compose"],
    )
    assert agents["pinned"]["_commit"] == "v1.0.0"
    assert (traffic["http_port"], traffic["observability"]) == (8080, ["metrics", "tracing"])
    assert traffic["_src_path"] == agents["hello-agent"]["_src_path"] == "gh:org/a2a-template"
    assert offline["_src_path"] == str(person.home / "a2a-template")


@pytest.fixture
def commands(released: Path, tmp_path: Path) -> tuple[Person, dict[str, str]]:
    """Somebody at a terminal, and how each door is opened there, before the answers."""
    doors = {
        "Copier": f"copier copy --defaults {released} agent --data ",
        "cookiecutter": f"cookiecutter --no-input {released} ",
    }
    return new_person(tmp_path / "home"), {
        name: f"{sys.executable} -m {command}" for name, command in doors.items()
    }


@pytest.mark.parametrize(("door", "line"), [("Copier", -1), ("cookiecutter", 0)])
def test_refusal_is_where_the_page_says(
    commands: tuple[Person, dict[str, str]], door: str, line: int
) -> None:
    """The last line for Copier, the first one for cookiecutter."""
    person, doors = commands
    wrong = person.run("bash", "-c", f"{doors[door]} agent_name= 2>&1")

    assert wrong.returncode != 0
    assert "Give the agent a name, for example" in wrong.stdout.splitlines()[line]


@pytest.mark.parametrize("door", ["Copier", "cookiecutter"])
def test_unknown_key_is_ignored(commands: tuple[Person, dict[str, str]], door: str) -> None:
    """Neither says a word; should one begin to, the page has to."""
    person, doors = commands
    done = person.run("bash", "-c", f"{doors[door]} nonsense=1")

    assert done.returncode == 0, done.stderr
    assert "nonsense" not in done.stdout + done.stderr
    assert len(made(person)) == 1


def without(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer to the same question that brings less."""
    [(name, chosen)] = answer.items()
    others = [one for one in choices(questions()[name]) if one not in (chosen, "both")]
    return {name: [] if isinstance(chosen, list) else others[0]}


@pytest.mark.parametrize(("answer", "brought"), ROWS)
def test_table_of_what_answers_bring(render: Render, answer: str, brought: str) -> None:
    """Each of these is there for that answer, and not for another one."""
    chosen = yaml.safe_load(answer)
    one, other = render("default", **chosen), render("default", **without(chosen))
    names = re.findall(r"`(.*?)`", brought)

    assert names != []
    assert [name for name in names if not (one / name).exists()] == []
    assert [name for name in names if (other / name).exists()] == []


def test_table_has_rows() -> None:
    """Each question with choices that bring files has one."""
    asked = {answer.split(":")[0] for answer, _ in ROWS}

    assert asked == questions().keys() - {"license"}
