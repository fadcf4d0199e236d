"""deploy/envoy: Envoy accepts it for all answers, and it says nothing that was not chosen."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ANSWERS, Render
from envoy_lab import Change, faults, read_configuration
from programs import said
from test_docs import blocks

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("answers", ANSWERS)
def test_envoy_accepts_it(render: Render, answers: str, tmp_path: Path) -> None:
    """It knows every name, every type fits, and nothing is deprecated."""
    agent = render(answers, task_store="postgres", deployment=["compose"])

    assert faults(agent, tmp_path) == ""


def test_documented_tls_is_accepted(render: Render, tmp_path: Path) -> None:
    """What docs/replicas.md says to add fits, with a certificate in its place."""
    agent = render(task_store="postgres")
    [shown] = blocks((agent / "docs/replicas.md").read_text(), "yaml")
    files = ("-keyout", tmp_path / "tls.key", "-out", tmp_path / "tls.crt")
    said(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", *files
    )
    transport = yaml.safe_load(shown.replace("/etc/envoy/tls", str(tmp_path)))

    def encrypt(config: dict[str, Any]) -> None:
        for listener in config["static_resources"]["listeners"]:
            listener["filter_chains"][0] |= transport

    assert faults(agent, tmp_path, encrypt) == ""


def misspell(config: dict[str, Any]) -> None:
    """Name something that there is not."""
    config["static_resources"]["clusters"][0]["conect_timeout"] = "2s"


def deprecate(config: dict[str, Any]) -> None:
    """Say it as earlier versions did."""
    config["static_resources"]["clusters"][1]["http2_protocol_options"] = {}


@pytest.mark.parametrize(
    ("change", "told"), [(misspell, "unknown fields"), (deprecate, "Deprecated field")]
)
def test_planted_fault_is_refused(
    render: Render, change: Change, told: str, tmp_path: Path
) -> None:
    """The check above is not blind."""

    assert told in faults(render(task_store="postgres"), tmp_path, change)


@pytest.mark.parametrize(
    ("transports", "names"),
    [("both", ["http", "grpc"]), ("http", ["http"]), ("grpc", ["http", "grpc"])],
)
def test_each_transport_has_its_port(render: Render, transports: str, names: list[str]) -> None:
    """The card is always on HTTP."""
    resources = read_configuration(render(task_store="postgres", transports=transports))[
        "static_resources"
    ]

    assert [one["name"] for one in resources["listeners"]] == names
    assert [one["name"] for one in resources["clusters"]] == names
