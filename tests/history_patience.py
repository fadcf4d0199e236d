"""How callers wait, and ask again elsewhere."""

import asyncio
import random
import time

from history_answers import PASSING, RefusedError
from history_clients import Client
from history_records import Sight

PATIENCE_SECONDS = 90.0
PAUSES_SECONDS = (0.2, 0.8)


async def pause(chance: random.Random) -> None:
    """Do not ask again at once."""
    await asyncio.sleep(chance.uniform(*PAUSES_SECONDS))


async def read(client: Client, chance: random.Random, task_id: str) -> Sight | None:
    """The task, wherever it can be read; None when it is not there."""
    began = time.time()
    while time.time() < began + PATIENCE_SECONDS:
        try:
            return await client.get(client.anywhere(chance), task_id)
        except PASSING:
            await pause(chance)
        except RefusedError:
            return None
    return None
