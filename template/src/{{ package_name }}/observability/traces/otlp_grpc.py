"""Sends spans over gRPC."""

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExporter

from .otlp_spans import keep_values_back


def span_exporter(endpoint: str) -> SpanExporter | None:
    """To the collector at this address; headers and certificates are those of OTEL_EXPORTER_*."""
    keep_values_back()
    return OTLPSpanExporter(endpoint) if endpoint else None
