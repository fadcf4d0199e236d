"""The questions: defaults, derived values, and what a wrong answer is told."""

import keyword
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ANSWERS, ROOT, Render, read_answers

QUESTIONS = {
    name: question
    for name, question in yaml.safe_load((ROOT / "copier.yml").read_text()).items()
    if not name.startswith("_")
}
VISIBLE = [name for name, question in QUESTIONS.items() if {"ask", "when"}.isdisjoint(question)]
SOMETIMES = ["image"]
STORED = [name for name, question in QUESTIONS.items() if question.get("when") is not False]


def stored(agent: Path) -> dict[str, Any]:
    """Read the answers that an agent remembers."""
    answers: dict[str, Any] = yaml.safe_load((agent / ".copier-answers.yml").read_text())
    return {name: value for name, value in answers.items() if not name.startswith("_")}


def test_every_question_has_help_and_a_default() -> None:
    """Nobody has to guess, and an update never has to ask."""
    bare = [name for name in STORED if not {"help", "default"} <= QUESTIONS[name].keys()]

    assert bare == []


def test_few_questions_are_asked() -> None:
    """A person answers at most twelve, with those that are asked for some answers only."""
    conditional = {
        name for name, question in QUESTIONS.items() if isinstance(question.get("ask"), str)
    }

    assert conditional == set(SOMETIMES)
    assert 0 < len(VISIBLE + SOMETIMES) <= 12


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_files_answer_questions(name: str) -> None:
    """Copier ignores a key that it does not know, so a misspelt one would never be seen."""
    unknown = read_answers(name).keys() - STORED

    assert unknown == set()


def test_default_answers_are_the_defaults() -> None:
    """answers/default.yml shows what somebody gets who only presses Enter."""
    written = read_answers("default")

    assert list(written) == VISIBLE
    assert written == {name: QUESTIONS[name]["default"] for name in VISIBLE}


@pytest.mark.parametrize("name", ANSWERS)
def test_stored_answers(render: Render, name: str) -> None:
    """An agent remembers every answer that must not change later, and nothing derived."""
    answers = stored(render(name))

    assert answers.keys() == set(STORED)
    assert answers.items() >= read_answers(name).items()


