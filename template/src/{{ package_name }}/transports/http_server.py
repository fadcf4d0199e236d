"""uvicorn as a part of this process: it neither takes the signals nor ends the loop."""

import asyncio
import contextlib
import math
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BACKLOG = 2048
# Longer than the idle time of common load balancers, so that they and not we close connections.
KEEP_ALIVE_SECONDS = 75


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """One ASGI application on one port; a stop waits `patience_seconds` for open calls."""

    def __init__(self, app: ASGIApp, *, host: str, port: int, patience_seconds: float = 1) -> None:
        self._address = (host, port)
        self._server = _Server(
            uvicorn.Config(
                app,
                http=HttpToolsProtocol,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=math.ceil(patience_seconds),
            )
        )
        self._running: asyncio.Task[None] | None = None
        self._last: list[asyncio.Task[object]] = []

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
        # Connections inherit it; asyncio forgets it for sockets that it has not made itself.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._running = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:
            if self._running.done():
                await self._running
            await asyncio.sleep(0.01)

    async def announce_stop(self) -> None:
        """Close each connection behind its next answer."""
        close = (b"connection", b"close")
        self._server.server_state.default_headers.append(close)
        self._server.config.encoded_headers.append(close)  # each second, uvicorn starts from these

    def refuse(self) -> None:
        """Take no new connections; calls under way go on."""
        self._accept_the_last()
        for server in self._server.servers:
            server.close()

    async def stop(self) -> None:
        """Return when all connections are closed."""
        self._server.should_exit = True
        if self._running is not None:
            await self._running

    def _accept_the_last(self) -> None:
        # The kernel has already accepted these; closing the port would reset them unread.
        loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        with contextlib.suppress(OSError):  # BlockingIOError: there are no more
            while True:
                connection, _ = self._listener.accept()
                taking = loop.connect_accepted_socket(self._protocol, connection)
                self._last.append(loop.create_task(taking))

    def _protocol(self) -> asyncio.Protocol:
        return HttpToolsProtocol(self._server.config, self._server.server_state, app_state={})
