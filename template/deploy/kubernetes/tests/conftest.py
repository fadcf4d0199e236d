"""Every overlay of the agent: as it is, with each component beside what it has, with all of them."""

from pathlib import Path

import pytest
from builds import OVERLAYS, build, components, copied, write_overlays
from objects import Build

AGENT = Path(__file__).resolve().parents[3]
ENVIRONMENTS = sorted(path.name for path in (AGENT / OVERLAYS).iterdir())
ADDED = ["", *(f"-with-{name}" for name in [*components(AGENT), "everything"])]
ALL = [environment + added for environment in ENVIRONMENTS for added in ADDED]


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the agent that has all of these overlays."""
    folder = copied(AGENT, tmp_path_factory.mktemp("agent"))
    assert list(write_overlays(folder)) == ALL
    return folder


@pytest.fixture(scope="session")
def overlays(agent: Path) -> list[str]:
    """The names of all of them."""
    return sorted(path.name for path in (agent / OVERLAYS).iterdir())


@pytest.fixture(scope="session", params=ALL)
def built(agent: Path, request: pytest.FixtureRequest) -> Build:
    """What kustomize makes of one of them."""
    return build(agent, request.param)
