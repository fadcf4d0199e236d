"""An issuer of tokens on this machine, which may fail in every way that real ones do."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

AUDIENCE = "https://agent.test"
DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"


@cache
def private_key(name: str) -> Any:
    """The same for the same name, like `ES256-0`, because some take long to make."""
    algorithm = name.partition("-")[0]
    if algorithm.startswith(("RS", "PS")):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"ES384": ec.SECP384R1(), "ES256": ec.SECP256R1()}[algorithm])


def public_jwk(name: str, **fields: Any) -> dict[str, Any]:
    """How an issuer describes a key."""
    algorithm = get_default_algorithms()[name.partition("-")[0]]
    described = algorithm.to_jwk(private_key(name).public_key(), as_dict=True)
    described.pop("key_ops", None)
    return {**described, "kid": name, "use": "sig", **fields}


def claims(issuer: str, **changes: Any) -> dict[str, Any]:
    """What a good token says; None leaves a claim out."""
    now = int(time.time())
    said = {"iss": issuer, "sub": "ada", "aud": AUDIENCE, "iat": now, "exp": now + 60, **changes}
    return {name: value for name, value in said.items() if value is not None}


@dataclass
class Issuer:
    """`asked` are the paths that were asked for; what is set replaces the usual answer."""

    address: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    cache_control: str = ""
    down: bool = False
    answers: dict[str, bytes] = field(default_factory=dict)
    slow: asyncio.Event | None = None
    dripping: bool = False  # while it is slow

    def publish(self, *names: str) -> None:
        """These keys and no others, like `ES256-0`."""
        self.keys = [public_jwk(name) for name in names]

    def token(
        self, key: str = "ES256-0", *, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A token with these claims, signed with one of its keys."""
        headers = {"kid": key, "typ": "at+jwt", **(header or {})}
        algorithm = key.partition("-")[0]
        return jwt.encode(
            claims(self.address, **changes), private_key(key), algorithm, headers=headers
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, if it comes to one."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        self.asked.append(path)
        if self.dripping:
            writer.write(answer(""))
        while self.dripping and self.slow is not None and not self.slow.is_set():
            writer.write(b" ")
            await asyncio.sleep(0.01)
        if self.slow is not None:
            await self.slow.wait()
        if not self.down:
            writer.write(self.answers.get(path) or self._usual(path))
            await writer.drain()

    def _usual(self, path: str) -> bytes:
        keys_at = f"{self.address}{KEYS}"
        discovered = {"issuer": self.address, "jwks_uri": keys_at}
        content = discovered if path == DISCOVERY else {"keys": self.keys}
        return answer(json.dumps(content), f"Cache-Control: {self.cache_control}")


def answer(body: str, *lines: str, status: str = "200 OK") -> bytes:
    """An answer over HTTP that ends with its connection."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", body]).encode()


@asynccontextmanager
async def issuing(*keys: str) -> AsyncIterator[Issuer]:
    """An issuer on a free port that publishes these keys."""
    issuer = Issuer()
    issuer.publish(*keys)
    server = await asyncio.start_server(issuer.serve, "127.0.0.1", 0)
    issuer.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield issuer
    finally:
        if issuer.slow is not None:
            issuer.slow.set()
        server.close()
        await server.wait_closed()
