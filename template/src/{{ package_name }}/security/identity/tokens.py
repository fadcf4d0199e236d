"""Bearer tokens of trusted issuers, in the Authorization header (RFC 6750)."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

import jwt

from ...tasks.calls.admission import Knock
from ...tasks.calls.principal import Principal
from ..key_sets.key_sets import KeySet
from ..key_sets.keys import Key
from .credentials import CredentialsError, only_value
from .token_rules import TokenRules

REMEMBERED = 2048
INVALID = "The token is not valid here."
# What operators read in the log; docs/security-events.md explains them.
REASONS: dict[type[jwt.PyJWTError], str] = {
    jwt.ImmatureSignatureError: "not yet valid",
    jwt.InvalidAlgorithmError: "algorithm not allowed",
    jwt.InvalidAudienceError: "wrong audience",
    jwt.InvalidIssuerError: "unknown issuer",
    jwt.InvalidSignatureError: "bad signature",
    jwt.MissingRequiredClaimError: "missing claim",
}


class _Verified(NamedTuple):
    principal: Principal
    keys: KeySet
    key: Key
    expires_at: float


class Tokens:
    """Knows callers by tokens, whose issuers and their keys are given.

    Verified ones are remembered until they expire or their key is gone, and no others are: as many
    as `remembered`. `clock` counts seconds since the epoch.
    """

    scheme: ClassVar[str] = "Bearer"

    def __init__(
        self,
        issuers: Mapping[str, KeySet],
        rules: TokenRules,
        *,
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuers = dict(issuers)
        self._rules = rules
        self._most = remembered
        self._clock = clock
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    def start(self) -> None:
        """Begin to fetch keys; issuers that are down stop nobody."""
        for keys in self._issuers.values():
            keys.start()

    async def stop(self) -> None:
        """Fetch no more."""
        for keys in self._issuers.values():
            await keys.stop()

    async def __call__(self, knock: Knock) -> Principal | None:
        """Whom the token in the header is about."""
        if (value := only_value(knock, "authorization")) is None:
            return None
        scheme, _, token = value.partition(" ")
        if scheme.lower() != "bearer":
            raise CredentialsError(
                "Send a bearer token.", reason="another scheme", code="invalid_request"
            )
        return await self.verify(token.strip(" "))

    async def verify(self, token: str) -> Principal:
        """Whom the token is about; raises CredentialsError."""
        if not token.isascii():
            raise CredentialsError(INVALID, reason="characters that no token has")
        digest = hashlib.sha256(token.encode()).digest()
        if (known := self._remembered(digest)) is not None:
            return known
        try:
            verified = await self._verify(token)
        except jwt.ExpiredSignatureError:
            raise CredentialsError("The token has expired.", reason="expired") from None
        except jwt.PyJWTError as error:
            raise CredentialsError(INVALID, reason=_reason(error)) from None
        self._verified[digest] = verified
        if len(self._verified) > self._most:
            self._verified.popitem(last=False)
        return verified.principal

    def _remembered(self, digest: bytes) -> Principal | None:
        if (known := self._verified.get(digest)) is None:
            return None
        if self._clock() >= known.expires_at or not known.keys.holds(known.key):
            del self._verified[digest]
            return None
        self._verified.move_to_end(digest)
        return known.principal

    async def _verify(self, token: str) -> _Verified:
        unverified = jwt.decode_complete(token, options={"verify_signature": False})
        header, issuer = unverified["header"], unverified["payload"].get("iss")
        algorithm = self._rules.algorithm(header)
        keys = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if keys is None:
            raise jwt.InvalidIssuerError("unknown issuer")
        key = await keys.find(header.get("kid") or "", algorithm)
        if key is None:
            raise jwt.InvalidKeyError("no keys of the issuer" if keys.is_empty else "unknown key")
        claims = self._rules.claims(token, key, algorithm=algorithm, issuer=str(issuer))
        principal = self._rules.principal(claims)
        return _Verified(principal, keys, key, self._rules.expires_at(claims))


def _reason(error: jwt.PyJWTError) -> str:
    if type(error) in {jwt.InvalidKeyError, jwt.InvalidTokenError}:
        return str(error)[:80]  # ours
    # The library repeats what a token says in some of its texts.
    return REASONS.get(type(error), "unreadable")
