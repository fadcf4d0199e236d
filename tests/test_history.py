"""Three replicas on one Postgres, callers over all transports, and faults of every kind.

`HISTORY_SEED` repeats a run, and `HISTORY_SECONDS` makes it longer or shorter.
"""

import asyncio
import os
import random
import runpy
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import make
from conftest import ROOT, Render
from history_checks import counts, unproven, violations
from history_dramas import (
    cancel_a_chatty_task_elsewhere,
    cancel_a_silent_task_elsewhere,
    follow_up_elsewhere,
)
from history_plants import CONTEXTLESS, UNCANCELLED, UNGUARDED
from history_records import History
from history_run import random_run
from history_stage import Stage, open_stage

pytestmark = pytest.mark.lab

SECONDS = float(os.environ.get("HISTORY_SECONDS", "120"))
ALONE_SECONDS = SECONDS / 3
SEED = int(os.environ.get("HISTORY_SEED") or random.randrange(10**6))  # noqa: S311  # see above

Drama = Callable[[Stage], Awaitable[None]]


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is set up, whose logic is replaced."""
    folder = tmp_path_factory.mktemp("history") / "agent"
    shutil.copytree(render("default"), folder)
    make(folder, "setup")
    return folder


@pytest.fixture
def postgres() -> Iterator[Any]:
    """A real server that can be killed and frozen."""
    server = runpy.run_path(str(ROOT / "template/tests/postgres.py"))["PostgresServer"]
    with server() as running:
        yield running


def history_of(drama: Drama, agent: Path, folder: Path, database: Any, plant: str = "") -> History:
    """What happens in it, also in a file."""

    async def play() -> History:
        async with open_stage(agent, folder, database=database, plant=plant) as stage:
            await drama(stage)
            return stage.history

    history = asyncio.run(play())
    history.write(folder / "history.json")
    return history


def found(history: History) -> list[str]:
    """Violations in words."""
    return list(map(str, violations(history)))


def test_replicas_keep_their_promises(
    agent: Path, postgres: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is killed, frozen, restarted or cut off: what was promised is kept."""
    history = history_of(
        lambda stage: random_run(stage, seed=SEED, seconds=SECONDS), agent, tmp_path, postgres
    )
    with capsys.disabled():
        print(f"\nHISTORY_SEED={SEED} HISTORY_SECONDS={SECONDS:g}")
        for name, count in counts(history).items():
            print(f"{name:10} {count}")

    assert found(history) == []
    assert unproven(history) == []


def test_one_replica_survives_restarts(agent: Path, tmp_path: Path) -> None:
    """With SQLite there is nobody else to ask, but nothing is lost either."""
    history = history_of(
        lambda stage: random_run(stage, seed=SEED, seconds=ALONE_SECONDS), agent, tmp_path, None
    )

    assert found(history) == []


DRAMAS = {
    CONTEXTLESS: (follow_up_elsewhere, {"wrong_refusals", "changed_contexts"}),
    UNGUARDED: (cancel_a_chatty_task_elsewhere, {"changed_ends"}),
    UNCANCELLED: (cancel_a_silent_task_elsewhere, {"turns_without_task"}),
}


@pytest.mark.parametrize("plant", DRAMAS)
def test_missing_cure_is_found_out(plant: str, agent: Path, postgres: Any, tmp_path: Path) -> None:
    """The same short history is right with the cure and wrong without it."""
    drama, rules = DRAMAS[plant]
    (tmp_path / "cured").mkdir()
    (tmp_path / "ill").mkdir()
    cured = history_of(drama, agent, tmp_path / "cured", postgres)
    ill = history_of(drama, agent, tmp_path / "ill", postgres, plant)

    assert found(cured) == []
    assert rules & {violation.rule for violation in violations(ill)}
