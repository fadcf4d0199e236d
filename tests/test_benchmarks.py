"""The benchmarks of docs/costs.md run: a call or two each, so that no change breaks them unseen."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from agents import fresh_environment, make
from conftest import ROOT, Render

pytestmark = pytest.mark.lab

FEW = ("--rounds", "1", "--requests", "1", "--seconds", "1")
STORES = ("memory", "SQLite", "Postgres", "SDK memory", "versioned SQLite", "SDK Postgres")


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is set up for benchmarks."""
    folder = tmp_path_factory.mktemp("benchmarks") / "agent"
    agent = Path(shutil.copytree(render("default"), folder))
    make(agent, "setup", "stubs")
    return agent


@pytest.mark.parametrize(
    ("program", "options", "shown"),
    [
        ("compare_stores.py", (*FEW, "--bound", "0"), STORES),
        ("compare_replicas.py", FEW, ("SQLite", "Postgres, 1", "Postgres, 2", "Postgres, 4")),
    ],
)
def test_benchmark_runs(
    agent: Path, tmp_path: Path, program: str, options: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    """It measures every side, and no call fails."""
    program_path = str(ROOT / "benchmarks" / program)
    command = [sys.executable, program_path, "--agent", str(agent), *options]
    done = subprocess.run(
        command, cwd=tmp_path, env=fresh_environment(), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert [name for name in shown if name not in done.stdout] == []
