"""What leaves this process of a span, and what is said when it cannot leave."""

import logging
from collections.abc import Mapping, Sequence
from time import monotonic

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import Attributes, AttributeValue

from ..logs.discretion import PLACEHOLDER

logger = logging.getLogger(__name__)

# Where instrumentations of HTTP clients and servers leave query strings.
ADDRESSES = {"http.target", "http.url", "url.full"}
# What they say of an error in words that may be anybody's.
WORDS = {"exception.message", "exception.stacktrace", "url.query"}
SELDOM_SECONDS = 60.0
# Their warnings repeat headers: the keys of collectors, and what callers send.
REPEATERS = (
    "opentelemetry.baggage.propagation",
    "opentelemetry.trace.span",
    "opentelemetry.util.re",
)


class Discreet(SpanExporter):
    """Passes spans on without query strings and without the words of errors."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Called in the thread of the batch."""
        return self._inner.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        """Close the connection."""
        self._inner.shutdown()


class Seldom(logging.Handler):
    """Says once a minute, and without a traceback, what goes wrong for every batch."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._quiet_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Called in the thread of the batch."""
        if monotonic() >= self._quiet_until:
            self._quiet_until = monotonic() + SELDOM_SECONDS
            logger.warning("Spans do not reach their collector: %s", record.getMessage())


def report_seldom() -> None:
    """Let what the libraries say of failed exports pass once in a while."""
    seldom = Seldom()
    for name in ("opentelemetry.exporter", "opentelemetry.sdk"):
        library = logging.getLogger(name)
        library.handlers = [seldom]
        library.propagate = False


def keep_values_back() -> None:
    """Let the libraries say what is wrong with a variable or a header, and not what it holds."""
    for name in REPEATERS:
        logging.getLogger(name).addFilter(_without_values)


def _without_values(record: logging.LogRecord) -> bool:
    record.msg, record.args = PLACEHOLDER.sub("…", str(record.msg)), ()
    return True


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=_writable(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_without_words(span.attributes),
        events=[
            Event(event.name, _without_words(event.attributes), event.timestamp)
            for event in span.events
        ],
        links=span.links,
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _without_words(attributes: Attributes) -> Mapping[str, AttributeValue]:
    return {
        name: _writable(_without_query(name, value)) if isinstance(value, str) else value
        for name, value in (attributes or {}).items()
        if name not in WORDS
    }


def _without_query(name: str, value: str) -> str:
    return value.partition("?")[0] if name in ADDRESSES else value


def _writable(text: str) -> str:
    # What UTF-8 cannot express would take the whole batch with it.
    return text.encode(errors="replace").decode()
