"""Accepts HTTP connections, as many as there may be, and bounds their TLS handshakes."""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from .http_limits import ConnectionLimits, refusal

logger = logging.getLogger(__name__)

BACKLOG = 2048
# Then others get their turn.
MOST_AT_ONCE = 64
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
EXHAUSTED_SECONDS = 1.0
FULL = refusal(HTTPStatus.SERVICE_UNAVAILABLE)


class HttpListener:
    """One port; what it accepts is spoken to by a `protocol` of its own, which joins `connections`.

    It does what servers of asyncio do, but counts connections from the first byte on, and takes
    the `tls` of the moment for each.
    """

    def __init__(
        self,
        protocol: Callable[[], asyncio.Protocol],
        *,
        connections: Collection[Any],
        limits: ConnectionLimits,
        tls: Callable[[], ssl.SSLContext] | None,
    ) -> None:
        self._protocol, self._connections = protocol, connections
        self._limits, self._tls = limits, tls
        self._beginning: set[asyncio.Task[None]] = set()

    def open(self, host: str, port: int) -> None:
        """Listen; raises OSError when the port is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=BACKLOG)
        self._socket.setblocking(False)
        # Connections inherit it; asyncio forgets it for sockets that it has not made itself.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._loop = asyncio.get_running_loop()
        self._resume()

    def close(self) -> None:
        """Listen no longer; the kernel has accepted some already, and would reset them unread."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket)
        with contextlib.suppress(OSError):  # BlockingIOError: there are no more
            while True:
                self._take(self._socket.accept()[0])
        self._socket.close()

    async def stop(self) -> None:
        """End handshakes that are not complete."""
        for task in self._beginning:
            task.cancel()
        await asyncio.gather(*self._beginning, return_exceptions=True)

    def _resume(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                connection, _ = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in EXHAUSTED:
                    logger.error("No connection can be accepted: %s", error.strerror)
                    self._loop.remove_reader(self._socket)
                    self._loop.call_later(EXHAUSTED_SECONDS, self._resume)
                    return
            else:
                self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        taken = len(self._connections) + len(self._beginning)
        most = self._limits.max_connections
        if taken >= most or (taken > most // 2 and self._is_crowded(connection)):
            self._turn_away(connection)
            return
        task = self._loop.create_task(self._begin(connection))
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    def _is_crowded(self, connection: socket.socket) -> bool:
        try:
            crowd = self._limits.crowd_of(connection.getpeername()[0])
        except OSError:
            return True  # it has left already
        same = (
            other
            for other in self._connections
            if other.client and self._limits.crowd_of(other.client[0]) == crowd
        )
        return bool(crowd) and sum(1 for _ in same) >= self._limits.max_connections // 4

    def _turn_away(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self._tls is None:  # else a handshake would be needed to say anything
                with contextlib.suppress(BlockingIOError):
                    connection.recv(self._limits.max_header_bytes)  # unread bytes cause a reset
                connection.send(FULL)

    async def _begin(self, connection: socket.socket) -> None:
        options: dict[str, Any] = {}
        if self._tls is not None:
            options = {
                "ssl": self._tls(),
                "ssl_handshake_timeout": self._limits.header_timeout_seconds,
                "ssl_shutdown_timeout": self._limits.header_timeout_seconds,
            }
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection, **options)
        except OSError as error:  # of TLS, or the caller has left
            logger.debug("A connection has ended before it began: %s", error)
