"""Breaks what the schedule says, heals it again, and keeps a record of both."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fault_proxy import Proxy
from fault_replicas import Replica
from fault_schedule import Fault
from history_records import CUT, DATABASE, FREEZE, HANG, KILL, MUTE, REFUSE, STOP, Trouble

# What was healed has to be well for so long, at least.
BREATH_SECONDS = 2.0

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Injector:
    """Knows all that can be broken: `database` is None where there is no server to break."""

    replicas: Mapping[str, Replica]
    proxies: Mapping[str, Proxy]
    database: Any
    troubles: list[Trouble]
    broken: Counter[str] = field(default_factory=Counter)

    async def inject(self, faults: Sequence[Fault]) -> None:
        """Return when all of them are over; what is broken already is left alone."""
        began = time.time()
        targets = {fault.target for fault in faults}
        locks = {target: asyncio.Lock() for target in targets}

        async def at_its_time(fault: Fault) -> None:
            await asyncio.sleep(began + fault.at - time.time())
            if not locks[fault.target].locked():
                async with locks[fault.target]:
                    await self.break_and_heal(fault)
                    await asyncio.sleep(BREATH_SECONDS)

        async with asyncio.TaskGroup() as group:
            for fault in faults:
                group.create_task(at_its_time(fault))

    async def break_and_heal(self, fault: Fault) -> None:
        """One fault from its beginning to the moment at which everything is well again."""
        harm, heal = self._acts(fault)
        began = time.time()
        self.broken[fault.target] += 1
        try:
            await harm()
            await asyncio.sleep(fault.seconds)
        finally:
            await heal()
        await self._well(fault.target)
        self.broken[fault.target] -= 1
        self.troubles.append(
            Trouble(
                kind=fault.kind,
                target=fault.target,
                began=began,
                ended=time.time(),
                deadly=fault.target != DATABASE and fault.kind in {KILL, STOP},
            )
        )

    async def _well(self, target: str) -> None:
        affected = [self.replicas[target]] if target in self.replicas else self._unbroken()
        await asyncio.gather(*(replica.become_ready() for replica in affected))

    def _unbroken(self) -> list[Replica]:
        return [replica for name, replica in self.replicas.items() if not self.broken[name]]

    def _acts(self, fault: Fault) -> tuple[Act, Act]:
        if fault.target == DATABASE:
            return self._acts_on_database(fault.kind)
        replica, proxy = self.replicas[fault.target], self.proxies.get(fault.target)
        match fault.kind:
            case "kill":
                return replica.kill, replica.start
            case "stop":
                return replica.stop, replica.start
            case "freeze":
                return _soon(replica.freeze), _soon(replica.thaw)
        assert proxy is not None
        harm = {CUT: proxy.cut, REFUSE: proxy.refuse, HANG: proxy.hang, MUTE: proxy.mute}[
            fault.kind
        ]
        return _soon(harm), _soon(proxy.heal)

    def _acts_on_database(self, kind: str) -> tuple[Act, Act]:
        server = self.database
        harm = {KILL: server.kill, STOP: server.stop, FREEZE: server.freeze}[kind]
        return _apart(harm), _apart(server.thaw if kind == FREEZE else server.start)


def _soon(act: Callable[[], None]) -> Act:
    async def acted() -> None:
        act()

    return acted


def _apart(act: Callable[[], None]) -> Act:
    return lambda: asyncio.to_thread(act)
