"""Short histories, each about one thing that replicas get wrong without its cure."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress

from history_answers import RefusedError
from history_clients import Client
from history_patience import read
from history_requests import request_of
from history_script import ASK, ECHO, SILENT, Script
from history_stage import Stage

WORK_SECONDS = 0.5  # by then a turn is at work
LOOKS = 6  # one a second, at what has become of a task
ANYWHERE = random.Random(0)  # noqa: S311  # any replica will do
TALKATIVE = Script(ECHO, 500)  # writes all the time
SILENT_FOR_LONG = Script(SILENT, 12)
# How many tasks, so that one at least is written in the moment between two looks.
MANY = 4


async def follow_up_elsewhere(stage: Stage) -> None:
    """A question of one replica is answered at another one, by the id of the task alone."""
    for here, there, client in pairs(stage):
        question = request_of(f"{client.name}-question", Script(ASK, 2))
        task_id = (await client.send(here, question, seconds=10)).told_task
        answer = request_of(f"{client.name}-answer", Script(ECHO, 3), task_id=task_id)
        with suppress(RefusedError):  # it stands in the history
            await client.send(there, answer, seconds=10)
        await read(client, ANYWHERE, task_id)


async def cancel_talkative_tasks_elsewhere(stage: Stage) -> None:
    """A replica that has much to write would write over what another one has cancelled."""
    async with asyncio.TaskGroup() as group:
        for here, there, client in pairs(stage):
            for number in range(MANY):
                name = f"{client.name}-talkative-{number}"
                group.create_task(_cancel(here, there, client, name, TALKATIVE))


async def cancel_silent_tasks_elsewhere(stage: Stage) -> None:
    """A replica that has nothing to write would not notice that its task is cancelled."""
    async with asyncio.TaskGroup() as group:
        for here, there, client in pairs(stage):
            name = f"{client.name}-silent"
            group.create_task(_cancel(here, there, client, name, SILENT_FOR_LONG))


async def _cancel(here: str, there: str, client: Client, name: str, script: Script) -> None:
    note = await client.send(here, request_of(name, script, at_once=True), seconds=10)
    await asyncio.sleep(WORK_SECONDS)
    await client.cancel(there, note.told_task)
    for _ in range(LOOKS):
        await read(client, ANYWHERE, note.told_task)
        await asyncio.sleep(1)


def pairs(stage: Stage) -> Iterator[tuple[str, str, Client]]:
    """Two replicas and a client for each transport, all of one owner."""
    names = list(stage.replicas)
    mine = [client for client in stage.clients if client.owner == stage.clients[0].owner]
    for number, client in enumerate(mine):
        yield names[number % len(names)], names[(number + 1) % len(names)], client
