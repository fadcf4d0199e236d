"""Public keys of an issuer, each bound to the algorithms that suit it (RFC 7517, RFC 8725 3.1)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError
from jwt.algorithms import AllowedPublicKeys

MAX_KEYS = 64
RSA_BITS = range(2048, 8192 + 1)
# By the type of the key, and its curve. What is not here is no signature with a public key.
ALGORITHMS = {
    ("RSA", ""): frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}
SUPPORTED = frozenset[str]().union(*ALGORITHMS.values())


class KeySetError(Exception):
    """There are no keys to be had here; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Equal to another one if its issuer describes both in the same words."""

    kid: str
    algorithms: frozenset[str]
    description: str
    public: AllowedPublicKeys = field(repr=False, compare=False)


def parse_keys(document: bytes) -> tuple[Key, ...]:
    """The usable keys of a JWKS; raises KeySetError if there are none, or far too many."""
    try:
        content = json.loads(document)
    except (ValueError, RecursionError):
        raise KeySetError("The key set is not JSON.") from None
    described = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(described, list):
        raise KeySetError("The document is not a key set.")
    if len(described) > MAX_KEYS:
        raise KeySetError(f"The key set has more than {MAX_KEYS} keys.")
    if not (keys := tuple(_usable(described))):
        raise KeySetError("The key set has no key for signatures.")
    return keys


def _usable(described: list[Any]) -> Iterator[Key]:
    """Others may be for encryption, or of a kind that is yet to come (RFC 7517 5)."""
    for jwk in described:
        if isinstance(jwk, dict) and (algorithms := _algorithms(jwk)) and "d" not in jwk:
            try:
                public = PyJWK(jwk, min(algorithms)).key
            except PyJWTError:
                continue
            if not isinstance(public, RSAPublicKey) or public.key_size in RSA_BITS:
                yield Key(
                    kid=jwk["kid"] if isinstance(jwk.get("kid"), str) else "",
                    algorithms=algorithms,
                    description=json.dumps(jwk, sort_keys=True),
                    public=public,
                )


def _algorithms(jwk: dict[str, Any]) -> frozenset[str]:
    if jwk.get("use", "sig") != "sig" or "verify" not in str(jwk.get("key_ops", "verify")):
        return frozenset()
    suitable = ALGORITHMS.get((str(jwk.get("kty")), str(jwk.get("crv", ""))), frozenset[str]())
    return suitable & {str(jwk["alg"])} if "alg" in jwk else suitable
