"""Log records in the names of the Elastic Common Schema, one JSON object a line."""

import json
import logging
import math
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from structlog.typing import EventDict, Processor

from .exchange import TASK_ID, current
from .failures import error_fields
from .redaction import REDACTED, clean, names_a_secret

ECS_VERSION = "8.17.0"
TRACE = "error.stack_trace"
STANDARD = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"}
# ASCII only, so that no character of a caller's breaks a line or a terminal.
ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)

PLACEHOLDER = re.compile(r"%[-#0 +]*[\d*]*(?:\.\d+)?[a-zA-Z]")
# These log exceptions that nobody has caught, without the context of the turn they come from.
OUT_OF_CONTEXT = {"asyncio", f"{__package__}.logs"}
# What these say outside of a turn is about this machine.
TELL_OF_THE_MACHINE = (OSError, sqlite3.Error)


class EcsFormatter(logging.Formatter):
    """Everything that is logged passes through here, and comes out as one line.

    `service` describes this process in each line; `processors` add fields of their own. With
    `debug`, lines may repeat what callers have said, though never a secret that looks like one.
    """

    def __init__(
        self, *, service: Mapping[str, str], processors: Sequence[Processor], debug: bool
    ) -> None:
        super().__init__()
        self._service = {"ecs.version": ECS_VERSION, **service}
        self._processors = tuple(processors)
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever has gone wrong in what was to be logged."""
        try:
            return self._render(self._fields(record))
        except Exception as error:  # noqa: BLE001 - logging would print the values otherwise
            fields = {
                "log.origin.file.name": record.filename,
                "log.origin.file.line": record.lineno,
            }
            lost = {"error.type": type(error).__name__, **fields}
            return self._render(self._head(record, "A log line could not be written") | lost)

    def _render(self, fields: dict[str, Any]) -> str:
        return ENCODER.encode(fields)

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        found: EventDict = {}
        for process in self._processors:
            found = process(None, record.levelname, found)  # type: ignore[assignment]
        found.update((k, v) for k, v in record.__dict__.items() if k not in STANDARD)
        fields = self._head(record, _clean(self._message(record)))
        for name, value in found.items():
            if value is not None and value != "":
                secret = names_a_secret(name) and not isinstance(value, int | float)
                fields[name] = REDACTED if secret else _clean(value)
        if record.exc_info and (error := record.exc_info[1]):
            told = error_fields(error, lambda one: self._told(record, one))
            fields |= {name: told[name] if name == TRACE else _clean(told[name]) for name in told}
        return fields

    def _head(self, record: logging.LogRecord, message: Any) -> dict[str, Any]:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return {
            "@timestamp": f"{time[:-6]}Z",
            "log.level": record.levelname.lower(),
            "message": message,
            "log.logger": record.name,
            **self._service,
        }

    def _message(self, record: logging.LogRecord) -> str:
        if self._debug:
            return record.getMessage()
        if record.name.startswith("a2a."):  # the SDK puts into its lines what callers send
            values = iter(record.args if isinstance(record.args, tuple) else ())
            return PLACEHOLDER.sub(lambda _: _brief(next(values, "")), str(record.msg))
        if record.name == "asyncio":  # so does asyncio, below its first line
            return record.getMessage().partition("\n")[0]
        return record.getMessage()

    def _told(self, record: logging.LogRecord, error: BaseException) -> bool:
        """Whether the message of an exception may be told: it may hold what a caller has said."""
        exchange = current.get()
        if self._debug:
            return True
        if record.name in OUT_OF_CONTEXT:
            return False
        if exchange is None:
            return True
        return exchange.turn is None and isinstance(error, TELL_OF_THE_MACHINE)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return clean(str(value))


def _brief(value: Any) -> str:
    """Numbers, our own ids, and the host of an address: enough to know what it is about."""
    if isinstance(value, int) or TASK_ID.fullmatch(str(value)):
        return str(value)
    try:
        address = urlsplit(str(value))
    except ValueError:
        return "…"
    return f"{address.scheme}://{address.hostname}/…" if address.hostname else "…"
