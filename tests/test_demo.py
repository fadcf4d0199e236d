"""The first command of the README."""

from pathlib import Path

import pytest
from agents import make
from conftest import git

pytestmark = pytest.mark.lab


def test_demo_talks_over_each_transport(released: Path, tmp_path: Path) -> None:
    """A fresh clone shows the same conversation three times, and stops in order."""
    git(tmp_path, "clone", "--quiet", str(released), "clone")
    said = make(tmp_path / "clone", "demo")

    assert said.count("Hello! What is your name?   [input_required]") == 3
    assert said.count("Nice to meet you, Ada!   [completed]") == 3
    assert "stopped with exit code 0" in said
