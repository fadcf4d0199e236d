"""REST does as its OpenAPI document says, whatever is sent."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import Hostile
from openapi_spec_validator import validate

pytest_plugins = ["hostile_agents"]
pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("unharmed")]

# For each operation; the ways that a document can be broken come on top.
EXAMPLES = 25

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "ignored_auth",
)


def schemathesis(document: str | Path, agent: Hostile, folder: Path) -> tuple[int, str]:
    """Let it try what the document says; return its exit code and what it has found."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(document),
        f"--url={agent.url}/v1",
        "--phases=coverage,fuzzing",
        f"--checks={','.join(CHECKS)}",
        f"--max-examples={EXAMPLES}",
        "--seed=1",
        "--generation-database=none",
        "--warnings=off",
    ]
    if agent.token:
        command.append(f"--header=Authorization: Bearer {agent.token}")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_document_is_valid(agent: Hostile) -> None:
    """As OpenAPI 3.1 defines it."""
    document = agent.http.get("/openapi.json").json()

    validate(document)
    assert document["openapi"].startswith("3.1")


def test_rest_does_as_its_document_says(agent: Hostile, tmp_path: Path) -> None:
    """Statuses, media types and schemas, whatever is sent."""
    code, found = schemathesis(f"{agent.url}/openapi.json", agent, tmp_path)

    assert code == 0, found


def test_a_status_that_is_not_described_is_seen(agent: Hostile, tmp_path: Path) -> None:
    """The test above is not blind."""
    document = agent.http.get("/openapi.json").json()
    del document["paths"]["/tasks/{id}"]["get"]["responses"]["404"]
    document["paths"] = {"/tasks/{id}": document["paths"]["/tasks/{id}"]}
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    code, found = schemathesis(file, agent, tmp_path)

    assert code == 1
    assert "404" in found
