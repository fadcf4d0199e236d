"""From the signal to the closed ports: who is told, who is served, and that nobody is lost."""

import asyncio
import re
import signal
from collections import Counter
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path

import httpx
from a2a.types import TaskState

from .callers import Caller, card_of, says, text_of
from .calls import stream, unary
from .conftest import CALLERS
from .processes import slow_agent, until

COMPLETED = TaskState.TASK_STATE_COMPLETED
CALLERS_OF_EACH_KIND = 5
# Such a call has not begun anything: its caller may repeat it, here or elsewhere.
NEVER_ACCEPTED = re.compile("failed to connect|The agent is shutting down")


async def test_readiness_goes_first_and_calls_are_served_on(tmp_path: Path) -> None:
    """Until balancers know, nothing but the probe changes; Ctrl-C does the same as SIGTERM."""
    states = {}
    async with slow_agent(tmp_path, drain_delay_seconds=1.5) as agent, AsyncExitStack() as stack:
        card = await card_of(agent.settings.http_address)
        callers = {
            name: await stack.enter_async_context(caller(card)) for name, caller in CALLERS.items()
        }
        agent.process.send_signal(signal.SIGINT)
        await until(agent.gone)
        for name, caller in callers.items():
            states[name] = (await caller.send(says("Ada"))).status.state
        in_time = agent.process.returncode is None and not await agent.ready()
        exit_code = await agent.exit_code()

    assert in_time
    assert states == dict.fromkeys(CALLERS, COMPLETED)
    assert exit_code == 0


async def call_until_refused(binding: str, caller: Caller, ends: Counter[str]) -> None:
    """Call without a pause, in turns with a stream and without, and count how the calls end."""
    for call in cycle((unary, stream)):
        try:
            task = await call(caller, says("Ada"))
        except Exception as error:  # noqa: BLE001 - every error counts, whatever its type
            refused = isinstance(error.__cause__, httpx.ConnectError)
            refused = refused or NEVER_ACCEPTED.search(str(error)) is not None
            ends[f"{binding} refused" if refused else f"{binding} lost: {error!r}"] += 1
            return
        whole = (task.status.state, text_of(task)) == (COMPLETED, "begun, done")
        ends[f"{binding} answered" if whole else f"{binding} cut: {task}"] += 1


async def test_no_call_is_lost_under_load(tmp_path: Path) -> None:
    """Every call is either answered in full or was refused before anything had begun."""
    ends: Counter[str] = Counter()
    async with (
        slow_agent(tmp_path, drain_delay_seconds=0.5, grace_seconds=10) as agent,
        AsyncExitStack() as stack,
        asyncio.TaskGroup() as group,
    ):
        card = await card_of(agent.settings.http_address)
        for name, kind in CALLERS.items():
            for _ in range(CALLERS_OF_EACH_KIND):
                caller = await stack.enter_async_context(kind(card))
                group.create_task(call_until_refused(name, caller, ends))
        await until(lambda: warm(ends))
        agent.process.send_signal(signal.SIGTERM)
        exit_code = await agent.exit_code()

    expected = {f"{name} {end}" for name in CALLERS for end in ("answered", "refused")}
    assert set(ends) == expected
    assert {ends[f"{name} refused"] for name in CALLERS} == {CALLERS_OF_EACH_KIND}
    assert exit_code == 0


async def warm(ends: Counter[str]) -> bool:
    """Whether the load has come up to speed on all bindings."""
    return min(ends[f"{name} answered"] for name in CALLERS) >= 10 * CALLERS_OF_EACH_KIND
