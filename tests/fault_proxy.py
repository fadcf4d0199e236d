"""What stands between a replica and its database, and can come between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 65536


class Proxy:
    """Passes bytes of TCP connections on, unless it is told not to.

    A partition is told of at once (`refuse`) or not at all (`hang`), like a firewall that rejects
    or one that drops. Behind a `mute` database what is asked for is done, but nobody hears of it.
    """

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.target_port = target_port
        self._there, self._back = asyncio.Event(), asyncio.Event()  # the ways that are open
        self._mute_at = b""
        self._refusing = False
        self._delay_seconds = 0.0
        self.heal()
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Reset all connections; new ones are welcome."""
        for writer in self._writers:
            writer.transport.abort()

    def refuse(self) -> None:
        """Reset all connections, and those that come as well."""
        self._refusing = True
        self.cut()

    def hang(self) -> None:
        """Let nothing through, and say nothing."""
        self._there.clear()
        self._back.clear()

    def mute(self, at: bytes = b"") -> None:
        """Let no answer through: from now on, or once these bytes have been on their way."""
        self._mute_at = at
        if not at:
            self._back.clear()

    def delay(self, seconds: float) -> None:
        """Let each answer come so much later than it is given."""
        self._delay_seconds = seconds

    def heal(self) -> None:
        """Be a cable again; what waited goes on its way."""
        self._refusing, self._mute_at, self._delay_seconds = False, b"", 0.0
        self._there.set()
        self._back.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listens until the end of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.heal()
            self.cut()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._connect(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        await asyncio.wait([connection])

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._known(writer):
            if self._refusing:
                return
            await self._there.wait()
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(
                    "127.0.0.1", self.target_port
                )
                async with self._known(far_writer), asyncio.TaskGroup() as group:
                    group.create_task(self._pass_on(reader, far_writer, self._there))
                    group.create_task(self._pass_on(far_reader, writer, self._back))

    @asynccontextmanager
    async def _known(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        self._writers.add(writer)
        try:
            yield
        finally:
            self._writers.discard(writer)
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if self._mute_at and self._mute_at in data:
                    self.mute()
                if way is self._back:
                    await asyncio.sleep(self._delay_seconds)
                await way.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
