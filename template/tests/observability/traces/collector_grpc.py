"""Receives spans over gRPC."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from .collector import Collector


class Servicer(TraceServiceServicer):
    """Hands everything on."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    async def Export(  # noqa: N802 - the service calls it so
        self, request: ExportTraceServiceRequest, _: object
    ) -> ExportTraceServiceResponse:
        """One batch."""
        self._collector.take(request)
        return ExportTraceServiceResponse()


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector on a free port."""
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    collector = Collector(f"http://127.0.0.1:{port}")
    add_TraceServiceServicer_to_server(Servicer(collector), server)  # type: ignore[no-untyped-call]
    await server.start()
    try:
        yield collector
    finally:
        await server.stop(0)
