"""Cards of peers, which count only when they are signed by whom we have pinned."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from a2a.client.card_resolver import parse_agent_card
from a2a.types import AgentCard
from a2a.utils.constants import AGENT_CARD_WELL_KNOWN_PATH
from a2a.utils.signing import SignatureVerificationError, create_signature_verifier
from google.protobuf.json_format import ParseError
from jwt import InvalidKeyError, PyJWK, PyJWTError, get_unverified_header

from ...tasks.calls.security_events import security_event
from ..key_sets.key_sets import Ages, KeySet
from ..key_sets.key_sources import FileSource, Source, WebSource
from ..key_sets.keys import KeySetError

ALGORITHMS = ["ES256", "EdDSA"]
# Each one costs a verification; two are a rotation.
MAX_SIGNATURES = 8
# A key that has been withdrawn is believed for so long; one that is new is looked for at once.
AGES = Ages(stale_seconds=300.0, cooldown_seconds=10.0)
DEFAULT_PORTS = {"https": 443, "http": 80}


class CardRefusedError(Exception):
    """A card is not to be believed; the text is one sentence."""


class CardIssuer:
    """Somebody who signs cards, by where the public keys are: an address, or a file."""

    def __init__(self, location: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.location = location
        self._keys = KeySet(location, _source(location), ages=AGES, clock=clock)

    async def close(self) -> None:
        """Close its connections."""
        await self._keys.stop()

    async def verify(self, card: AgentCard) -> None:
        """Raises CardRefusedError unless one of the signatures is by a key of this issuer."""
        if not card.signatures:
            raise CardRefusedError("It is not signed.")
        if len(card.signatures) > MAX_SIGNATURES:
            raise CardRefusedError(f"It has more than {MAX_SIGNATURES} signatures.")
        headers = [_header(signature.protected) for signature in card.signatures]
        if not any(map(self._owns, headers)):
            raise CardRefusedError(f"It names other keys than those at {self.location}.")
        named = [header for header in headers if _names_key(header) and self._owns(header)]
        if not named:
            raise CardRefusedError("None of its signatures names a key for ES256 or EdDSA.")
        # The SDK asks for keys without waiting, so all of them have to be here.
        keys = await self._find(named)

        def key_of(kid: str | None, jku: str | None) -> PyJWK:
            if kid not in keys or not self._owns({"jku": jku}):
                raise InvalidKeyError
            return keys[kid]

        try:
            create_signature_verifier(key_of, ALGORITHMS)(card)
        except (SignatureVerificationError, ValueError, RecursionError):
            raise CardRefusedError("It is not what has been signed.") from None

    def _owns(self, header: Mapping[str, Any]) -> bool:
        # Whoever has the keys in a file need not know where the peer has put them.
        elsewhere = header.get("jku") not in (None, self.location)  # it may be anything
        return not (elsewhere and _is_address(self.location))

    async def _find(self, headers: Sequence[Mapping[str, Any]]) -> dict[str, PyJWK]:
        found = {}
        for kid, algorithm in ((header["kid"], header["alg"]) for header in headers):
            if key := await self._keys.find(kid, algorithm):
                found[kid] = PyJWK(json.loads(key.description), algorithm)
        if self._keys.is_empty:
            raise CardRefusedError(f"There are no keys at {self.location}.")
        if not found:
            raise CardRefusedError(f"It is signed with none of the keys at {self.location}.")
        return found


class CardVerifier:
    """Fetches and verifies cards; `pinned` says by origin where the keys of its issuer are.

    An origin is like https://peer.example.com. The address that a signature names for its keys is
    compared with the pinned one, and never called.
    """

    def __init__(self, pinned: Mapping[str, str]) -> None:
        self._issuers = {
            _origin(origin): CardIssuer(location) for origin, location in pinned.items()
        }

    async def close(self) -> None:
        """Close all connections."""
        for issuer in self._issuers.values():
            await issuer.close()

    async def fetch(self, address: str) -> AgentCard:
        """The card of the agent at this address, once it is verified; raises CardRefusedError."""
        try:
            issuer = self._issuers.get(_origin(address))
            if issuer is None:
                raise CardRefusedError("It is not pinned who signs it.")
            card = await load_card(address)
            await issuer.verify(card)
        except CardRefusedError as error:
            text = f"The card of {address} is refused: {error}"
            domain = urlsplit(_origin(address)).hostname or ""
            security_event("card_refused", text, failed=True, destination__domain=domain)
            raise CardRefusedError(text) from None
        return card


async def load_card(location: str) -> AgentCard:
    """Unverified, from an agent's address, a card's own or a file; raises CardRefusedError."""
    if _is_address(location) and not location.endswith(".json"):
        location = location.rstrip("/") + AGENT_CARD_WELL_KNOWN_PATH
    source = _source(location)
    try:
        return parse_agent_card(json.loads((await source.fetch()).document))
    except (KeySetError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        reason = str(error) if isinstance(error, KeySetError) else type(error).__name__
        raise CardRefusedError(f"It cannot be had ({reason.rstrip('.')}).") from None
    except (ParseError, ValueError, TypeError, AttributeError, RecursionError):
        raise CardRefusedError("It is no agent card.") from None
    finally:
        await source.close()


def _source(location: str) -> Source:
    if _is_address(location):
        return WebSource(location, location, https_only=False)
    return FileSource(Path(location))


def _is_address(location: str) -> bool:
    return location.startswith(("https://", "http://"))


def _names_key(header: Mapping[str, Any]) -> bool:
    return bool(header.get("kid")) and header.get("alg") in ALGORITHMS


def _header(protected: str) -> dict[str, Any]:
    try:
        return get_unverified_header(f"{protected}..")
    except (PyJWTError, ValueError, RecursionError):
        return {}


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        return f"{parts.scheme}://{parts.hostname}:{port}"
    except ValueError:
        return ""
