"""The spans of gRPC: of calls that come in, and of those that go out.

OpenTelemetry's own interceptor logs errors when a caller leaves a stream, and tells of exceptions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from opentelemetry import context, trace
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient
from opentelemetry.trace import SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"

# The conventions of OpenTelemetry for RPC servers.
SYSTEM = "rpc.system.name"
METHOD = "rpc.method"

CARRIERS = {"traceparent", "tracestate"}
# Health and reflection: their streams are open for hours, and tell nothing of the agent.
SERVICES_OF_GRPC = "/grpc."
PROPAGATOR = TraceContextTextMapPropagator()


class GrpcTraces(grpc.aio.ServerInterceptor):
    """Continues the trace of the caller (W3C Trace Context), or begins one."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The handler of the method as it is; the span belongs to the asyncio task of the call."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        worker = asyncio.current_task()
        if handler is not None and worker is not None and not method.startswith(SERVICES_OF_GRPC):
            name = method.removeprefix("/")
            metadata = handler_call_details.invocation_metadata or ()
            carrier = {key: str(value) for key, value in metadata if key in CARRIERS}
            span = self._tracer.start_span(
                name,
                PROPAGATOR.extract(carrier, context.Context()),
                SpanKind.SERVER,
                {SYSTEM: "grpc", METHOD: name},
            )
            context.attach(trace.set_span_in_context(span))
            worker.add_done_callback(lambda _: span.end())
        return handler


def outgoing() -> GrpcAioInstrumentorClient:
    """Lets the gRPC calls of this process carry the trace on."""
    return GrpcAioInstrumentorClient()  # type: ignore[no-untyped-call]
