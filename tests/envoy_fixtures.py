"""Fixtures: an agent that does as it is told, and three replicas of it behind Envoy."""

from collections.abc import Iterator

import pytest
from conftest import Render
from envoy_replicas import OTHER_THREE, Lab, ReplicatedAgent, balanced, lab_agent


@pytest.fixture(scope="session")
def replicated_agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> ReplicatedAgent:
    """An agent that is set up."""
    return lab_agent(render, tmp_path_factory.mktemp("replicated"))


@pytest.fixture(scope="module")
def shared_lab(
    replicated_agent: ReplicatedAgent, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """Replicas that run as long as the tests of a module."""
    folder = tmp_path_factory.mktemp("lab")
    with balanced(replicated_agent, folder, addresses=OTHER_THREE) as lab:
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
