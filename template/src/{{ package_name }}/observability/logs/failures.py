"""Exceptions as fields of a log line; what they say is told apart from what they are."""

import errno
import sqlite3
import traceback
from collections.abc import Callable, Iterator

from .redaction import MAX_TRACE_CHARACTERS, printable, redact

Told = Callable[[BaseException], bool]

# It may repeat what a caller has said.
HIDDEN = "(A2A_LOG_LEVEL=debug shows the message)"
MAX_FRAMES = 30
# Causes of causes, and members of groups.
MAX_DEPTH = 5


def error_fields(error: BaseException, told: Told) -> dict[str, str]:
    """Type and frames; the message of each exception only where `told` lets it through."""
    fields = {"error.type": type_name(error)}
    if code := _code(error):
        fields["error.code"] = code
    if told(error):
        fields["error.message"] = text(error)
    trace = "\n".join(_lines(error, told, MAX_DEPTH))
    # The end of it is what has happened; the beginning is how it was called.
    fields["error.stack_trace"] = redact(trace[-MAX_TRACE_CHARACTERS:], MAX_TRACE_CHARACTERS)
    return fields


def _lines(error: BaseException, told: Told, depth: int) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and depth:
        yield from _lines(earlier, told, depth - 1)
        yield "This led to:"
    for frame in traceback.format_tb(error.__traceback__, limit=-MAX_FRAMES):
        yield frame.rstrip("\n")
    said = printable(text(error)) if told(error) else f"{_code(error)} {HIDDEN}".lstrip()
    yield f"{type_name(error)}: {said}" if said else type_name(error)
    if isinstance(error, BaseExceptionGroup) and depth:
        for number, member in enumerate(error.exceptions[:MAX_DEPTH], start=1):
            yield f"Number {number} of {len(error.exceptions)}:"
            yield from (f"  {line}" for line in _lines(member, told, depth - 1))


def type_name(error: BaseException) -> str:
    """What kind of exception it is; that is never a caller's word."""
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def text(value: object) -> str:
    """What a value says of itself, if it can."""
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - one value must not cost the line
        return f"({type(error).__name__} in its text)"


def _code(error: BaseException) -> str:
    """What has happened to this machine or its database, such as SQLITE_FULL, ENOSPC or 53300."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "")
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return errno.errorcode.get(error.errno, "")
    return str(getattr(error, "sqlstate", None) or "")
