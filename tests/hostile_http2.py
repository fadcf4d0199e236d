"""HTTP/2 as no library would speak it, in bounded amounts."""

import socket
import struct
from collections.abc import Callable
from contextlib import closing

from hpack import Decoder, Encoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PATH = "/lf.a2a.v1.A2AService/GetTask"
QUIET_SECONDS = 0.5
ROUNDS = 2000


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """One frame (RFC 9113 4.1)."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


HELLO = PREFACE + frame(SETTINGS)


def head(*more: tuple[str | bytes, str | bytes]) -> bytes:
    """The headers of a call."""
    fields: list[tuple[str | bytes, str | bytes]]
    fields = [(":method", "POST"), (":scheme", "http"), (":path", PATH), (":authority", "a")]
    fields += [("content-type", "application/grpc"), ("te", "trailers"), ("a2a-version", "1.0")]
    return Encoder().encode([*fields, *more])


def rapid_reset() -> bytes:
    """Calls that are taken back as soon as they are made (CVE-2023-44487)."""
    block = head()
    return b"".join(
        frame(HEADERS, END_HEADERS, stream, block) + frame(RESET, 0, stream, struct.pack(">I", 8))
        for stream in range(1, 2 * ROUNDS, 2)
    )


def half_calls() -> bytes:
    """Calls that are never finished, in a window of nothing."""
    settings = frame(SETTINGS, payload=struct.pack(">HI", 4, 0))
    return settings + b"".join(
        frame(HEADERS, END_HEADERS, stream, head()) for stream in range(1, 2 * ROUNDS, 2)
    )


def continuation_flood() -> bytes:
    """Headers without an end (CVE-2024-27316)."""
    more = b"\x00\x01a\x7f\x00" + b"a" * 127
    start = frame(HEADERS, 0, 1, head())
    return start + frame(CONTINUATION, 0, 1, more * 100) * 500


def header_bomb() -> bytes:
    """A few bytes that stand for many: one large header, named thousands of times."""
    large = b"\x40\x01a\x7f\xa1\x1e" + b"a" * 4000
    return frame(HEADERS, END_HEADERS | END_STREAM, 1, head() + large + b"\xbe" * 12_000)


ATTACKS: dict[str, Callable[[], bytes]] = {
    "no preface": lambda: bytes(range(256)) * 100,
    "HTTP/1.1": lambda: b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no settings": lambda: PREFACE + frame(PING, payload=b"a" * 8),
    "frame too large": lambda: HELLO + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + b"a" * 100_000,
    "data on stream 0": lambda: HELLO + frame(DATA, 0, 0, b"a"),
    "data on an idle stream": lambda: HELLO + frame(DATA, 0, 1, b"a"),
    "headers on an even stream": lambda: HELLO + frame(HEADERS, END_HEADERS, 2, head()),
    "headers of nonsense": lambda: HELLO + frame(HEADERS, END_HEADERS, 1, b"\xff" * 100),
    "no path": lambda: HELLO + frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x83\x86"),
    "settings of 5 bytes": lambda: HELLO + frame(SETTINGS, payload=b"aaaaa"),
    "window of nothing": lambda: HELLO + frame(WINDOW, 0, 0, b"\0\0\0\0"),
    "window that overflows": lambda: HELLO + frame(WINDOW, 0, 0, b"\x7f\xff\xff\xff") * 2,
    "push from a client": lambda: HELLO + frame(PUSH, END_HEADERS, 1, b"\0\0\0\2" + head()),
    "unknown frames": lambda: HELLO + frame(0xFA, 0xFF, 7, b"a" * 100) * 100,
    "half a message": lambda: (
        HELLO + frame(HEADERS, END_HEADERS, 1, head()) + frame(DATA, END_STREAM, 1, b"\0\0\0\1\0a")
    ),
    "message that is too large": lambda: (
        HELLO + frame(HEADERS, END_HEADERS, 1, head()) + frame(DATA, 0, 1, b"\0\xff\xff\xff\xff")
    ),
    "unknown compression": lambda: (
        HELLO
        + frame(HEADERS, END_HEADERS, 1, head(("grpc-encoding", "x")))
        + frame(DATA, END_STREAM, 1, b"\1\0\0\0\1a")
    ),
    "pings": lambda: HELLO + frame(PING, payload=b"a" * 8) * ROUNDS,
    "settings": lambda: HELLO + frame(SETTINGS, payload=struct.pack(">HI", 4, 1)) * ROUNDS,
    "empty data": lambda: HELLO + frame(HEADERS, 4, 1, head()) + frame(DATA, 0, 1) * ROUNDS,
    "rapid reset": lambda: HELLO + rapid_reset(),
    "half calls": lambda: HELLO + half_calls(),
    "continuation": lambda: HELLO + continuation_flood(),
    "header bomb": lambda: HELLO + header_bomb(),
}


def attack(port: int, data: bytes) -> bytes:
    """Send all of it, as far as the agent takes it; return what it says."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as connection:
        said = b""
        try:
            connection.sendall(data)
            connection.settimeout(QUIET_SECONDS)
            while piece := connection.recv(65536):
                said += piece
        except OSError:
            pass
        return said


def ask(port: int, *headers: tuple[bytes, bytes]) -> dict[bytes, bytes]:
    """Make a call of an empty message; return all headers of the answer, with its status."""
    call = HELLO + frame(HEADERS, END_HEADERS, 1, head(*headers))
    call += frame(DATA, END_STREAM, 1, bytes(5))
    decoder, found = Decoder(), dict[bytes, bytes]()
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as connection:
        connection.sendall(call)
        with connection.makefile("rb") as answer:
            kind = None
            while b"grpc-status" not in found and kind not in {RESET, GOAWAY}:
                size, kind = struct.unpack(">IB", b"\0" + answer.read(4))
                payload = answer.read(5 + size)[5:]
                found |= dict(decoder.decode(payload, raw=True)) if kind == HEADERS else {}
    return found
