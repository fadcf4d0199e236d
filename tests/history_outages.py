"""Short histories of replicas without their database."""

import asyncio
import time
from contextlib import suppress

from a2a.types import SubscribeToTaskRequest
from fault_schedule import Fault
from history_answers import PASSING, RefusedError
from history_clients import Client
from history_dramas import ANYWHERE, SILENT_FOR_LONG, WORK_SECONDS, pairs
from history_records import DATABASE, HANG, MUTE, STOP, Trouble
from history_requests import request_of
from history_script import CHAT, ECHO, Script
from history_stage import LEASE_SECONDS, Stage
from history_views import View
from history_watchers import Watcher

OUTAGE = Fault(at=0.0, kind=STOP, target=DATABASE, seconds=8.0)


async def look_at_a_lonely_replica(stage: Stage) -> None:
    """A replica that is cut off does not know of the end that its task has found elsewhere."""
    lonely, there, client = next(pairs(stage))
    seconds = 2 * LEASE_SECONDS + 8.0
    fault = Fault(at=0.0, kind=HANG, target=lonely, seconds=seconds)
    task_id = await _begin(client, lonely, "lonely")
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.injector.break_and_heal(fault))
        while (await client.get(there, task_id)).state == "WORKING":
            await asyncio.sleep(WORK_SECONDS)
        subscription = SubscribeToTaskRequest(id=task_id)
        with suppress(*PASSING, RefusedError):  # it stands in the history
            await client.stream(
                *("SubscribeToTask", lonely, subscription, View()),
                quiet_seconds=2.0,
                task_id=task_id,
            )
        with suppress(*PASSING, RefusedError):
            await client.get(lonely, task_id)


async def cancel_without_database(stage: Stage) -> None:
    """A replica that cannot write down that a task is cancelled says so soon."""
    here, _, client = next(pairs(stage))
    task_id = await _begin(client, here, "uncancelled")
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.injector.break_and_heal(OUTAGE))
        await asyncio.sleep(1)
        with suppress(*PASSING, RefusedError):  # it stands in the history
            await client.cancel(here, task_id)


async def follow_without_database(stage: Stage) -> None:
    """Who follows a task whose end cannot be written down yet loses one stream at most."""
    _, _, client = next(pairs(stage))
    async with asyncio.TaskGroup() as group:
        request = request_of("followed", Script(CHAT, 10))
        group.create_task(Watcher(client, ANYWHERE).converse(request))
        await asyncio.sleep(1)
        group.create_task(stage.injector.break_and_heal(OUTAGE))


async def _begin(client: Client, replica: str, name: str) -> str:
    request = request_of(name, SILENT_FOR_LONG, at_once=True)
    return (await client.send(replica, request, seconds=10)).told_task


async def lose_the_answer_to_a_claim(stage: Stage) -> None:
    """A message that is claimed, and nobody knows of it, is taken when it is sent again."""
    await _lose_an_answer(stage, b"unheard-claim")


async def lose_the_answer_to_a_task(stage: Stage) -> None:
    """A task that is kept, and nobody knows of it, is the one that a repeated message leads to."""
    await _lose_an_answer(stage, b"echo 7")


async def _lose_an_answer(stage: Stage, at: bytes) -> None:
    """`at` are bytes of the statement that is done without an answer."""
    here, _there, client = next(pairs(stage))
    name = "unheard-claim" if at == b"unheard-claim" else "unheard-task"
    request = request_of(name, Script(ECHO, 7))
    stage.injector.proxies[here].mute(at)
    began = time.time()
    with suppress(*PASSING, RefusedError):
        await client.send(here, request, seconds=10)
    stage.injector.proxies[here].heal()
    await stage.replicas[here].become_ready()
    trouble = Trouble(kind=MUTE, target=here, began=began, ended=time.time())
    stage.history.troubles.append(trouble)
    await asyncio.sleep(1)
    await Watcher(client, ANYWHERE).deliver(request, tries=3, but=here)
