"""Keeps the SDK's own spans out: seventy a request, which cost a third of the throughput.

`OTEL_INSTRUMENTATION_A2A_SDK_ENABLED=true` brings them back, for whoever debugs the SDK.
"""

import os
from importlib import import_module
from typing import Any

SWITCH = "OTEL_INSTRUMENTATION_A2A_SDK_ENABLED"


def leave_out() -> None:
    """Has to run before other modules of the SDK are imported, which decorate themselves."""
    if os.environ.setdefault(SWITCH, "false").lower() == "true":
        return
    # It reads the switch when it is imported; switched off, its decorators would still wrap every
    # call around spans that do nothing.
    telemetry = import_module("a2a.utils.telemetry")
    telemetry.trace_function = _undecorated  # type: ignore[attr-defined]
    telemetry.trace_class = _undecorated  # type: ignore[attr-defined]


def _undecorated(decorated: Any = None, *_: Any, **__: Any) -> Any:
    return decorated if callable(decorated) else _undecorated
