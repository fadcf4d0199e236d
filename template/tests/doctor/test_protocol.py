"""A proto file that is not the SDK's, and stubs that are not the proto file's, are named."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checks.protocol import findings

from .planted import AGENT, with_environment


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """The agent's proto file, and stubs of it."""
    shutil.copytree(AGENT / "proto", tmp_path / "proto")
    return with_environment(tmp_path)


def stubs(agent: Path) -> None:
    """Build them, as `make stubs` does."""
    purelib = (
        f"{sys.prefix}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    )
    (agent / "build/stubs").mkdir(parents=True)
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", "proto", "-I", purelib]
    outputs = ["--python_out=build/stubs", "--grpc_python_out=build/stubs"]
    subprocess.run([*command, *outputs, "a2a.proto"], cwd=agent, check=True)


def test_what_the_template_brings_is_sound(agent: Path) -> None:
    """With stubs and without them, which nobody needs."""
    before = list(findings(agent))
    stubs(agent)

    assert before == list(findings(agent)) == []


def test_change_makes_both_stale(agent: Path) -> None:
    """A field with another number is another protocol."""
    stubs(agent)
    proto = agent / "proto/a2a.proto"
    proto.write_text(proto.read_text().replace("string message_id = 1", "string message_id = 99"))

    assert [(one.path, one.notice) for one in findings(agent)] == [
        ("proto/a2a.proto", False),
        ("build/stubs", False),
    ]


def test_broken_file_is_told(agent: Path) -> None:
    """With what the compiler says of it."""
    (agent / "proto/a2a.proto").write_text('syntax = "proto3";\nmessage {\n')
    [found] = findings(agent)

    assert "does not compile: proto/a2a.proto:2:" in found.what


def test_nothing_is_written(agent: Path) -> None:
    """A look changes nothing."""
    before = sorted(agent.rglob("*"))
    list(findings(agent))

    assert sorted(agent.rglob("*")) == before
