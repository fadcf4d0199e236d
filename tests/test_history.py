"""Three replicas on one Postgres, callers over all transports, and faults of every kind."""

from pathlib import Path
from typing import Any

import pytest
from history_checks import unproven, violations
from history_dramas import (
    cancel_silent_tasks_elsewhere,
    cancel_talkative_tasks_elsewhere,
    follow_up_elsewhere,
)
from history_lab import SECONDS, SEED, Drama, history_of, judge, tell
from history_outages import (
    cancel_without_database,
    follow_without_database,
    look_at_a_lonely_replica,
    lose_the_answer_to_a_claim,
    lose_the_answer_to_a_task,
)
from history_plants import CONTEXTLESS, UNCANCELLED, UNGUARDED
from history_run import random_run
from history_stage import Stage

pytestmark = pytest.mark.lab
pytest_plugins = ["history_fixtures"]

SECONDS_ALONE = SECONDS / 3

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
