"""Takes secrets out of what is logged, and whatever could pass for a line of its own."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

REDACTED = "[redacted]"
MAX_CHARACTERS = 2000
MAX_TRACE_CHARACTERS = 8000
# Routes, addresses and names of programs are in line after line.
REMEMBERED_CHARACTERS = 200

# Ids and short words, which most values are: nothing in here is a secret by its looks.
HARMLESS = re.compile(r"[0-9a-f-]*|\w{0,15}").fullmatch

SECRET_NAME = re.compile(
    r"passw|passphrase|pwd|secret|token|(api|access|account|private)[_-]?key|credential"
    r"|authorization|cookie",
    re.IGNORECASE,
)
# Between a name and its value, as in headers, settings, JSON, and what Python prints of pairs.
IS = r"(?:\\?[\"']?\s*[=:]\s*|[\"']\s*,\s*)"
# In quotes of a text within a text, in quotes, and without any.
VALUE = (
    r"(?:b?\\\"(?:[^\"\\\n]|\\[^\"\n])*+(?:\\\")?|b?\"(?:[^\"\\\n]|\\.)*+\"?"
    r"|b?'(?:[^'\\\n]|\\.)*+'?|[^\s,;&]+)"
)


class Rule(NamedTuple):
    """What a secret looks like; `hints` are quicker to look for, and one of them is always there."""

    hints: Sequence[str]
    pattern: re.Pattern[str]
    replacement: str


def _rule(hints: str, pattern: str, replacement: str = REDACTED) -> Rule:
    return Rule(hints.split(), re.compile(pattern), replacement)


RULES = (
    _rule(
        "private",
        r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]*-----|\Z)",
    ),
    # With slashes only behind a colon that begins no port; addresses are not endless.
    _rule(
        "://",
        r"(?<=://)(?:[^/\s]{1,256}|[^\s:/@]{0,64}:(?!\d{1,5}[/?#])[^\s\"'<>]{1,256})@",
        f"{REDACTED}@",
    ),
    _rule("cookie authorization", rf"(?i)((?:cookie|authorization){IS})[^\n]+", rf"\1{REDACTED}"),
    _rule(
        "bearer",
        r"(?i)\b(bearer)[\s:]+(?!tokens?\b[.,;:]?(?:\s|\Z)|\w+=\")[^\s\"',;\\]+",
        rf"\1 {REDACTED}",
    ),
    _rule("basic", r"\b((?i:basic))\s+(?=\S*[A-Z0-9=])[\w+/=-]{4,}", rf"\1 {REDACTED}"),
    _rule(
        "passw passphrase pwd secret token key credential",
        r"(?i)((?:passwords?|passwd|passphrase|pwd|secrets?|token|credentials?"
        rf"|(?:api|access|account|private|secret)[_-]?key){IS})(?!(?:bearer|basic)\s){VALUE}",
        rf"\1{REDACTED}",
    ),
    _rule("? &", r"([?&][\w.%\[\]-]{1,64}=)[^\s&#\"']+", rf"\1{REDACTED}"),
    _rule("eyj", r"(?:(?<![^\W_])|(?<=%[\dA-Fa-f]{2}))eyJ[\w-]{8,}(?:\.[\w-]*)*"),
    # Keys of Fernet and what they encrypt; and what is private in a JSON Web Key.
    _rule("=", r"(?<![\w-])[\w-]{43}=(?![\w=])"),
    _rule("gaaaaa", r"\bgAAAAA[\w-]{8,}={0,2}"),
    _rule(
        "kty",
        r"((?:\\?[\"'])(?:d|k|p|q|dp|dq|qi)\\?[\"']\s*:\s*\\?[\"'])[\w-]{16,}",
        rf"\1{REDACTED}",
    ),
    _rule("a2a_key_", r"a2a_key_\w{8,}"),  # API keys of this agent
    _rule("sk- pk- akia asia", r"\b(?:[sp]k-[\w-]{8,}|A[KS]IA[A-Z0-9]{12,})"),
    _rule("_live_ _test_", r"\b[a-z]{2}_(?:live|test)_\w{8,}"),
    _rule("gh glpat", r"\b(?:gh[opsru]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,})"),
    _rule("xox aiza hf_", r"\b(?:xox[a-z]-[\w-]{8,}|AIza[\w-]{20,}|hf_\w{16,})"),
)


def clean(text: str) -> str:
    """One printable line without secrets."""
    if len(text) > REMEMBERED_CHARACTERS:
        return redact(printable(text))
    return text if HARMLESS(text) else _remembered(text)


@lru_cache(maxsize=1024)
def _remembered(text: str) -> str:
    return redact(printable(text))


def names_a_secret(field: str) -> bool:
    """Whether the values of a field are secret, whatever they look like."""
    return SECRET_NAME.search(field) is not None


def redact(text: str, limit: int = MAX_CHARACTERS) -> str:
    """The text without secrets that can be told by their looks, and not longer than the limit."""
    if len(text) > limit:
        text = f"{text[:limit]}…"
    lowered = text.lower()
    for hints, pattern, replacement in RULES:
        for hint in hints:
            if hint in lowered:
                text = pattern.sub(replacement, text)
                break
    return text


def printable(text: str) -> str:
    """The text on one line: line ends, control and invisible characters as Python writes them."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
