"""Every overlay of the agent, as kustomize builds it."""

from pathlib import Path

import pytest
from builds import build, copied, overlays
from objects import Build

AGENT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the agent, which may be changed."""
    return copied(AGENT, tmp_path_factory.mktemp("agent"))


@pytest.fixture(scope="session", params=overlays(AGENT))
def built(agent: Path, request: pytest.FixtureRequest) -> Build:
    """What kustomize makes of one of them."""
    try:
        return build(agent, request.param)
    except ValueError as error:
        pytest.fail(str(error), pytrace=False)
