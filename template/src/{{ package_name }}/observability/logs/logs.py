"""Logs of this process and of its libraries: one line each, for people or for machines."""

import logging
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from ...tasks.calls.refusals import RefusedError
from .console import ConsoleFormatter
from .ecs import STANDARD, EcsFormatter
from .exchange import add_exchange
from .stderr import handler_for, stderr

logger = logging.getLogger(__name__)

# What these say below a warning is about their own inner life.
QUIET = ("a2a", "httpx", "httpcore", "asyncio", "uvicorn", "sse_starlette", "watchfiles")
# These warn of each refused request, which the access line tells better.
REFUSALS = ("a2a.utils.error_handlers", "a2a.server.routes")
# What structlog hands to logging as it is.
PASSED_ON = {"exc_info", "stack_info"}


def configure(
    *,
    level: str,
    style: Literal["auto", "console", "json"],
    service: Mapping[str, str],
    processors: Sequence[Processor] = (),
) -> None:
    """Send everything to standard error; `auto` is console in a terminal and json elsewhere.

    `service` holds the fields that name this process; each processor may add more to a line.
    """
    stream = stderr()
    terminal = stream.isatty()
    options: dict[str, Any] = {
        "service": service,
        "processors": [add_exchange, *processors],
        "debug": level == "debug",
    }
    console = style == "console" or (style == "auto" and terminal)
    handler = handler_for(stream)
    handler.addFilter(_is_no_refusal)
    handler.setFormatter(
        ConsoleFormatter(colors=terminal, **options) if console else EcsFormatter(**options)
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel("WARNING")
    for name in REFUSALS:
        logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "ERROR")
    _take_in_the_rest()


def _is_no_refusal(record: logging.LogRecord) -> bool:
    # For the SDK, a stream that ends with one is an error whose frames are worth a look.
    return not (record.exc_info and isinstance(record.exc_info[1], RefusedError))


def _take_in_the_rest() -> None:
    """Loggers of structlog, warnings, and exceptions that nobody catches, which Python prints."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            _without_collisions,
            structlog.stdlib.render_to_log_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(capture=True)
    sys.unraisablehook = _unraisable
    threading.excepthook = _of_thread


def _without_collisions(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # logging raises an exception for a field that has the name of one of its own.
    return {f"{name}_" if name in STANDARD - PASSED_ON else name: event[name] for name in event}


def _unraisable(failure: "sys.UnraisableHookArgs") -> None:
    logger.error("An exception had nowhere to go", exc_info=failure.exc_value)


def _of_thread(failure: threading.ExceptHookArgs) -> None:
    logger.error("A thread has ended with an exception", exc_info=failure.exc_value)
