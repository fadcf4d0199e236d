"""gRPC by hand: the bare stub."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import grpc
from a2a.types import a2a_pb2_grpc
from a2a.utils.constants import TransportProtocol
from a2a.utils.grpc_status import status_from_call
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]

from . import ACCEPTED, Caller, Refusal, refusal_of

# Else all channels of a process that trust the same share a connection.
OF_ITS_OWN = [("grpc.use_local_subchannel_pool", 1)]


class GrpcCaller(Caller):
    """Calls the service with the metadata of its choice."""

    binding = TransportProtocol.GRPC

    async def refusal(
        self, operation: str, request: Message, *, version: str | None = "1.0"
    ) -> Refusal:
        """Refused calls end with a status, and with an ErrorInfo in its details."""
        metadata = [*self.headers.items()]
        if version is not None:
            metadata.append(("a2a-version", version))
        async with self._channel(self.url) as channel:
            call = getattr(a2a_pb2_grpc.A2AServiceStub(channel), operation)(
                request, metadata=metadata
            )
            try:
                await call.read() if hasattr(call, "read") else await call
            except grpc.aio.AioRpcError as error:
                return _refusal(error)
            return ACCEPTED

    def _connection(self) -> dict[str, Any]:
        added = [_Adding(self.headers), _AddingToStreams(self.headers)] if self.headers else []
        return {"grpc_channel_factory": partial(self._channel, interceptors=added)}

    def _channel(self, url: str, **options: Any) -> grpc.aio.Channel:
        if self.tls is None:
            return grpc.aio.insecure_channel(url, **options)
        tls = grpc.ssl_channel_credentials(self.tls.authority, self.tls.key, self.tls.chain)
        return grpc.aio.secure_channel(url, tls, OF_ITS_OWN, **options)


class _Adding(grpc.aio.UnaryUnaryClientInterceptor):
    """The SDK's client has no place for metadata of all calls."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """The call with more metadata."""
        return await continuation(_with(self._headers, details), request)


class _AddingToStreams(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    async def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        """The call with more metadata."""
        return await continuation(_with(self._headers, details), request)


def _with(headers: Mapping[str, str], details: Any) -> Any:
    return details._replace(metadata=grpc.aio.Metadata(*(details.metadata or ()), *headers.items()))


def _refusal(error: grpc.aio.AioRpcError) -> Refusal:
    info = ErrorInfo()
    status = status_from_call(error)
    assert status is not None, error
    status.details[0].Unpack(info)
    metadata = {name: str(value) for name, value in error.trailing_metadata()}
    return refusal_of(info.reason, status.message, metadata)
