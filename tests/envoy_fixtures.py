"""Fixtures: an agent that does as it is told, and three replicas of it behind Envoy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import free_ports
from conftest import Render
from envoy_replicas import Lab, balanced, lab_agent


@pytest.fixture(scope="session")
def replica_ports() -> dict[str, Any]:
    """What each replica listens on, at an address of its own."""
    return free_ports("http_port", "grpc_port", "ops_port")


@pytest.fixture(scope="session")
def replicated_agent(
    render: Render, tmp_path_factory: pytest.TempPathFactory, replica_ports: dict[str, int]
) -> Path:
    """An agent that is set up."""
    return lab_agent(render, tmp_path_factory.mktemp("replicated"), replica_ports)


@pytest.fixture(scope="module")
def shared_lab(
    replicated_agent: Path,
    replica_ports: dict[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lab]:
    """Replicas that run as long as the tests of a module."""
    folder = tmp_path_factory.mktemp("lab")
    with balanced(replicated_agent, folder, replica_ports, network="127.0.1") as lab:
        yield lab


@pytest.fixture
def lab(shared_lab: Lab) -> Iterator[Lab]:
    """The same; what a test has ended is started again behind it."""
    yield shared_lab
    for replica in shared_lab.replicas:
        if not replica.alive:
            replica.start()
    shared_lab.balancer.names.addresses = shared_lab.addresses
    shared_lab.balancer.knows(*shared_lab.addresses)
