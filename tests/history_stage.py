"""Everything that a run needs: a database, replicas behind their proxies, callers, a record."""

import asyncio
import base64
import itertools
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_injector import Injector
from fault_proxy import Proxy
from fault_replicas import Replica
from history_answers import PASSING
from history_clients import WIRES, Client
from history_journal import read_journal
from history_patience import read
from history_records import History
from history_views import AT_REST

OWNERS = ("ann", "bob", "cleo", "dan")
NAMES = ("a", "b", "c")
LEASE_SECONDS = 5
# By then every turn has ended, every lease has run out, and every task rests.
SETTLE_SECONDS = 45.0
MANY_PAGES = 1000
QUICK = {"GRACE_SECONDS": "2", "LOG_LEVEL": "warning"}
SHARED = {
    "ENCRYPTION_KEYS": base64.urlsafe_b64encode(b"not a secret: 32 bytes for a lab").decode(),
    "DATABASE_TIMEOUT_SECONDS": "2",
    "REPLICA_TIMEOUT_SECONDS": str(LEASE_SECONDS),
    "REPLICAS": str(len(NAMES)),
}


@dataclass(frozen=True)
class Stage:
    """What is there from the beginning of a run to its end."""

    replicas: Mapping[str, Replica]
    injector: Injector
    clients: Sequence[Client]
    history: History

    async def conclude(self) -> None:
        """When everything is healed: wait until nothing runs any more, look at all, and end."""
        await self._settle()
        await self._read()
        self.history.ended = time.time()
        self.history.runs += read_journal(next(iter(self.replicas.values())).journal)
        for replica in self.replicas.values():
            await replica.stop()
            self.history.faults += replica.faults

    async def _settle(self) -> None:
        for client in self._one_for_each_owner():
            try:
                async with asyncio.timeout(SETTLE_SECONDS):
                    while not await self._rests(client):
                        await asyncio.sleep(1)
            except TimeoutError:
                return  # the tasks that still run are found below

    async def _read(self) -> None:
        for client in self._one_for_each_owner():
            told = {
                call.told_task
                for call in self.history.calls
                if call.owner == client.owner and call.told_task and not call.foreign
            }
            for name in self.replicas:
                page = await client.list(name, pages=MANY_PAGES)
                self.history.listed[f"{client.owner} {name}"] = [each.task_id for each in page]
                told |= {sight.task_id for sight in page}
            anywhere = random.Random(0)  # noqa: S311  # any replica will do
            for task_id in sorted(told):
                if (sight := await read(client, anywhere, task_id)) is not None:
                    self.history.final[task_id] = sight

    async def _rests(self, client: Client) -> bool:
        try:
            sights = await client.list(next(iter(self.replicas)), pages=MANY_PAGES)
        except PASSING:
            return False
        return all(sight.state in AT_REST for sight in sights)

    def _one_for_each_owner(self) -> list[Client]:
        return list({client.owner: client for client in self.clients}.values())


@asynccontextmanager
async def open_stage(
    agent: Path, folder: Path, *, database: Any = None, plant: str = ""
) -> AsyncIterator[Stage]:
    """Three replicas on a Postgres server; without a server, one replica on SQLite."""
    async with AsyncExitStack() as stack:
        names = NAMES if database else NAMES[:1]
        proxies: dict[str, Proxy] = {}
        replicas: dict[str, Replica] = {}
        for name in names:
            settings = QUICK | {"DATABASE_URL": f"sqlite:///{folder}/tasks.db"}
            if database is not None:
                proxies[name] = await stack.enter_async_context(Proxy(database.port).running())
                url = f"postgresql://postgres@127.0.0.1:{proxies[name].port}/postgres"
                settings |= SHARED | {"DATABASE_URL": url}
            replicas[name] = Replica(name, agent, folder, settings, plant)
            stack.push_async_callback(replicas[name].kill)
        if database is not None:
            await prepare(replicas)
        await start(replicas)
        history = History(lease_seconds=LEASE_SECONDS, shared=database is not None)
        clients = [
            Client(f"{owner}-{transport}", owner, transport, replicas, history)
            for owner, transport in itertools.product(OWNERS, WIRES)
        ]
        for client in clients:
            stack.push_async_callback(client.close)
        injector = Injector(replicas, proxies, database, history.troubles)
        yield Stage(replicas, injector, clients, history)


async def prepare(replicas: Mapping[str, Replica]) -> None:
    """Migrate the database, from everywhere at once."""
    async with asyncio.TaskGroup() as group:
        for replica in replicas.values():
            group.create_task(replica.command("db", "upgrade"))


async def start(replicas: Mapping[str, Replica]) -> None:
    """All at once, as when a whole cluster comes up."""
    for replica in replicas.values():
        await replica.start()
    await asyncio.gather(*(replica.become_ready() for replica in replicas.values()))
    for replica in replicas.values():
        if replica.faults:
            raise RuntimeError(f"{replica.faults}: {replica.log.read_text()[-2000:]}")
