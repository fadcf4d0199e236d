"""A database is lost with its server and its disk, and comes back from a backup."""

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from history_callers import Caller, World
from history_journal import read_journal
from history_records import Call, History
from history_recovery import forget
from history_requests import request_of
from history_script import Script
from history_stage import Stage, start
from history_watchers import Watcher

REPEATED = 20


@dataclass(kw_only=True)
class Disaster:
    """Callers go on while a backup is made, and until all is lost; it is restored elsewhere.

    `loss` is SQL that makes it a bad backup.
    """

    spare: Any
    folder: Path
    seed: int
    seconds: float
    loss: str = ""

    async def __call__(self, stage: Stage) -> None:
        """In the end the history of the stage holds what the backup can know, and what came then."""
        saving, saved = await self._live_and_die(stage)
        stage.injector.database.kill()
        await self._come_back(stage)
        journal = stage.replicas["a"].journal
        stage.history.runs = read_journal(journal)
        journal.unlink()
        forget(stage.history, saving=saving, saved=saved)
        await self._repeat(stage)

    async def _live_and_die(self, stage: Stage) -> tuple[float, float]:
        """When the backup was begun, and when it was there."""
        world, over = World(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            callers = [
                group.create_task(Caller(client, world, f"{self.seed} {client.name}").run(over))
                for client in stage.clients
            ]
            await asyncio.sleep(self.seconds / 2)
            saving = time.time()
            await stage.replicas["a"].command("db", "backup", str(self.folder))
            saved = time.time()
            await asyncio.sleep(self.seconds / 2)
            for replica in stage.replicas.values():
                await replica.kill()
            over.set()
            await _silence(callers)  # there is nobody left who would answer
        return saving, saved

    async def _come_back(self, stage: Stage) -> None:
        for proxy in stage.injector.proxies.values():
            proxy.target_port = self.spare.port
            proxy.cut()
        [backup] = self.folder.iterdir()
        await stage.replicas["a"].command("db", "restore", str(backup))
        if self.loss:
            self.spare.query(self.loss)
        await start(stage.replicas)

    async def _repeat(self, stage: Stage) -> None:
        """What was answered before the backup, as if the answer had been lost."""
        chance = random.Random(self.seed)  # noqa: S311  # to be repeated, not to be secret
        clients = {client.name: client for client in stage.clients}
        answered = _answered(stage.history)
        for call in chance.sample(answered, min(REPEATED, len(answered))):
            request = request_of(call.message_id, Script.read(call.text), task_id=call.task_id)
            await Watcher(clients[call.caller], chance).deliver(request, tries=3)


async def _silence(callers: list[asyncio.Task[None]]) -> None:
    """A cancellation that meets the end of a call gets lost, so it may take several."""
    waiting = {*callers}
    while waiting:
        for caller in waiting:
            caller.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=0.5)


def _answered(history: History) -> list[Call]:
    return [
        call
        for call in history.calls
        if call.outcome == "ok" and call.operation == "SendMessage" and not call.foreign
    ]
