"""Log records in the names of the Elastic Common Schema, one JSON object a line."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from structlog.contextvars import get_contextvars
from structlog.typing import EventDict, Processor

from ...tasks.calls import security_events
from .discretion import Discretion
from .failures import error_fields, text
from .field_names import chosen
from .redaction import MAX_TRACE_CHARACTERS, REDACTED, clean, names_a_secret, redact

ECS_VERSION = "8.17.0"
TRACE = "error.stack_trace"
STANDARD = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"}
# Container runtimes split lines of more than 16 KiB, which nothing can parse afterwards.
MAX_LINE_CHARACTERS = 16_000
LEFT_OUT = "log.fields_left_out"
# ASCII only, so that no character of a caller's breaks a line or a terminal.
ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
# What is added to their lines is ours.
OURS = frozenset({f"{__package__}.access", security_events.logger.name})

Fields = dict[str, Any]


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
        self._discretion = Discretion(debug=debug)

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever has gone wrong in what was to be logged."""
        try:
            ours, others = self._fields(record)
            return self._fitting(ours, others)
        except Exception as error:  # noqa: BLE001 - logging would print the values otherwise
            lost = {
                "error.type": type(error).__name__,
                "log.origin.file.name": record.filename,
                "log.origin.file.line": record.lineno,
            }
            return self._render(self._head(record, "A log line could not be written") | lost)

    def _render(self, fields: Fields) -> str:
        return ENCODER.encode(fields)

    def _fitting(self, ours: Fields, others: Fields) -> str:
        """Without the largest fields of others, and then without the ends of ours."""
        if len(line := self._render(ours | others)) <= MAX_LINE_CHARACTERS:
            return line
        room = MAX_LINE_CHARACTERS - len(self._render(ours | {LEFT_OUT: len(others)}))
        kept: Fields = {}
        for size, name in sorted((_size({name: others[name]}), name) for name in others):
            if (room := room - size) < 0:
                break
            kept[name] = others[name]
        ours[LEFT_OUT] = len(others) - len(kept)
        while len(line := self._render(ours | kept)) > MAX_LINE_CHARACTERS:
            longest = max(ours, key=lambda name: _size(ours[name]))
            ours[longest] = f"{ours[longest][: len(ours[longest]) // 2]}…"
        return line

    def _fields(self, record: logging.LogRecord) -> tuple[Fields, Fields]:
        ours = self._head(record, clean(self._discretion.message(record)))
        found: EventDict = {}
        for process in self._processors:
            found = process(None, record.levelname, found)  # type: ignore[assignment]
        others = get_contextvars()
        added = {name: value for name, value in record.__dict__.items() if name not in STANDARD}
        (found if record.name in OURS else others).update(added)
        for name, value in found.items():
            if value is not None and value != "":
                ours[name] = _clean(value)
        return ours | self._failure(record), self._of_others(record, others)

    def _of_others(self, record: logging.LogRecord, found: Fields) -> Fields:
        fields = {}
        for name, value in found.items():
            if value is not None and not (isinstance(value, str) and not value):
                secret = names_a_secret(str(name)) and not isinstance(value, int | float)
                told = REDACTED if secret else _clean(self._discretion.value(record, value))
                fields[chosen(name)] = told
        return fields

    def _failure(self, record: logging.LogRecord) -> Fields:
        fields: Fields = {}
        if record.exc_info and (error := record.exc_info[1]):
            fields = error_fields(error, lambda one: self._discretion.tells(record, one))
            fields |= {name: _clean(fields[name]) for name in fields if name != TRACE}
        if record.stack_info:
            stack = redact(record.stack_info[-MAX_TRACE_CHARACTERS:], MAX_TRACE_CHARACTERS)
            fields[TRACE] = f"{stack}\n{fields[TRACE]}" if fields else stack
        return fields

    def _head(self, record: logging.LogRecord, message: Any) -> Fields:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return {
            "@timestamp": f"{time[:-6]}Z",
            "log.level": record.levelname.lower(),
            "message": message,
            "log.logger": record.name,
            **self._service,
        }


def _size(value: Any) -> int:
    return len(ENCODER.encode(value))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return clean(text(value))
