"""Fixtures: one Docker engine for all tests of a run, and the images of two agents."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import run
from conftest import Render
from docker_lab import Provide, docker_engine, provide_images
from image_lab import Build, BuildOf, built


@pytest.fixture(scope="session")
def provide() -> Iterator[Provide]:
    """Builds what an agent's files name, in an engine that `docker` and `make` reach."""
    with docker_engine():
        yield provide_images


@pytest.fixture(scope="session")
def build_of(provide: Provide, render: Render, tmp_path_factory: pytest.TempPathFactory) -> BuildOf:
    """Builds images the way their owners do, from agents whose libraries are locked."""
    builds: dict[str, Build] = {}

    def build_of(answers: str) -> Build:
        if answers not in builds:
            folder = tmp_path_factory.mktemp("image") / "agent"
            agent = Path(shutil.copytree(render(answers), folder))
            provide(agent)
            locked = run(agent, "uv", "lock")
            assert locked.returncode == 0, locked.stdout
            builds[answers] = built(agent, f"lab/{answers}")
        return builds[answers]

    return build_of
