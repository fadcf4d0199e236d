"""Lines of `.env` that the agent does not read are named; nobody sees what they say."""

import shutil
from importlib import import_module
from pathlib import Path

import pytest

from checks.settings import declared, findings

from .planted import AGENT

[SETTINGS] = AGENT.glob("src/*/settings.py")


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A folder with the agent's settings."""
    shutil.copytree(SETTINGS.parent, tmp_path / "src" / SETTINGS.parent.name)
    shutil.copy(AGENT / ".env.example", tmp_path)
    return tmp_path


def test_unknown_names_are_found(agent: Path) -> None:
    """Misspelt, removed, or in another case; others' variables are others' business."""
    (agent / ".env").write_text(
        "A2A_HOST=0.0.0.0\na2a_log_level=debug\nMODEL_KEY=secret\n# A2A_GONE=1\n"
        "A2A_LOG_LEVL=secret\n export A2A_GONE = secret\n"
    )
    found = [str(one) for one in findings(agent)]

    assert found == [
        ".env:5: the agent has no setting A2A_LOG_LEVL. "
        "Rename it to A2A_LOG_LEVEL, or remove the line.",
        ".env:6: the agent has no setting A2A_GONE. "
        "Look in .env.example for what took its place, or remove the line.",
    ]


def test_stale_example_is_found(agent: Path) -> None:
    """A setting that is gone leaves the list, too."""
    with (agent / ".env.example").open("a") as example:
        example.write("\n# Gone.\n# A2A_GONE=1\n")
    [found] = findings(agent)

    assert found.path == ".env.example"


def test_names_are_those_of_the_settings() -> None:
    """The file is read without running it, and says the same as when it runs."""
    settings = import_module(f"{SETTINGS.parent.name}.settings")

    assert declared(SETTINGS) == (
        settings.PREFIX,
        {f"{settings.PREFIX}{name.upper()}" for name in settings.Settings.model_fields},
    )


def test_broken_settings_are_somebody_elses(agent: Path) -> None:
    """What does not compile says nothing of settings, and is named for that."""
    next(agent.glob("src/*/settings.py")).write_text("class Settings(\n")
    (agent / ".env").write_text("A2A_GONE=1\n")

    assert list(findings(agent)) == []
