"""What is left after kill -9, on each binding."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from a2a.types import Task, TaskState

from .agents import running
from .callers import Caller, card_of, says, text_of
from .conftest import CALLERS
from .processes import slow_agent
from .slow_agent import reply


@dataclass(frozen=True)
class Crash:
    """A database whose process was killed, and what it was busy with by binding."""

    database_url: str
    exit_code: int
    working: dict[str, Task]
    asking: dict[str, Task]


async def kill_in_the_middle(folder: Path) -> Crash:
    """Kill an agent that works on one task of each caller and waits for an answer to another."""
    working, asking = {}, {}
    async with slow_agent(folder) as agent:
        card = await card_of(agent.settings.http_address)
        for binding, kind in CALLERS.items():
            async with kind(card) as caller:
                endless = says(f"until {folder / 'never'}")
                endless.configuration.return_immediately = True
                working[binding] = await caller.send(endless)
                asking[binding] = await caller.send(says("ask"))
        agent.process.send_signal(signal.SIGKILL)
        exit_code = await agent.exit_code()
    return Crash(agent.settings.database_url, exit_code, working, asking)


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Crash:
    """One process for all tests."""
    return asyncio.run(kill_in_the_middle(tmp_path_factory.mktemp("agent")))


@pytest.fixture
async def caller(crash: Crash, transport: str) -> AsyncIterator[Caller]:
    """A caller of the agent that was started next on the same database."""
    async with (
        running(reply, database_url=crash.database_url) as agent,
        CALLERS[transport](await card_of(agent.address)) as caller,
    ):
        yield caller


async def test_task_that_was_worked_on_has_failed(
    crash: Crash, caller: Caller, transport: str
) -> None:
    """Nobody works on it any more, so it says so and may be sent again."""
    before = crash.working[transport]
    task = await caller.get(before.id)

    assert crash.exit_code == -signal.SIGKILL
    assert before.status.state == TaskState.TASK_STATE_WORKING
    assert task.status.state == TaskState.TASK_STATE_FAILED
    assert "stopped while it worked" in task.status.message.parts[0].text


async def test_question_can_still_be_answered(crash: Crash, caller: Caller, transport: str) -> None:
    """A task that waits for its caller survives, and goes on where it stopped."""
    before = crash.asking[transport]
    task = await caller.send(says("Ada", task_id=before.id))

    assert before.status.state == TaskState.TASK_STATE_INPUT_REQUIRED
    assert (task.id, task.context_id) == (before.id, before.context_id)
    assert task.status.state == TaskState.TASK_STATE_COMPLETED
    assert text_of(task) == "begun, done"
