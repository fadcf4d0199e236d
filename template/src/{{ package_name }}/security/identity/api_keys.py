"""API keys: the file has their hashes only, and may change while the agent runs."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from ...tasks.calls.admission import Knock
from ...tasks.calls.principal import Principal
from ...tasks.calls.security_events import security_event
from .credentials import CredentialsError, names_somebody, only_value

HEADER = "x-api-key"
ISSUER = "api-key"
PREFIX = "a2a_key_"  # so that scanners for secrets, and people, know one when they see it
TENANT = "tenant="
HASH = "sha256:"
HASH_CHARACTERS = len(HASH) + 64


class ApiKeysError(Exception):
    """The file cannot be used; the text is one sentence for the operator, and names no key."""


class ApiKeys:
    """Knows callers by a key in the header `x-api-key`; raises ApiKeysError."""

    scheme: ClassVar[str] = "ApiKey"

    def __init__(self, path: Path) -> None:
        self.paths = (path,)
        self._callers = _read(path)

    def reload(self) -> None:
        """Read the file anew; a broken one changes nothing."""
        try:
            callers = _read(self.paths[0])
        except ApiKeysError as error:
            fault = str(error).replace(str(self.paths[0]), "the file")
            text = "The API keys stay as they were"
            security_event("api_keys_refused", text, failed=True, event__reason=fault)
            return
        if callers != self._callers:
            self._callers = callers
            security_event("api_keys_loaded", f"API keys in use: {len(callers)}", failed=False)

    async def __call__(self, knock: Knock) -> Principal | None:
        """Whose key it is."""
        if (key := only_value(knock, HEADER)) is None:
            return None
        # How long a look into a table of hashes takes says nothing of the keys themselves.
        if (caller := self._callers.get(hash_of(key))) is None:
            raise CredentialsError("The API key is not valid here.", reason="unknown API key")
        return caller


def new_key() -> str:
    """256 random bits."""
    return f"{PREFIX}{secrets.token_hex(32)}"


def hash_of(key: str) -> str:
    """What the file has of a key.

    Slow hashes protect what people think of; of 256 random bits nobody can try a share that counts.
    """
    return HASH + hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _read(path: Path) -> Mapping[str, Principal]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ApiKeysError(
            f"{path} cannot be read ({reason}): set A2A_API_KEYS_FILE to a file with API keys."
        ) from None
    callers: dict[str, Principal] = {}
    for number, line in enumerate(lines, start=1):
        for digest, caller in _callers(line, f"Line {number} of {path}"):
            if digest in callers:
                raise ApiKeysError(f"Line {number} of {path} repeats a key: remove it.")
            callers[digest] = caller
    return callers


def _callers(line: str, place: str) -> Iterator[tuple[str, Principal]]:
    words = line.partition("#")[0].split()
    if not words:
        return
    name, digest, *rest = words if len(words) > 1 else [words[0], ""]
    hexadecimal = digest.removeprefix(HASH)
    right = len(digest) == HASH_CHARACTERS and digest.startswith(HASH)
    if not right or not set(hexadecimal) <= set("0123456789abcdef") or not names_somebody(name):
        # Not a word of the line itself: somebody may have put a key into it.
        raise ApiKeysError(f"{place} is not `name sha256:<64 hexadecimal digits>`: correct it.")
    tenants = frozenset(word.removeprefix(TENANT) for word in rest if word.startswith(TENANT))
    yield (
        digest,
        Principal(
            issuer=ISSUER,
            subject=name,
            scopes=frozenset(word for word in rest if not word.startswith(TENANT)),
            tenants=tenants or None,
        ),
    )
