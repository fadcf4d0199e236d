"""Sends spans over gRPC."""

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExporter


def span_exporter(endpoint: str) -> SpanExporter | None:
    """To the collector at this address; headers and certificates are those of OTEL_EXPORTER_*."""
    return OTLPSpanExporter(endpoint) if endpoint else None
