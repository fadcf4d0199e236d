"""Backup, destroy, restore: the history holds up to the recovery point."""

import os
from pathlib import Path
from typing import Any

import pytest
from history_checks import violations
from history_disaster import Disaster
from history_lab import SECONDS, SEED, history_of, judge, tell

pytestmark = pytest.mark.lab
pytest_plugins = ["history_fixtures"]

SECONDS_UNTIL_LOST = SECONDS / 8
BAD_RESTORE = "DELETE FROM messages"


@pytest.fixture
def disaster(spare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disaster:
    """One whose backup is restored into the spare server."""
    monkeypatch.setenv("PATH", f"{spare.programs}:{os.environ['PATH']}")
    folder = tmp_path / "backups"
    return Disaster(spare=spare, folder=folder, seed=SEED, seconds=SECONDS_UNTIL_LOST)


def test_what_was_known_before_a_backup_holds_after_its_restore(
    disaster: Disaster,
    agent: Path,
    postgres: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each task is as its callers know it, and each message that is repeated runs no more."""
    history = history_of(disaster, agent=agent, folder=tmp_path, database=postgres)
    tell(history, capsys)

    judge(history)


def test_bad_restore_is_found_out(
    disaster: Disaster, agent: Path, postgres: Any, tmp_path: Path
) -> None:
    """Without the ids of messages, those that are repeated run again."""
    disaster.seconds /= 2
    disaster.loss = BAD_RESTORE
    history = history_of(disaster, agent=agent, folder=tmp_path, database=postgres)
    broken = {violation.rule for violation in violations(history)}

    assert {"double_tasks", "double_runs"} <= broken
