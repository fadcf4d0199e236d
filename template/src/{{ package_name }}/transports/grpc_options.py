"""What one connection of the gRPC side may do, and how many there may be."""

from typing import Any

MAX_METADATA_BYTES = 16 * 1024
# Calls beyond wait for their turn in the client; each may bring a large message.
MAX_CALLS_PER_CONNECTION = 250
IDLE_SECONDS = 300


def server_options(
    *,
    max_message_bytes: int,
    max_connections: int,
    max_connection_age_seconds: float,
    handshake_timeout_seconds: float,
    patience_seconds: float,
) -> list[tuple[str, Any]]:
    """Options of `grpc.aio.server`."""
    return [
        ("grpc.so_reuseport", 0),  # else a second server on the port starts without an error
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_metadata_size", MAX_METADATA_BYTES),
        ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),  # else between them chance decides
        ("grpc.max_concurrent_streams", MAX_CALLS_PER_CONNECTION),
        ("grpc.max_allowed_incoming_connections", max_connections),
        ("grpc.server_handshake_timeout_ms", _milliseconds(handshake_timeout_seconds)),
        ("grpc.max_connection_idle_ms", _milliseconds(IDLE_SECONDS)),
        ("grpc.max_connection_age_ms", _milliseconds(max_connection_age_seconds)),
        ("grpc.max_connection_age_grace_ms", _milliseconds(patience_seconds)),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        # More often than this, three times in a row, ends a connection (ENHANCE_YOUR_CALM).
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ]


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
