"""What SIGTERM does to calls under way: a real process, on each binding."""

import asyncio
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from a2a.types import ListTasksRequest, SendMessageRequest, Task, TaskState

from .agents import running
from .callers import Caller, card_of, says, text_of
from .calls import Call, stream, unary
from .conftest import CALLERS
from .processes import slow_agent, until

GRACE_SECONDS = 5.0
IMPATIENCE_SECONDS = 1.0  # that of server.py
COMPLETED = TaskState.TASK_STATE_COMPLETED
FAILED = TaskState.TASK_STATE_FAILED
WORKING = TaskState.TASK_STATE_WORKING


@dataclass(frozen=True)
class Stop:
    """All that is left to see of an agent that was told to stop."""

    exit_code: int
    log: str
    answers: dict[str, Task]  # by binding, kind of call and length of the turn
    tasks_after_restart: dict[str, Task]


async def left_alone(caller: Caller, request: SendMessageRequest) -> Task:
    """The task as it has begun; nobody waits for its end."""
    request.configuration.return_immediately = True
    return await unary(caller, request)


KINDS: dict[str, Call] = {"unary": unary, "stream": stream, "left alone": left_alone}


async def stop_in_the_middle(folder: Path) -> Stop:
    """Signal an agent that works for all kinds of callers; some turns end soon after, some never."""
    go_on = folder / "go-on"
    lengths = {"short": f"until {go_on}", "long": f"until {folder / 'never'}"}
    async with slow_agent(folder, grace_seconds=GRACE_SECONDS) as agent, AsyncExitStack() as stack:
        card = await card_of(agent.settings.http_address)
        calls = {}
        for binding, kind_of_caller in CALLERS.items():
            caller = await stack.enter_async_context(kind_of_caller(card))
            for kind, call in KINDS.items():
                for length, text in lengths.items():
                    calls[f"{binding} {kind} {length}"] = asyncio.create_task(
                        call(caller, says(text))
                    )

        async def all_working() -> bool:
            working = await caller.client.list_tasks(ListTasksRequest(status=WORKING))
            return working.total_size == len(calls)

        await until(all_working)
        agent.process.send_signal(signal.SIGTERM)
        await until(agent.gone)
        go_on.touch()
        answers = await asyncio.gather(*calls.values())
        exit_code = await agent.exit_code()

    async with running(database_url=agent.settings.database_url) as restarted:
        kind_of_caller = next(iter(CALLERS.values()))
        async with kind_of_caller(await card_of(restarted.address)) as caller:
            listed = await caller.client.list_tasks(ListTasksRequest(include_artifacts=True))
    return Stop(
        exit_code,
        agent.log.read_text(),
        dict(zip(calls, answers, strict=True)),
        {task.id: task for task in listed.tasks},
    )


@pytest.fixture(scope="module")
def stop(tmp_path_factory: pytest.TempPathFactory) -> Stop:
    """One process for all tests: starting it takes longer than they do."""
    return asyncio.run(stop_in_the_middle(tmp_path_factory.mktemp("agent")))


@pytest.mark.parametrize("kind", ["unary", "stream"])
def test_call_that_the_grace_allows_is_answered(stop: Stop, transport: str, kind: str) -> None:
    """A turn that ends in time is told to its end, as if nothing had happened."""
    task = stop.answers[f"{transport} {kind} short"]

    assert (task.status.state, text_of(task)) == (COMPLETED, "begun, done")


@pytest.mark.parametrize("kind", ["unary", "stream"])
def test_call_beyond_the_grace_hears_that_it_was_interrupted(
    stop: Stop, transport: str, kind: str
) -> None:
    """The answer, or the last event of a stream that ends cleanly, says failed and why."""
    task = stop.answers[f"{transport} {kind} long"]

    assert (task.status.state, text_of(task)) == (FAILED, "begun, ")
    assert "interrupted" in task.status.message.parts[0].text


@pytest.mark.parametrize(("length", "state"), [("short", COMPLETED), ("long", FAILED)])
def test_task_that_nobody_waits_for_is_not_forgotten(
    stop: Stop, transport: str, length: str, state: TaskState
) -> None:
    """It has the same grace as the others, and ends the same way."""
    task = stop.tasks_after_restart[stop.answers[f"{transport} left alone {length}"].id]

    assert task.status.state == state


def test_after_a_restart_every_task_is_there_and_has_ended(stop: Stop) -> None:
    """What callers were told is what the database holds."""
    told = {
        task.id: (task.status.state, text_of(task))
        for name, task in stop.answers.items()
        if "left alone" not in name
    }
    tasks = stop.tasks_after_restart.values()
    held = {task.id: (task.status.state, text_of(task)) for task in tasks}

    assert told.items() <= held.items()
    assert len(held) == len(stop.answers)
    assert {state for state, _ in held.values()} == {COMPLETED, FAILED}


def test_process_ends_in_order(stop: Stop) -> None:
    """A supervisor sees success, and its operator no error."""

    assert stop.exit_code == 0
    assert '"level": "error"' not in stop.log
    assert "Traceback" not in stop.log


@pytest.mark.parametrize("logic", ["stubborn", "thread"])
async def test_logic_that_does_not_let_go_is_left_behind(tmp_path: Path, logic: str) -> None:
    """The task has failed, the process ends in time, and the log says what it has left."""
    async with slow_agent(tmp_path, grace_seconds=0.1) as agent:
        card = await card_of(agent.settings.http_address)
        [kind_of_caller, *_] = CALLERS.values()
        async with kind_of_caller(card) as caller:
            task = await left_alone(caller, says(logic))
            agent.process.send_signal(signal.SIGTERM)
            exit_code = await agent.exit_code()
    log = agent.log.read_text()
    async with (
        running(database_url=agent.settings.database_url) as restarted,
        kind_of_caller(await card_of(restarted.address)) as caller,
    ):
        stopped = await caller.get(task.id)

    assert exit_code == 0
    assert "Leaving behind" in log
    assert stopped.status.state == FAILED


async def test_a_later_interrupt_ends_the_grace_period(tmp_path: Path) -> None:
    """Somebody who presses Ctrl-C again does not want to wait; one key press may arrive twice."""
    async with slow_agent(tmp_path, grace_seconds=60) as agent:
        [kind_of_caller, *_] = CALLERS.values()
        async with kind_of_caller(await card_of(agent.settings.http_address)) as caller:
            await left_alone(caller, says(f"until {tmp_path / 'never'}"))
            agent.process.send_signal(signal.SIGINT)
            agent.process.send_signal(signal.SIGINT)
            await until(agent.gone)
            await asyncio.sleep(4 * IMPATIENCE_SECONDS)
            waiting = agent.process.returncode is None
            agent.process.send_signal(signal.SIGINT)
            exit_code = await agent.exit_code()

    assert waiting
    assert exit_code == 0
