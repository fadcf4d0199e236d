"""A lock file that does not fit, and an environment that does not, are named."""

import shutil
import subprocess
from pathlib import Path

import pytest

from checks.dependencies import findings

pytestmark = pytest.mark.skipif(not shutil.which("uv"), reason="needs uv")

PROJECT = '[project]\nname = "own"\nversion = "1"\nrequires-python = ">=3.11"\n'
# A package that nobody can fetch: what is locked need not be installed.
ABSENT = 'dependencies = ["absent"]\n'
LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "absent"
version = "1.0"
source = { registry = "https://packages.example.com/simple" }
wheels = [{ url = "https://packages.example.com/absent-1.0-py3-none-any.whl" }]

[[package]]
name = "own"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "absent" }]

[package.metadata]
requires-dist = [{ name = "absent" }]
"""


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is locked and installed, and that needs nothing of the network."""
    for name in ("UV_FROZEN", "UV_LOCKED", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_OFFLINE", "1")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    subprocess.run(("uv", "sync", "--quiet"), cwd=tmp_path, check=True)
    return tmp_path


def paths(agent: Path) -> list[tuple[str, bool]]:
    """What is found, and whether that is a notice."""
    return [(one.path, one.notice) for one in findings(agent)]


def test_what_fits_is_sound(agent: Path) -> None:
    """Right after `make setup`."""

    assert paths(agent) == []


def test_missing_lock_is_named(agent: Path) -> None:
    """Everybody would install something else."""
    (agent / "uv.lock").unlink()

    assert paths(agent) == [("uv.lock", False)]


def test_stale_lock_is_named(agent: Path) -> None:
    """As soon as pyproject.toml asks for something else, here another Python."""
    (agent / "pyproject.toml").write_text(PROJECT.replace("3.11", "3.10"))

    assert ("uv.lock", False) in paths(agent)


def test_stale_lock_is_one_fault(agent: Path) -> None:
    """What is installed is anybody's guess then, and the same command mends both."""
    (agent / "pyproject.toml").write_text(PROJECT.replace("3.11", "3.10"))
    (agent / "uv.lock").write_text(LOCK)

    assert paths(agent) == [("uv.lock", False)]


def test_what_needs_the_network_is_unknown(agent: Path) -> None:
    """Without it, uv cannot say what would be locked: no fault is made up."""
    (agent / "pyproject.toml").write_text(f"{PROJECT}{ABSENT}")

    assert paths(agent) == [("uv.lock", True)]


def test_stale_environment_is_named(agent: Path) -> None:
    """Something is locked that is not installed."""
    (agent / "pyproject.toml").write_text(f"{PROJECT}{ABSENT}")
    (agent / "uv.lock").write_text(LOCK)

    assert paths(agent) == [(".venv", False)]


def test_missing_environment_is_told(agent: Path) -> None:
    """A machine that only looks needs none."""
    shutil.rmtree(agent / ".venv")

    assert paths(agent) == [(".venv", True)]


def test_without_uv_nothing_is_known(agent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrong then."""
    monkeypatch.setenv("PATH", str(agent))

    assert paths(agent) == [("uv.lock", True)]


def test_unreadable_project_is_somebody_elses(agent: Path) -> None:
    """What is no TOML is named for that."""
    (agent / "pyproject.toml").write_text("[project\n")

    assert paths(agent) == []
