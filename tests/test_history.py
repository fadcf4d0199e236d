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
    cancel_silent_tasks_elsewhere,
    cancel_talkative_tasks_elsewhere,
    follow_up_elsewhere,
)
from history_outages import (
    cancel_without_database,
    follow_without_database,
    look_at_a_lonely_replica,
    lose_the_answer_to_a_claim,
    lose_the_answer_to_a_task,
)
from history_plants import CONTEXTLESS, UNCANCELLED, UNGUARDED
from history_records import History
from history_run import random_run
from history_stage import Stage, open_stage

pytestmark = pytest.mark.lab

SECONDS = float(os.environ.get("HISTORY_SECONDS", "120"))
SECONDS_ALONE = SECONDS / 3
SEED = int(os.environ.get("HISTORY_SEED") or random.randrange(10**6))  # noqa: S311  # not secret

Drama = Callable[[Stage], Awaitable[None]]
# What is switched off, the history that needs it, and the rules of which one is broken then.
CURES: dict[str, tuple[Drama, set[str]]] = {
    CONTEXTLESS: (follow_up_elsewhere, {"wrong_refusals", "changed_contexts"}),
    UNGUARDED: (cancel_talkative_tasks_elsewhere, {"changed_ends"}),
    UNCANCELLED: (cancel_silent_tasks_elsewhere, {"turns_without_task"}),
}
OUTAGES: tuple[Drama, ...] = (
    look_at_a_lonely_replica,
    cancel_without_database,
    follow_without_database,
    lose_the_answer_to_a_claim,
    lose_the_answer_to_a_task,
)


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is set up; the replicas run it with a logic of the lab."""
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


def history_of(
    *dramas: Drama, agent: Path, folder: Path, database: Any = None, plant: str = ""
) -> History:
    """What happens in them, one after the other; it is in the folder as well."""

    async def play() -> History:
        async with open_stage(agent, folder, database=database, plant=plant) as stage:
            for drama in dramas:
                await drama(stage)
            await stage.conclude()
            return stage.history

    history = asyncio.run(play())
    history.write(folder / "history.json")
    return history


def judge(history: History) -> None:
    """Fail with all violations in words."""
    found = [str(violation) for violation in violations(history)]
    assert not found, "\n".join([f"{len(found)} violations", *found])


def tell(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """Show what the verdict rests on, and how to get it again."""
    with capsys.disabled():
        print(f"\nHISTORY_SEED={SEED} HISTORY_SECONDS={SECONDS:g}")
        for name, count in counts(history).items():
            print(f"  {name}: {count}")


def test_replicas_keep_their_promises(
    agent: Path, postgres: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is killed, frozen, restarted or cut off: what was promised is kept."""

    async def drama(stage: Stage) -> None:
        await random_run(stage, seed=SEED, seconds=SECONDS)

    history = history_of(drama, agent=agent, folder=tmp_path, database=postgres)
    tell(history, capsys)

    judge(history)
    assert unproven(history) == []


def test_one_replica_survives_restarts(
    agent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With SQLite there is nobody else to ask, but nothing is lost either."""

    async def drama(stage: Stage) -> None:
        await random_run(stage, seed=SEED, seconds=SECONDS_ALONE)

    history = history_of(drama, agent=agent, folder=tmp_path)
    tell(history, capsys)

    judge(history)


def test_short_histories_are_right(agent: Path, postgres: Any, tmp_path: Path) -> None:
    """What is wrong without a cure is right with it, and outages are told of in good time."""
    dramas = [drama for drama, _ in CURES.values()]
    history = history_of(*dramas, *OUTAGES, agent=agent, folder=tmp_path, database=postgres)

    judge(history)


@pytest.mark.parametrize("plant", CURES)
def test_missing_cure_is_found_out(plant: str, agent: Path, postgres: Any, tmp_path: Path) -> None:
    """The checker misses each of the three cures when it is switched off."""
    drama, rules = CURES[plant]
    history = history_of(drama, agent=agent, folder=tmp_path, database=postgres, plant=plant)

    assert rules & {violation.rule for violation in violations(history)}
