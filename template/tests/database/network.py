"""What is between an agent and its database, and may forget connections without a word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK_BYTES = 65536


class NetworkPath:
    """Carries bytes to a port of this machine and back."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._forgotten = 0

    def forget(self) -> None:
        """Carry nothing more for those who are connected now."""
        self._forgotten += 1

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the first byte to the last."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        both = ((reader, far_writer), (far_reader, writer))
        tasks = [asyncio.create_task(self._carry(*pair)) for pair in both]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for one in (writer, far_writer):
                one.close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        known = self._forgotten
        while data := await source.read(CHUNK_BYTES):
            if self._forgotten == known:
                target.write(data)


@asynccontextmanager
async def path_to(port: int) -> AsyncIterator[NetworkPath]:
    """A port that leads to this one."""
    path = NetworkPath(port)
    async with await asyncio.start_server(path.carry, "127.0.0.1", 0) as server:
        path.port = server.sockets[0].getsockname()[1]
        yield path
