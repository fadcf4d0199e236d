"""Cookiecutter and Copier lead to the same agent."""

from pathlib import Path
from typing import Any

import pytest
from conftest import ANSWERS, read_answers
from doors import Person, as_arguments, copied, new_person, tree

pytestmark = pytest.mark.slow

ENTER = "\n"


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Somebody who uses cookiecutter for the first time."""
    return new_person(tmp_path / "home")


SMALL: dict[str, Any] = {"deployment": [], "observability": [], "transports": "http"}
ODD = [
    ("Ärger & Söhne", "arger-sohne"),
    ("import", "import-agent"),
    ("7 of 9", "agent-7-of-9"),
    ("letters " * 6 + "twelve more.", "letters-letters-letters-letter"),
    ("{% raw %} {# none #} {brace} 100 %", "raw-none-brace-100"),
    ("Ada's '''agent''' #1: `x` $HOME <b> *", "adas-agent-1-x-home-b"),
    ("你好 😀", "agent"),
    ("No", "no-agent"),
]


@pytest.mark.parametrize("answers", ANSWERS)
def test_named_answers(released: Path, person: Person, tmp_path: Path, answers: str) -> None:
    """Every byte, mode and link is the same, that of .copier-answers.yml included."""
    given = read_answers(answers)
    done = person.cookiecutter(released, *as_arguments(given))
    [name] = person.made()

    assert done.returncode == 0, done.stderr
    assert tree(person.agents / name) == tree(copied(released, tmp_path / "copied", given))


@pytest.mark.parametrize(("agent_name", "slug"), ODD)
def test_odd_names(
    released: Path, person: Person, tmp_path: Path, agent_name: str, slug: str
) -> None:
    """The folder is called as Copier calls the agent, and what is in it is the same."""
    given = SMALL | {"agent_name": agent_name, "description": f"{agent_name} {{ 1 }}"}
    done = person.cookiecutter(released, *as_arguments(given))

    assert done.returncode == 0, done.stderr
    assert person.made() == [slug]
    assert tree(person.agents / slug) == tree(copied(released, tmp_path / "copied", given))


def test_what_is_typed_is_not_evaluated(released: Path, person: Person, tmp_path: Path) -> None:
    """Somebody answers by hand, in the order of the questions, and names an agent like a template."""
    typed = [
        "{{ 7*7 }}",
        "Says {{ it }}.",
        "O'Neil {% x %}",
        "2",
        "3",
        "none",
        "None",
        "2",
        "2",
        "",
    ]
    given = dict(zip(("agent_name", "description", "organization"), typed, strict=False))
    chosen = {"task_store": "memory", "ci": "none", "license": "MIT"}
    done = person.cookiecutter(released, typed=ENTER.join([*typed, ""]))

    assert done.returncode == 0, done.stderr
    assert tree(person.agents / "agent-7-7") == tree(
        copied(released, tmp_path / "copied", SMALL | given | chosen)
    )


def test_enter_takes_the_defaults(released: Path, person: Person, tmp_path: Path) -> None:
    """Somebody who only presses Enter gets the default agent, and is told how to go on."""
    done = person.cookiecutter(released, typed=ENTER * 10)
    agent = person.agents / "hello-agent"

    assert tree(agent) == tree(copied(released, tmp_path / "copied", {}))
    assert f"Next:\n\n  cd '{agent}'\n  make setup\n  make run\n\n" in done.stdout
    assert done.stderr == ""


def test_configuration_and_replay(released: Path, person: Person, tmp_path: Path) -> None:
    """Defaults of the person's own hold, and the same answers can be given once more."""
    person.configure(organization="Søn & Co", ci="none", deployment="none")
    person.cookiecutter(released, "agent_name=Ada")
    first = tree(person.agents / "ada")
    (person.agents / "ada").rename(tmp_path / "first")
    done = person.cookiecutter(released, "--replay", typed="")
    given = {"agent_name": "Ada", "organization": "Søn & Co", "ci": "none", "deployment": []}

    assert done.returncode == 0, done.stdout
    assert first == tree(copied(released, tmp_path / "copied", given))
    assert tree(person.agents / "ada") == first


@pytest.mark.parametrize("planted", ["byte", "mode", "file", "link"])
def test_planted_difference_is_seen(tmp_path: Path, planted: str) -> None:
    """The comparison above is not blind."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "a").write_text("a")
        (folder / "b").symlink_to("a")
    before = tree(one) == tree(other)
    if planted == "byte":
        (other / "a").write_text("b")
    elif planted == "mode":
        (other / "a").chmod(0o755)
    elif planted == "file":
        (other / "c").touch()
    else:
        (other / "b").unlink()
        (other / "b").symlink_to("./a")

    assert before
    assert tree(one) != tree(other)


def test_planted_answer_is_seen(released: Path, person: Person, tmp_path: Path) -> None:
    """One answer that gets lost on the way would be seen."""
    person.cookiecutter(released, *as_arguments(SMALL | {"license": "MIT"}))

    assert tree(person.agents / "hello-agent") != tree(copied(released, tmp_path / "copied", SMALL))
