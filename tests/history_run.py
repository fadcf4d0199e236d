"""A run: callers and faults for some minutes, all from one seed; then everything is looked at."""

import asyncio
import time

from fault_schedule import schedule
from history_callers import Caller, World
from history_stage import LEASE_SECONDS, Stage


async def random_run(stage: Stage, *, seed: int, seconds: float) -> None:
    """What happens stands in the history of the stage."""
    faults = schedule(
        seed,
        seconds=seconds,
        replicas=list(stage.replicas),
        lease_seconds=LEASE_SECONDS,
        shared=bool(stage.injector.proxies),
    )
    world, over, ends = World(), asyncio.Event(), time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for client in stage.clients:
            caller = Caller(client, world, f"{seed} {client.name}")
            group.create_task(caller.run(over))
        await stage.injector.inject(faults)
        await asyncio.sleep(ends - time.monotonic())
        over.set()
