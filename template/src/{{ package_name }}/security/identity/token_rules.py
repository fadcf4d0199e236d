"""What tokens have to be like (RFC 8725), and what they say of a caller (RFC 9068)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from ...tasks.calls.principal import Principal
from ..key_sets.keys import SUPPORTED, Key
from .credentials import names_somebody

REQUIRED = ["exp", "iss", "sub", "aud"]
TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
# Larger numbers of seconds may be too large to calculate with.
END_OF_TIME = 2**40


class TokenRulesError(Exception):
    """No token can keep these rules; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """Without a claim for tenants, callers speak for any. Raises TokenRulesError."""

    audience: str
    algorithms: Sequence[str]
    leeway_seconds: float = 30.0
    tenant_claim: str = ""

    def __post_init__(self) -> None:
        if not self.algorithms or not SUPPORTED.issuperset(self.algorithms):
            some = "some of " + " ".join(sorted(SUPPORTED))
            raise TokenRulesError(
                f"Issuers sign with private keys: set A2A_JWT_ALGORITHMS to {some}."
            )

    def algorithm(self, header: Mapping[str, Any]) -> str:
        """What a header names, if it asks for nothing else; keys that it brings are ignored.

        Raises PyJWTError.
        """
        algorithm, kind = header.get("alg"), header.get("typ")
        if not isinstance(algorithm, str) or algorithm not in self.algorithms:
            raise jwt.InvalidAlgorithmError("not allowed")
        if "crit" in header:
            raise jwt.InvalidTokenError("critical extensions")
        if not isinstance(kind, str | None) or (kind and kind.lower()) not in TYPES:
            raise jwt.InvalidTokenError("another type of token")
        return algorithm

    def claims(self, token: str, key: Key, *, algorithm: str, issuer: str) -> dict[str, Any]:
        """What the token says, if the issuer says it, to us, and now; raises PyJWTError."""
        claims = jwt.decode(
            token,
            key.public,
            algorithms=[algorithm],  # one of ours, and the key is for it
            audience=self.audience,
            issuer=issuer,
            leeway=self.leeway_seconds,
            options={"require": REQUIRED},
        )
        if not all(type(claims.get(name, 0)) in {int, float} for name in ("exp", "nbf", "iat")):
            raise jwt.InvalidTokenError("a time that is no number")
        return claims

    def expires_at(self, claims: Mapping[str, Any]) -> float:
        """Seconds since the epoch, with what clocks may be wrong."""
        return float(min(claims["exp"], END_OF_TIME)) + self.leeway_seconds

    def principal(self, claims: Mapping[str, Any]) -> Principal:
        """Whom it is about; raises PyJWTError."""
        if not names_somebody(claims["sub"]):
            raise jwt.InvalidTokenError("unusable subject")
        tenants = self.tenant_claim
        return Principal(
            issuer=claims["iss"],
            subject=claims["sub"],
            scopes=_words(claims.get("scope")) | _words(claims.get("scp")),
            tenants=_names(claims.get(tenants)) if tenants else None,
        )


def _words(claim: object) -> frozenset[str]:
    return frozenset(claim.split()) if isinstance(claim, str) else _names(claim)


def _names(claim: object) -> frozenset[str]:
    several = claim if isinstance(claim, list) else [claim]
    return frozenset(name for name in several if isinstance(name, str) and name)
