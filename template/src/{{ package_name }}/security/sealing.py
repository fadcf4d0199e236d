"""Encryption of what is kept on disk, with keys that can be changed."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealingError(Exception):
    """Keys cannot be used; the text is one sentence for the operator."""


class Sealing:
    """The first key encrypts, all of them decrypt; raises SealingError without a good one."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise SealingError(
                "A2A_ENCRYPTION_KEYS must hold keys that `encryption-key` makes, "
                "separated by spaces; the first one encrypts."
            ) from None

    def seal(self, data: bytes) -> bytes:
        """What only somebody with the key can read or change."""
        return self._fernet.encrypt(data)

    def unseal(self, data: bytes) -> bytes:
        """Raises ValueError for what was sealed with another key, or has been changed."""
        try:
            return self._fernet.decrypt(data)
        except InvalidToken:
            raise ValueError("sealed with another key") from None


def new_key() -> str:
    """256 random bits as text."""
    return Fernet.generate_key().decode()


def kept_key(path: Path) -> str:
    """The key in a file that nobody else may read; made when it is missing.

    Raises SealingError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(path)
        with os.fdopen(descriptor, "w") as file:
            file.write(key := new_key())
        return key
    except OSError as error:
        raise SealingError(
            f"The encryption key {path} cannot be used ({error.strerror}): "
            "set A2A_ENCRYPTION_KEYS, or A2A_DATABASE_URL to a place this process may write."
        ) from error


def _read(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        path.chmod(0o600)
    return path.read_text().strip()