@pytest.mark.parametrize(
    ("agent_name", "slug"),
    [
        ("Hello Agent", "hello-agent"),
        ("Bo", "bo"),
        ("Thirty letters make a long one", "thirty-letters-make-a-long-one"),
        ("Zürich Übersetzer", "zurich-ubersetzer"),
        ("Café Décor", "cafe-decor"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Ada's agent", "adas-agent"),
        ("R&D   (internal)", "r-d-internal"),
        ("3D Printer", "agent-3d-printer"),
        ("X", "agent-x"),
        ("你好", "agent"),
        ("Calendar", "calendar-agent"),
        ("Lambda", "lambda-agent"),
        ("gRPC", "grpc-agent"),
        ("A2A SDK", "a2a-sdk-agent"),
        ("letters " * 4 + "letters", "letters-letters-letters-letter"),
        ("a" * 29 + " b", "a" * 29),
    ],
)
def test_slug_and_package_follow_the_name(render: Render, agent_name: str, slug: str) -> None:
    """Any accepted name gives a command and a package that can be imported."""
    answers = stored(render(agent_name=agent_name))

    assert answers["agent_slug"] == slug
    assert answers["package_name"] == slug.replace("-", "_")


@pytest.mark.parametrize(
    ("organization", "owner"),
    [
        ("Example Org", "example-org"),
        ("O'Neil & Søn {GmbH}", "oneil-son-gmbh"),
        ("Łódź AI", "lodz-ai"),
        ("例", "example"),
    ],
)
def test_image_follows_the_names(render: Render, organization: str, owner: str) -> None:
    """Any accepted organization gives an image that a registry takes."""
    answers = stored(render(organization=organization))

    assert answers["image"] == f"ghcr.io/{owner}/hello-agent"


@pytest.mark.parametrize(
    ("question", "answer", "advice"),
    [
        ("agent_name", "", "Give the agent a name"),
        ("agent_name", "  ", "Give the agent a name"),
        ("agent_name", " Ada", "without spaces around it"),
        ("agent_name", "Ada\nBob", "on one line"),
        ("agent_name", "Ada\x07", "control or invisible characters"),
        ("agent_name", "Ada\u2028Bob", "on one line"),
        ("agent_name", "a" * 61, "60 characters or fewer"),
        ("agent_name", 'The "best"', "Leave double quotes"),
        ("agent_name", "C:\\agent", "backslashes out"),
        ("description", "", "Say in one sentence"),
        ("description", "One.\nTwo.", "on one line"),
        ("description", "a" * 161, "160 characters or fewer"),
        ("description", 'Says "hello".', "Leave double quotes"),
        ("organization", "", "Name the person or organization"),
        ("organization", "Example\tOrg", "on one line"),
        ("organization", "a" * 61, "60 characters or fewer"),
        ("organization", 'The "Org"', "Leave double quotes"),
        ("agent_slug", "", "starting with a letter"),
        ("agent_slug", "Hello", "lower-case letters"),
        ("agent_slug", "hello_agent", "single hyphens"),
        ("agent_slug", "hello--agent", "single hyphens"),
        ("agent_slug", "-hello", "starting with a letter"),
        ("agent_slug", "hello-", "single hyphens"),
        ("agent_slug", "3d", "starting with a letter"),
        ("agent_slug", "hello\n", "lower-case letters"),
        ("agent_slug", "a", "between 2 and 30"),
        ("agent_slug", "a" * 31, "between 2 and 30"),
        ("agent_slug", "pytest", "Choose another agent_slug"),
        ("agent_slug", "a2a-sdk", "Choose another agent_slug"),
        ("package_name", "hello-agent", "single underscores"),
        ("package_name", "_hello", "starting with a letter"),
        ("package_name", "a" * 31, "between 2 and 30"),
        ("package_name", "class", "Choose another package_name"),
        ("package_name", "match", "Choose another package_name"),
        ("package_name", "email", "Choose another package_name"),
        ("package_name", "grpc", "Choose another package_name"),
        ("package_name", "tests", "Choose another package_name"),
        ("image", "", "registry/owner/name"),
        ("image", "ghcr.io/Example/agent", "lower-case letters"),
        ("image", "ghcr.io/example/agent:1.0", "without a tag"),
        ("image", "ghcr.io/example/agent@sha256:0a", "without a tag"),
        ("image", "https://ghcr.io/example/agent", "registry/owner/name"),
        ("image", "ghcr.io/example/agent/", "registry/owner/name"),
        ("image", "example/agent", "registry/owner/name"),
        ("image", "-v", "registry/owner/name"),
        ("image", "ghcr.io/" + "a" * 200, "200 characters or fewer"),
        ("http_port", 80, "between 1024 and 65535"),
        ("http_port", 65536, "between 1024 and 65535"),
        ("grpc_port", 1023, "between 1024 and 65535"),
        ("grpc_port", 8000, "differs from http_port"),
        ("ops_port", 0, "between 1024 and 65535"),
        ("ops_port", 8000, "differs from the ports that callers use"),
        ("ops_port", 50051, "differs from the ports that callers use"),
    ],
)
def test_wrong_answers_are_told_what_to_change(
    render: Render, question: str, answer: Any, advice: str
) -> None:
    """One sentence says what to change, and nothing is rendered."""
    with pytest.raises(ValueError, match=f"'{question}'") as refusal:
        render(**{question: answer})

    message = str(refusal.value).partition(": ")[2]
    assert advice in message
    assert re.fullmatch(r".+\.", message)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("agent_name", "Ada's R&D <agent> {{ no tag }} #1 'x' $HOME `y` %"),
        ("agent_name", "你好 😀"),
        ("description", "Answers: who's who? {% no tag %} & more"),
        ("organization", "O'Neil & Søn {GmbH}"),
        ("agent_slug", "a0"),
        ("agent_slug", "a" * 30),
        ("package_name", "some_other_name"),
        ("image", "localhost:5000/agent"),
        ("image", "registry:5000/agents/hello_agent"),
        ("image", "docker.io/example/agent"),
        ("image", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/hello__agent.v2"),
        ("http_port", 1024),
        ("ops_port", 65535),
    ],
)
def test_unusual_answers_are_kept_as_they_are(render: Render, question: str, answer: Any) -> None:
    """What is accepted survives the files it is written into."""
    agent = render(**{question: answer})
    project = tomllib.loads((agent / "pyproject.toml").read_text())["project"]

    assert stored(agent)[question] == answer
    assert project["description"] == stored(agent)["description"]


def test_names_of_python_are_reserved() -> None:
    """No package is named like a keyword or a module of the standard library."""
    names = {*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist}
    public = {name.lower() for name in names if not name.startswith("_")}

    assert public - set(QUESTIONS["reserved_names"]["default"].split()) == set()


def test_names_of_modules_beside_the_package_are_reserved(render: Render) -> None:
    """Python and mypy look for modules there as well, and would find the wrong one."""
    agent = render("everything")
    beside = [agent / folder for folder in ("benchmarks", "deploy/grafana", "scripts/doctor")]
    modules = [path.stem for folder in beside for path in folder.glob("*.py")]
    packages = [path.parent.name for folder in beside for path in folder.glob("*/__init__.py")]
    names = {*modules, *packages}

    assert names - set(QUESTIONS["reserved_names"]["default"].split()) == set()


def test_names_of_dependencies_are_reserved(render: Render) -> None:
    """No distribution is named like one that the agent depends on."""
    project = tomllib.loads((render() / "pyproject.toml").read_text())
    required = sum(project["dependency-groups"].values(), project["project"]["dependencies"])
    names = {re.split(r"[^\w-]", line)[0].replace("-", "_") for line in required}

    assert names - set(QUESTIONS["reserved_names"]["default"].split()) == set()
