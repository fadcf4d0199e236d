"""Log records for people: time, level, message and the ids that matter."""

import textwrap
from collections.abc import Mapping
from typing import Any

from structlog.dev import ConsoleRenderer

from .ecs import TRACE, EcsFormatter
from .field_names import LABELS, OURS

SHOWN = {
    "http.request.id": "request",
    "a2a.task_id": "task",
    "user.name": "caller",
    "error.type": "error",
    "error.code": "code",
    "error.message": "because",
}
# In lines of security_events.py, which are rare and not always about a call.
SHOWN_OF_EVENTS = SHOWN | {
    "event.action": "action",
    "event.reason": "reason",
    "client.address": "from",
    "destination.domain": "to",
    "user.domain": "issuer",
    "a2a.left_out": "left_out",
}
# What the renderer does not print as a pair.
TAKEN = {"timestamp", "level", "logger", "logger_name", "stack", "exception", "exc_info"}


class ConsoleFormatter(EcsFormatter):
    """The same fields as in JSON, most of them left out; what the owner adds is all there."""

    def __init__(self, *, colors: bool, **options: Any) -> None:
        super().__init__(**options)
        self._renderer = ConsoleRenderer(colors=colors, sort_keys=False, pad_event_to=0)

    def _render(self, fields: Mapping[str, Any]) -> str:
        shown = {
            "timestamp": fields["@timestamp"][11:-1],
            "level": fields["log.level"],
            "event": fields["message"],
        }
        names = SHOWN_OF_EVENTS if "event.kind" in fields else SHOWN
        taken = TAKEN.union(names.values())  # would look like a field of ours
        for name, value in fields.items():
            if name in names:
                shown[names[name]] = value
            elif name in taken:
                shown[f"{LABELS}.{name}"] = value
            elif (first := name.partition(".")[0]) == LABELS or first not in OURS:
                shown[name] = value
        line = str(self._renderer(None, "", shown))
        # Indented, so that nothing in it can pass for a line of its own.
        return f"{line}\n{textwrap.indent(trace, '    ')}" if (trace := fields.get(TRACE)) else line
