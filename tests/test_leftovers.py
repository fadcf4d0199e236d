"""An agent without a transport does not speak of it: not in a file, nor in a file's name."""

import re
from pathlib import Path

import pytest
from conftest import ANSWERS, Render, read_answers

UNWANTED = {
    "http": re.compile(r"grpc|50051|\.proto\b|protoc\b|\bstubs?\b|\bbuf\b", re.IGNORECASE),
    "grpc": re.compile(r"(?i:json.?rpc|json_routes)|\bREST\b|HTTP\+JSON|message:(send|stream)"),
}
SPARE = [(name, read_answers(name)["transports"]) for name in ANSWERS]
SPARE = [(name, transports) for name, transports in SPARE if transports in UNWANTED]


def leftovers(agent: Path, transports: str) -> list[str]:
    """List the lines and file names that speak of a transport the agent does not have."""
    unwanted = UNWANTED[transports]
    found = []
    for path in sorted(agent.rglob("*")):
        name = path.relative_to(agent)
        if name.parts[0] == "proto":
            continue  # the protocol's own text, which speaks of every transport
        if unwanted.search(str(name)):
            found.append(str(name))
        if path.is_file():
            lines = enumerate(path.read_text().splitlines(), start=1)
            found += [f"{name}:{number}: {line}" for number, line in lines if unwanted.search(line)]
    return found


@pytest.mark.parametrize(("answers", "transports"), SPARE)
def test_no_word_of_the_other_transport(render: Render, answers: str, transports: str) -> None:
    """Somebody who did not choose a transport never has to read about it."""

    assert leftovers(render(answers), transports) == []


@pytest.mark.parametrize("transports", UNWANTED)
def test_the_words_are_the_right_ones(render: Render, transports: str) -> None:
    """An agent with all transports uses every kind of word that is looked for."""
    found = leftovers(render("default"), transports)

    assert len(found) > 20


@pytest.mark.parametrize(
    ("transports", "name", "text"),
    [
        ("http", "src/grpc_server.py", ""),
        ("http", "README.md", "Call it over gRPC."),
        ("http", "pyproject.toml", '"grpcio-tools>=1.85"'),
        ("http", "Makefile", "stubs: ## compile"),
        ("http", ".env.example", "PORT=50051"),
        ("grpc", "src/json_routes.py", ""),
        ("grpc", "README.md", "Call it over JSON-RPC."),
        ("grpc", "README.md", "The REST side:"),
        ("grpc", "docs/first-hour.md", "curl localhost:8000/v1/message:send"),
    ],
)
def test_planted_leftover_is_seen(tmp_path: Path, transports: str, name: str, text: str) -> None:
    """The check above is not blind."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)

    assert len(leftovers(tmp_path, transports)) == 1
