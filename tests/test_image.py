"""The Dockerfile of an agent: short, without faults for all answers, and true about health."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from conftest import ANSWERS, Render, read_answers
from programs import said

MAX_LINES = 40
SHIPPED = [name for name in ANSWERS if read_answers(name).get("deployment") != []]

each_image = pytest.mark.parametrize("answers", SHIPPED)


def lint(file: Path) -> str:
    """What hadolint has against a Dockerfile; empty when nothing."""
    code, text = said("hadolint", "--failure-threshold", "info", file)
    return text or f"hadolint: {code}" * bool(code)


@each_image
def test_dockerfile_is_short(render: Render, answers: str) -> None:
    """It is read at a glance, whatever was chosen."""
    lines = (render(answers) / "Dockerfile").read_text().splitlines()

    assert len(lines) <= MAX_LINES


@each_image
def test_dockerfile_has_no_faults(render: Render, answers: str) -> None:
    """hadolint finds nothing, not even something of little weight."""

    assert lint(render(answers) / "Dockerfile") == ""


def test_planted_fault_is_found(render: Render, tmp_path: Path) -> None:
    """The check above is not blind."""
    text = (render() / "Dockerfile").read_text()
    (tmp_path / "Dockerfile").write_text(text.replace("python:3.13-slim", "python"))

    assert "DL3006" in lint(tmp_path / "Dockerfile")


def test_base_images_can_be_found_and_exchanged(render: Render) -> None:
    """Update robots read images in FROM only; a build takes others, and all stages follow."""
    text = (render() / "Dockerfile").read_text()
    arguments = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", text, re.MULTILINE))
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", text, re.MULTILINE)
    found = {name: image for image, name in stages if ":" in image}

    assert found.keys() == set(arguments.values())
    assert [image for image, _ in stages if ":" not in image] == [
        "${UV_IMAGE}",
        *["${PYTHON_IMAGE}"] * 2,
    ]


@contextmanager
def ops_port(host: str, status: int) -> Iterator[int]:
    """Something that answers every question with one status."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer((host, 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def health(agent: Path, **variables: str) -> int:
    """Run the health check as Docker would; return its exit code."""
    [words] = re.findall(
        r"^HEALTHCHECK .* CMD (\[.*?\])$",
        (agent / "Dockerfile").read_text().replace("\\\n", ""),
        re.MULTILINE,
    )
    command = [sys.executable, *json.loads(words)[1:]]
    result = subprocess.run(command, env=os.environ | variables, capture_output=True, check=False)
    return result.returncode


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
@pytest.mark.parametrize("variable", ["A2A_HOST", "A2A_OPS_HOST"])
def test_health_is_that_of_the_agent(render: Render, variable: str, status: int, code: int) -> None:
    """It asks where the settings say that the ops port is, and no proxy in between."""
    places = {"A2A_HOST": "127.0.0.9", "A2A_OPS_HOST": "", "http_proxy": "http://127.0.0.1:1"}
    with ops_port("127.0.0.2", status) as port:
        asked = health(render(), **(places | {variable: "127.0.0.2", "A2A_OPS_PORT": str(port)}))

    assert asked == code


def test_health_needs_an_answer(render: Render) -> None:
    """Where nobody listens, nobody is well."""
    with ops_port("127.0.0.1", 200) as port:
        pass

    assert health(render(), A2A_HOST="127.0.0.1", A2A_OPS_PORT=str(port)) == 1
