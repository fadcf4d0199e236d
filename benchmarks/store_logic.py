"""What the agent of compare_stores.py and its siblings does, in place of its agent/logic.py.

"tokens 100" streams that many pieces of text at once. "steps 100 20" tells of that many steps,
20 milliseconds after each other, and each says when it was told.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from ..conversation import Progress, Reply, Turn


async def reply(turn: Turn) -> AsyncIterator[Reply]:
    """Say Hello World, unless the message asks for something else."""
    match turn.text.split():
        case ["tokens", number]:
            for _ in range(int(number)):
                yield "token "
        case ["steps", number, pause]:
            for _ in range(int(number)):
                yield Progress(str(time.monotonic()))
                await asyncio.sleep(int(pause) / 1000)
    yield "Hello World"
