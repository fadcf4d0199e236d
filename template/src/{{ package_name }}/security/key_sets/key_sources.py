"""Where keys come from: a file, an address, or an issuer that tells the address."""

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx

from .keys import KeySetError

MAX_BYTES = 256 * 1024
# For everything that one look at the keys takes, however slowly it drips.
TIMEOUT_SECONDS = 5.0
DISCOVERY = "/.well-known/openid-configuration"
MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?!\d)", re.IGNORECASE)


class Fetched(NamedTuple):
    """A key set as it was found, and how long it is good for, if anybody says so."""

    document: bytes
    max_age_seconds: float | None = None


class Source(Protocol):
    """One key set."""

    paths: Sequence[Path]

    async def fetch(self) -> Fetched:
        """Raises KeySetError, OSError, ValueError, or what httpx raises."""

    async def close(self) -> None:
        """Let go of connections."""


class FileSource:
    """A mounted file, for issuers that cannot be reached from here."""

    def __init__(self, path: Path) -> None:
        self.paths: Sequence[Path] = (path,)

    def read(self) -> Fetched:
        """What it holds; raises KeySetError or OSError."""
        with self.paths[0].open("rb") as file:
            document = file.read(MAX_BYTES + 1)
        _check_size(document)
        return Fetched(document)

    async def fetch(self) -> Fetched:
        """The same; it is too small to be worth a thread."""
        return self.read()

    async def close(self) -> None:
        """Nothing is open."""


class WebSource:
    """The address of a key set; or, without one, what the issuer's own document says."""

    paths: Sequence[Path] = ()

    def __init__(self, issuer: str, url: str = "", *, https_only: bool) -> None:
        self._issuer = issuer
        self._url = url
        self._https_only = https_only or issuer.startswith("https://")
        self._opened: httpx.AsyncClient | None = None

    async def fetch(self) -> Fetched:
        """Ask for it, and for its address first if need be."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await self._get(self._url or await self._discover())

    async def close(self) -> None:
        """Close the connections; another look opens them again."""
        if self._opened is not None:
            client, self._opened = self._opened, None
            await client.aclose()

    async def _discover(self) -> str:
        found = await self._get(self._issuer.rstrip("/") + DISCOVERY)
        try:
            said: Any = json.loads(found.document)
        except RecursionError:
            raise KeySetError("The issuer's document is nested too deeply.") from None
        if not isinstance(said, dict) or said.get("issuer") != self._issuer:
            raise KeySetError("The issuer's document is about another issuer.")
        return str(said.get("jwks_uri"))

    async def _get(self, url: str) -> Fetched:
        if not url.startswith("https://") and (self._https_only or not url.startswith("http://")):
            raise KeySetError("The keys are not at an https address.")
        # A packed answer could unpack to any size, and a redirect could lead anywhere.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._client().stream(
            "GET", url, headers=headers, follow_redirects=False
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                raise KeySetError(f"The issuer answers with status {answer.status_code}.")
            document = bytearray()
            async for piece in answer.aiter_raw():
                document += piece
                _check_size(document)
            return Fetched(bytes(document), _max_age(answer))

    def _client(self) -> httpx.AsyncClient:
        if self._opened is None:
            self._opened = httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
        return self._opened


def _check_size(document: bytes | bytearray) -> None:
    if len(document) > MAX_BYTES:
        raise KeySetError(f"The document has more than {MAX_BYTES} bytes.")


def _max_age(answer: httpx.Response) -> float | None:
    found = MAX_AGE.search(answer.headers.get("cache-control", ""))
    return float(found[1]) if found else None
