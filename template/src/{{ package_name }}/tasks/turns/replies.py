"""What the logic has said, on its way to the caller."""

import asyncio
from typing import Final

from ...conversation import Reply

# How far the agent may run ahead of what has been sent.
REPLIES_AHEAD = 256


class End:
    """Marks the end of what the logic has to say."""


END: Final = End()


class Replies:
    """What was said and not yet sent; the end always fits, replies wait for room."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Reply | End] = asyncio.Queue()
        self._room = asyncio.Semaphore(REPLIES_AHEAD)

    async def put(self, reply: Reply) -> None:
        await self._room.acquire()
        self._queue.put_nowait(reply)

    def end(self) -> None:
        self._queue.put_nowait(END)

    async def get(self, until: float | None) -> Reply | End:
        """The next one; raises TimeoutError when there is none by that time of the loop."""
        if self._queue.empty():
            async with asyncio.timeout_at(until):
                reply = await self._queue.get()
        else:
            reply = self._queue.get_nowait()
        self._room.release()
        return reply
