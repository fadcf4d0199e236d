"""Plays histories, shows them and judges them.

`HISTORY_SEED` repeats a run, and `HISTORY_SECONDS` makes it longer or shorter.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from history_checks import counts, violations
from history_records import History
from history_stage import Stage, open_stage

SECONDS = float(os.environ.get("HISTORY_SECONDS", "120"))
SEED = int(os.environ.get("HISTORY_SEED") or random.randrange(10**6))  # noqa: S311  # not secret

Drama = Callable[[Stage], Awaitable[None]]


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
