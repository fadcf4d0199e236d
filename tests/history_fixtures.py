"""Fixtures: an agent for replicas of the lab, and the server that they share."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import make
from conftest import Render
from postgres_server import PostgresServer


@pytest.fixture(scope="session")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is set up; the replicas run it with a logic of the lab."""
    folder = tmp_path_factory.mktemp("history") / "agent"
    shutil.copytree(render("default"), folder)
    make(folder, "setup")
    return folder


@pytest.fixture
def postgres() -> Iterator[Any]:
    """A real server that can be killed and frozen."""
    with PostgresServer() as running:
        yield running


@pytest.fixture
def spare() -> Iterator[Any]:
    """Another one, which is empty."""
    with PostgresServer() as running:
        yield running
