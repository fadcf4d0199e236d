"""What may be told of exceptions, and of the values that others put into their lines."""

import logging
import re
import sqlite3
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ...database.interface import DatabaseError, DatabaseUnavailableError
from .exchange import TASK_ID, current
from .failures import type_name

PLACEHOLDER = re.compile(r"%[-#0 +]*[\d*]*(?:\.\d+)?[a-zA-Z]")
# These log exceptions that nobody has caught, without the context of the turn they come from.
OUT_OF_CONTEXT = {"asyncio", f"{__package__}.logs"}
# What these say outside of a turn is about this machine.
TELL_OF_THE_MACHINE = (OSError, sqlite3.Error, DatabaseError, DatabaseUnavailableError)


class Discretion:
    """With `debug`, lines may repeat what callers have said."""

    def __init__(self, *, debug: bool) -> None:
        self._debug = debug

    def tells(self, record: logging.LogRecord, error: BaseException | None = None) -> bool:
        """Whether words, or those of this exception, may be told: a caller may have said them."""
        if self._debug:
            return True
        if record.name in OUT_OF_CONTEXT:
            return False
        if (exchange := current.get()) is None:
            # Threads may work for a turn without knowing it.
            return threading.current_thread() is threading.main_thread()
        return exchange.turn is None and isinstance(error, TELL_OF_THE_MACHINE)

    def value(self, record: logging.LogRecord, value: Any) -> Any:
        """The same, or the types of exceptions in place of what they say."""
        if isinstance(value, BaseException):
            return value if self.tells(record, value) else type_name(value)
        if isinstance(value, list | tuple | set | frozenset) and any(map(_is_error, value)):
            return [self.value(record, one) for one in value]
        if isinstance(value, dict) and any(map(_is_error, value.values())):
            return {name: self.value(record, value[name]) for name in value}
        return value

    def message(self, record: logging.LogRecord) -> str:
        """What a line says, as far as it may be told; what its values spoil is left as it is."""
        try:
            return self._message(record)
        except Exception as error:  # noqa: BLE001 - logging would print the values
            said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
            return f"{said} ({type(error).__name__} in its values)"

    def _message(self, record: logging.LogRecord) -> str:
        if self._debug:
            return record.getMessage()
        if record.name.startswith("a2a."):  # the SDK puts into its lines what callers send
            values = iter(record.args if isinstance(record.args, tuple) else ())
            return PLACEHOLDER.sub(lambda _: _brief(next(values, "")), str(record.msg))
        message = str(self.value(record, record.msg))
        if record.args:
            message %= self._values(record, record.args)
        if record.name == "asyncio":  # so does asyncio, below its first line
            return message.partition("\n")[0]
        if record.name == "py.warnings" and not self.tells(record):
            return ": ".join(message.split(": ", 2)[:2])  # where it is, and of what kind
        return message

    def _values(
        self, record: logging.LogRecord, args: tuple[Any, ...] | Mapping[str, Any]
    ) -> tuple[Any, ...] | dict[str, Any]:
        if isinstance(args, Mapping):
            return {name: self.value(record, args[name]) for name in args}
        return tuple(self.value(record, value) for value in args)


def _is_error(value: object) -> bool:
    return isinstance(value, BaseException)


def _brief(value: Any) -> str:
    """Numbers, our own ids, and the host of an address: enough to know what it is about."""
    if isinstance(value, int) or TASK_ID.fullmatch(str(value)):
        return str(value)
    try:
        address = urlsplit(str(value))
    except ValueError:
        return "…"
    return f"{address.scheme}://{address.hostname}/…" if address.hostname else "…"
