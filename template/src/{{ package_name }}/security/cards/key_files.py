"""Files of card keys: new ones, and those of keys that sign no longer."""

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .keys import CardKey, CardKeysError, key_files, read_key

OWNER_ONLY = 0o600


def make_key(folder: Path, algorithm: str) -> Path:
    """A new private key, for its owner's eyes alone; returns its file, named by time and kid.

    The folder is made if need be. Raises CardKeysError.
    """
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if algorithm == "ES256"
        else ed25519.Ed25519PrivateKey.generate()
    )
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{CardKey.of(key).kid}.pem"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise CardKeysError(f"No key can be written to {folder} ({error.strerror}).") from None
    return path


def retire_key(folder: Path, kid: str) -> Path:
    """Put its public part in the place of a private key, and return the file.

    Raises CardKeysError, also when no other key would be left to sign.
    """
    keys = {path: read_key(path) for path in key_files(folder)}
    signing = {path: key.kid for path, key in keys.items() if key.private is not None}
    files = [path for path, name in signing.items() if name == kid]
    if not files:
        raise CardKeysError(
            f"No key {kid} signs: give one of {', '.join(signing.values()) or 'none'}."
        )
    if set(signing.values()) == {kid}:
        raise CardKeysError("This is the only key that signs: make another one first.")
    for path in files:
        private = load_pem_private_key(path.read_bytes(), password=None)
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        try:
            _write(path, public)
        except OSError as error:
            raise CardKeysError(f"{path} cannot be written ({error.strerror}).") from None
    return files[0]


def _write(path: Path, content: bytes) -> None:
    # Under a hidden name first, which nobody reads: a key is there as a whole or not at all.
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
