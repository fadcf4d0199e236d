"""How much a JSON body may hold; turning it into a request takes longest for small values."""

from typing import Any

from a2a.utils.errors import InvalidParamsError

from ..tasks.calls.sizes import MAX_VALUES, TOO_MANY_VALUES


def check_size(body: bytes, parsed: Any) -> None:
    """Raise InvalidParamsError for too many values, however they are nested."""
    # Each value but the first comes behind one of these; texts may hold them as well.
    if sum(map(body.count, (b",", b"[", b"{"))) >= MAX_VALUES and _values(parsed) > MAX_VALUES:
        raise InvalidParamsError(TOO_MANY_VALUES)


def _values(parsed: Any) -> int:
    found, left = 1, [parsed]
    while left and found <= MAX_VALUES:
        value = left.pop()
        if isinstance(value, dict):
            value = value.values()
        elif not isinstance(value, list):
            continue
        found += len(value)
        left += value
    return found
