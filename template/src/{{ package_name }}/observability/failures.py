"""Exceptions as fields of a log line; what they say is told apart from what they are."""

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
    fields = {"error.type": _name(error)}
    if told(error):
        fields["error.message"] = str(error)
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
    said = printable(str(error)) if told(error) else HIDDEN
    yield f"{_name(error)}: {said}" if said else _name(error)
    if isinstance(error, BaseExceptionGroup) and depth:
        for number, member in enumerate(error.exceptions[:MAX_DEPTH], start=1):
            yield f"Number {number} of {len(error.exceptions)}:"
            yield from (f"  {line}" for line in _lines(member, told, depth - 1))


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
