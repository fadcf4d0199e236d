"""A name server that knows one name, and as many addresses as it has been told."""

import socket
import socketserver
import threading
from typing import Any, Self

HEADER_BYTES = 12
IPV4 = b"\0\1\0\1"
ANSWERED, NOT_FOUND = b"\x81\x80", b"\x81\x83"
# The name of the question, its type and class, zero seconds to live, four bytes.
RECORD = b"\xc0\x0c" + IPV4 + b"\0\0\0\0\0\4"


class NameServer:
    """A context manager; whoever asks gets `addresses` as they are then."""

    def __init__(self, name: str) -> None:
        self.addresses: list[str] = []
        self._name = bytes([len(name)]) + name.encode() + b"\0"

    def __enter__(self) -> Self:
        answer = self._answer

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, door = self.request
                door.sendto(answer(query), self.client_address)

        self._server: Any = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens, on the loopback."""
        port: int = self._server.server_address[1]
        return port

    def _answer(self, query: bytes) -> bytes:
        end = query.index(b"\0", HEADER_BYTES) + 1
        name, kind = query[HEADER_BYTES:end], query[end : end + 4]
        known = name.lower() == self._name
        found = [socket.inet_aton(one) for one in self.addresses] if known and kind == IPV4 else []
        counts = b"\0\1" + len(found).to_bytes(2, "big") + b"\0\0\0\0"
        head = query[:2] + (ANSWERED if known else NOT_FOUND) + counts
        return head + name + kind + b"".join(RECORD + address for address in found)
