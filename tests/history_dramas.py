"""Short histories, each about one thing that replicas get wrong without its cure."""

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress

from history_answers import RefusedError
from history_clients import Client
from history_script import ASK, CHAT, ECHO, SILENT, Script
from history_stage import Stage
from history_watchers import Watcher, request_of

RUNS_SECONDS = 0.5  # by then a turn is at work
LONG = Script(CHAT, 60)
LONG_AND_SILENT = Script(SILENT, 12)
AFTERWARDS_SECONDS = 6.0


async def follow_up_elsewhere(stage: Stage) -> None:
    """A question of one replica is answered at another one, by the id of the task alone."""
    for here, there, watcher in _everybody(stage):
        request = request_of(f"{watcher.client.name}-1", Script(ASK, 2))
        note = await watcher.client.send(here, request, seconds=10)
        answer = request_of(f"{watcher.client.name}-2", Script(ECHO, 3), task_id=note.told_task)
        with suppress(RefusedError):  # it stands in the history
            await watcher.client.send(there, answer, seconds=10)
        await watcher.read(note.told_task)
    await stage.conclude()


async def cancel_a_chatty_task_elsewhere(stage: Stage) -> None:
    """A replica that has much to write writes it behind the back of the one that cancels."""
    await _cancel_elsewhere(stage, LONG)


async def cancel_a_silent_task_elsewhere(stage: Stage) -> None:
    """A replica that has nothing to write would not notice that its task is cancelled."""
    await _cancel_elsewhere(stage, LONG_AND_SILENT)


async def _cancel_elsewhere(stage: Stage, script: Script) -> None:
    async def cancel(here: str, there: str, watcher: Watcher) -> None:
        request = request_of(f"{watcher.client.name}-1", script, at_once=True)
        note = await watcher.client.send(here, request, seconds=10)
        await asyncio.sleep(RUNS_SECONDS)
        await watcher.client.cancel(there, note.told_task)
        for _ in range(int(AFTERWARDS_SECONDS)):
            await watcher.read(note.told_task)
            await asyncio.sleep(1)

    async with asyncio.TaskGroup() as group:
        for here, there, watcher in _everybody(stage):
            group.create_task(cancel(here, there, watcher))
    await stage.conclude()


def _everybody(stage: Stage) -> Iterable[tuple[str, str, Watcher]]:
    """Two replicas and a caller, over each transport."""
    names = list(stage.replicas)
    first_owner = [client for client in stage.clients if client.owner == stage.clients[0].owner]
    for number, client in enumerate(first_owner):
        here, there = names[number % len(names)], names[(number + 1) % len(names)]
        yield here, there, _patient(client)


def _patient(client: Client) -> Watcher:
    return Watcher(client, random.Random(client.name))  # noqa: S311  # any replica will do
