"""uvicorn as a part of this process: it neither takes the signals nor ends the loop."""

import asyncio
import contextlib
import math
import socket
import ssl
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from .http_connection import HttpConnection
from .http_limits import KEEP_ALIVE_SECONDS, ConnectionLimits
from .http_listener import HttpListener

NO_LIMITS_OF_ITS_OWN = ConnectionLimits()


class _Server(uvicorn.Server):
    """Has connections only that others have accepted, and looks after them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        del sockets
        self.servers = []
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        now = asyncio.get_running_loop().time()
        for connection in list(self.server_state.connections):
            connection.check(now)  # type: ignore[union-attr]  # they are ours
        return await super().on_tick(counter)


class HttpServer:
    """One ASGI application on one port; a stop waits `patience_seconds` for open calls.

    `tls` gives the context for the next connection.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        port: int,
        patience_seconds: float = 1,
        limits: ConnectionLimits = NO_LIMITS_OF_ITS_OWN,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._address = (host, port)
        self._server = _Server(
            uvicorn.Config(
                app,
                http=HttpConnection,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=math.ceil(patience_seconds),
            )
        )
        config, state = self._server.config, self._server.server_state
        self._listener = HttpListener(
            lambda: HttpConnection(config, state, limits),
            connections=state.connections,
            limits=limits,
            tls=tls,
        )
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        self._listener.open(*self._address)
        self._running = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._running.done():
                await self._running
            await asyncio.sleep(0.01)

    async def announce(self, *, ready: bool) -> None:
        """Nothing to do: HTTP has no health of its own, and balancers ask the ops port."""

    async def announce_stop(self) -> None:
        """Close each connection behind its next answer."""
        close = (b"connection", b"close")
        self._server.server_state.default_headers.append(close)
        self._server.config.encoded_headers.append(close)  # each second, uvicorn starts from these

    def refuse(self) -> None:
        """Take no new connections; calls under way go on."""
        self._listener.close()

    async def stop(self) -> None:
        """Return when all connections are closed, by force if need be."""
        if self._running is None:
            return
        self._listener.close()
        await self._listener.stop()
        self._server.should_exit = True
        await self._running
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
