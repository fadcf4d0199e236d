"""An issuer of tokens for one machine: the agent trusts it, and a command signs with its key."""

import json
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER = "urn:development-issuer"
FOLDER = Path("data/development-issuer")
KEY_FILE = "private-key.pem"
KEY_SET_FILE = "jwks.json"
ALGORITHM = "ES256"


class DevelopmentIssuerError(Exception):
    """There is no key to sign with; the text is one sentence for the operator."""


class DevelopmentIssuer:
    """Its key is made by whoever needs it first; raises DevelopmentIssuerError."""

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._key = _key(folder / KEY_FILE)
            self._key_set = folder / KEY_SET_FILE
            self._describe()
        except (OSError, ValueError, TypeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it holds no private key"
            raise DevelopmentIssuerError(
                f"The development issuer cannot use {folder} ({reason}): remove the folder."
            ) from None

    @property
    def key_set(self) -> str:
        """Where its public key is, as A2A_JWKS_URLS would name it."""
        return f"file:{self._key_set}"

    def token(
        self,
        subject: str,
        *,
        audience: str,
        minutes: int = 60,
        scopes: Sequence[str] = (),
        tenants: tuple[str, Sequence[str]] | None = None,
    ) -> str:
        """A token; `tenants` is a claim and what it says."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "exp": now + minutes * 60,
            "jti": secrets.token_hex(8),
            "scope": " ".join(scopes),
        }
        if tenants is not None:
            claims[tenants[0]] = list(tenants[1])
        headers = {"kid": self._kid, "typ": "at+jwt"}
        return jwt.encode(claims, self._key, ALGORITHM, headers=headers)

    def _describe(self) -> None:
        described = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self._kid = described["x"][:16]
        key = {**described, "kid": self._kid, "use": "sig", "alg": ALGORITHM}
        _write(self._key_set, json.dumps({"keys": [key]}).encode(), replace=True)


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write(path, made, replace=False)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    return key


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """All of it or nothing; the agent and the command may do so at the same time."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        if replace:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
    except FileExistsError:
        pass  # somebody else was first
    finally:
        draft.unlink(missing_ok=True)
