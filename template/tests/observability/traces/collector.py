"""What collectors of spans have in common; the modules beside it receive them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from ...processes import until

ERROR = "STATUS_CODE_ERROR"


@dataclass(frozen=True)
class Span:
    """A span as it was received."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    status: str
    attributes: dict[str, str]
    resource: dict[str, str]


@dataclass
class Collector:
    """Where agents send their spans; `received` is all there is, to be searched."""

    endpoint: str
    spans: list[Span] = field(default_factory=list)
    received: bytes = b""

    def take(self, request: ExportTraceServiceRequest) -> None:
        """One batch of spans."""
        self.received += request.SerializeToString()
        self.spans += _spans(request)

    def trace(self, trace_id: str) -> list[Span]:
        """Those of one trace, as far as they have arrived."""
        return [span for span in self.spans if span.trace_id == trace_id]

    async def wait(self, trace_id: str, *expected: tuple[str, str]) -> list[Span]:
        """Those of one trace, once these have arrived: each a service and a name."""

        async def has_all() -> bool:
            return set(expected) <= {(span.service, span.name) for span in self.trace(trace_id)}

        await until(has_all)
        return self.trace(trace_id)

    async def find(self, name: str) -> Span:
        """The first span of this name, once it has arrived."""

        async def has_it() -> bool:
            return any(span.name == name for span in self.spans)

        await until(has_it)
        return next(span for span in self.spans if span.name == name)


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for sender in request.resource_spans:
        resource = _values(sender.resource.attributes)
        for scope in sender.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=resource["service.name"],
                    name=span.name,
                    kind=SentSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    status=Status.StatusCode.Name(span.status.code),
                    attributes=_values(span.attributes),
                    resource=resource,
                )


def _values(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {
        attribute.key: str(getattr(attribute.value, attribute.value.WhichOneof("value") or ""))
        for attribute in attributes
    }
