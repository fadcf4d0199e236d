"""Requests in HTTP/1.1 as no library would send them."""

import socket
from contextlib import closing

GET = b"GET /.well-known/agent-card.json HTTP/1.1\r\nHost: a\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nA2A-Version: 1.0\r\n"
BODY = b'{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"a"}}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
SMUGGLED = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
# So many bytes nobody should keep.
ENDLESS = 8 * 1024 * 1024
QUIET_SECONDS = 0.3

# Two servers could read these in two ways: the end of one is what the other takes for the next.
AMBIGUOUS = {
    "two lengths": POST + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY,
    "the same length twice": POST + LENGTH + LENGTH + b"\r\n" + BODY,
    "list of lengths": POST + b"Content-Length: 5, 5\r\n\r\n" + BODY,
    "negative length": POST + b"Content-Length: -1\r\n\r\n",
    "length with a sign": POST + b"Content-Length: +5\r\n\r\n" + BODY,
    "length in hexadecimal": POST + b"Content-Length: 0x10\r\n\r\n" + BODY,
    "length that overflows": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "length and chunks": POST + b"Content-Length: 4\r\n" + CHUNKED + b"\r\n" + SMUGGLED,
    "chunks and length": POST + CHUNKED + b"Content-Length: 6\r\n\r\n" + SMUGGLED,
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
    "chunked is not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + SMUGGLED,
    "coding twice": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + SMUGGLED,
    "space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + SMUGGLED,
    "folded header": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + SMUGGLED,
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: b\r\n\r\n",
    "line feeds alone": b"GET / HTTP/1.1\nHost: a\n\n",
    "carriage return in a value": GET + b"X: a\rY: b\r\n\r\n",
    "null in a value": GET + b"X: a\0b\r\n\r\n",
    "no colon": GET + b"foo\r\n\r\n",
    "no name": GET + b": x\r\n\r\n",
    "bad chunk size": POST + CHUNKED + b"\r\nzz\r\n",
    "chunk size that overflows": POST + CHUNKED + b"\r\nffffffffffffffffff\r\n",
    "negative chunk size": POST + CHUNKED + b"\r\n-1\r\n",
}
# These may be answered or refused.
ODD = {
    "chunk extension": POST + CHUNKED + b"\r\n" + CHUNKS.replace(b"\r\n", b";a=b\r\n", 1),
    "trailers": POST + CHUNKED + b"\r\n" + CHUNKS[:-2] + b"A2A-Version: 9\r\n\r\n",
    "unknown verb": b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT": b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "another host": b"GET http://other.example/v1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a slash too many": GET.replace(b".json", b".json/") + b"\r\n",
    "path outside": b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "path in Latin-1": b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    "escapes that are none": b"GET /v1/tasks/%zz HTTP/1.1\r\nHost: a\r\nA2A-Version: 1.0\r\n\r\n",
    "version 0.9": b"GET /\r\n\r\n",
    "version 9.9": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500,
    "all bytes": bytes(range(256)) * 10,
    "WebSocket": GET + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "upgrade to HTTP/2": GET + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "unknown expectation": POST + b"Expect: x\r\n" + LENGTH + b"\r\n" + BODY,
    "many at once": (GET + b"\r\n") * 200,
    "half a head": GET,
    "half a body": POST + b"Content-Length: 500\r\n\r\n" + BODY,
    "half a chunk": POST + CHUNKED + b"\r\n5\r\nab",
}
WITHOUT_END = {
    "target": (b"GET /", b"a" * 65536),
    "header": (GET + b"X: ", b"a" * 65536),
    "headers": (GET, b"X: a\r\n" * 10_000),
    "chunk extension": (POST + CHUNKED + b"\r\n5;a=", b"a" * 65536),
    "trailer": (POST + CHUNKED + b"\r\n0\r\nX: ", b"a" * 65536),
    "trailers": (POST + CHUNKED + b"\r\n0\r\n", b"X: a\r\n" * 10_000),
}


def exchange(port: int, *pieces: bytes) -> bytes:
    """Send bytes, hang up halfway, and return what was answered until silence or the end."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            connection.settimeout(QUIET_SECONDS)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError:
            return b""


def endless(port: int, start: bytes, more: bytes) -> int:
    """Send the same again and again; return how many bytes the agent has taken."""
    taken = 0
    with closing(socket.create_connection(("127.0.0.1", port), timeout=2)) as connection:
        try:
            connection.sendall(start)
            while taken < ENDLESS:
                connection.sendall(more)
                taken += len(more)
        except OSError:
            pass
    return taken
