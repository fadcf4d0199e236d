"""How much of a connection HTTP callers may take up, and what they read when it was too much."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

# Longer than the idle time of common load balancers, so that they and not we close connections.
KEEP_ALIVE_SECONDS = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """The first timeout is for TLS, for all headers, and for each next piece of a body.

    The second one is for a whole body, the third one for an answer: so long a caller may read too
    little of it to be sent more. `crowd_of` says whom an address belongs to: once half of the
    connections are taken, nobody gets more than a quarter; it is empty for proxies.
    """

    header_timeout_seconds: float = 10
    body_timeout_seconds: float = 300
    write_timeout_seconds: float = 30
    max_header_bytes: int = 16 * 1024
    max_connections: int = 1000
    crowd_of: Callable[[str], str] = str


def refusal(status: HTTPStatus) -> bytes:
    """An answer that needs no application; the connection ends with it."""
    text = f"{status.phrase}\n"
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "content-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(text)}\r\n"
        "cache-control: no-store\r\n"
        "connection: close\r\n"
        f"\r\n{text}"
    ).encode()
