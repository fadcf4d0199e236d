"""The keys that sign the agent's card: PEM files in a folder, which may change at any time."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt import InvalidKeyError, PyJWK, api_jws
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from ...tasks.calls.security_events import security_event

# Which algorithm a key is for: its type and its curve decide, never what a header says.
ALGORITHMS = {("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
PUBLIC_MEMBERS = ("crv", "kty", "x", "y")


class CardKeysError(Exception):
    """Keys cannot be used; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class CardKey:
    """One key by its thumbprint; without its private part it is only published."""

    kid: str
    algorithm: str
    jwk: Mapping[str, str]  # public members alone
    private: PyJWK | None = field(repr=False, compare=False)

    @classmethod
    def of(cls, key: object) -> Self:
        """From what cryptography has read; raises ValueError for any other kind of key."""
        if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
            members = ECAlgorithm.to_jwk(key, as_dict=True)
        elif isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
            members = OKPAlgorithm.to_jwk(key, as_dict=True)
        else:
            raise ValueError("neither EC nor Ed25519")
        algorithm = ALGORITHMS.get((members["kty"], members["crv"]))
        if algorithm is None:
            raise ValueError("not on the curve P-256")
        kid = thumbprint(members)
        public = {name: members[name] for name in PUBLIC_MEMBERS if name in members}
        return cls(
            kid=kid,
            algorithm=algorithm,
            jwk=public | {"kid": kid, "alg": algorithm, "use": "sig"},
            private=PyJWK(members, algorithm) if "d" in members else None,
        )


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What the folder held at one moment: keys that sign, the oldest first, and all as a JWKS."""

    signing: tuple[CardKey, ...]
    jwks: dict[str, Any]


class CardKeys:
    """Private keys sign; public ones are published for those who still have old signatures.

    Files are taken in the order of their names. Raises CardKeysError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.paths: Sequence[Path] = [folder]
        self.current = self._read()
        self._tell()

    def reload(self) -> None:
        """Take what the folder holds now; when that cannot be used, everything stays as it was."""
        try:
            found = self._read()
        except CardKeysError as error:
            security_event(
                "card_keys_refused", f"The card keys stay as they were: {error}", failed=True
            )
            return
        if found != self.current:
            self.current = found
            self._tell()

    def jwks(self) -> dict[str, Any]:
        """What others need to verify signatures (RFC 7517); another object after each change."""
        return self.current.jwks

    def sign_detached(self, payload: bytes, header: Mapping[str, Any]) -> str:
        """A detached JWS (RFC 7515 appendix F) by the oldest key, which is in every cache."""
        key = self.current.signing[0]
        headers = {"typ": "JOSE", **header, "alg": key.algorithm, "kid": key.kid}
        assert key.private is not None
        protected, _, signature = api_jws.encode(payload, key.private, headers=headers).split(".")
        return f"{protected}..{signature}"

    def _read(self) -> KeyRing:
        keys: dict[str, CardKey] = {}
        for path in key_files(self._folder):
            key = read_key(path)
            if key.kid not in keys or key.private is not None:
                keys[key.kid] = key
        signing = tuple(key for key in keys.values() if key.private is not None)
        if not signing:
            raise CardKeysError("No card key is private: add one to the folder A2A_CARD_KEYS_DIR.")
        return KeyRing(signing, {"keys": [dict(key.jwk) for key in keys.values()]})

    def _tell(self) -> None:
        kids = ", ".join(key.kid for key in self.current.signing)
        security_event("card_keys_loaded", f"Cards are signed with {kids}", failed=False)


def key_files(folder: Path) -> list[Path]:
    """Its keys by name; hidden files are Kubernetes' own, or half written."""
    try:
        names = sorted(folder.iterdir())
    except OSError as error:
        raise CardKeysError(
            f"The card keys cannot be read ({error.strerror}): set A2A_CARD_KEYS_DIR to a folder."
        ) from None
    return [path for path in names if path.suffix == ".pem" and not path.name.startswith(".")]


def read_key(path: Path) -> CardKey:
    """The key in a PEM file; raises CardKeysError, which says nothing of its content."""
    try:
        data = path.read_bytes()
        if b"PRIVATE KEY-----" in data:
            return CardKey.of(load_pem_private_key(data, password=None))
        return CardKey.of(load_pem_public_key(data))
    except OSError as error:
        raise CardKeysError(
            f"The card key {path.name} cannot be read ({error.strerror})."
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidKeyError):
        raise CardKeysError(
            f"{path.name} is no card key: make it an EC key on P-256 or an Ed25519 key, as PEM "
            "and without a password."
        ) from None


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The name that anybody can work out from the key itself (RFC 7638)."""
    members = {name: jwk[name] for name in PUBLIC_MEMBERS if name in jwk}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode())
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
