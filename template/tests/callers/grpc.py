"""gRPC by hand: the bare stub."""

from typing import Any

import grpc
from a2a.types import a2a_pb2_grpc
from a2a.utils.constants import TransportProtocol
from a2a.utils.grpc_status import status_from_call
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]

from . import ACCEPTED, Caller, Refusal


class GrpcCaller(Caller):
    """Calls the service with the metadata of its choice."""

    binding = TransportProtocol.GRPC

    async def refusal(
        self, operation: str, request: Message, *, version: str | None = "1.0"
    ) -> Refusal:
        """Refused calls end with a status, and with an ErrorInfo in its details."""
        metadata = () if version is None else (("a2a-version", version),)
        async with grpc.aio.insecure_channel(self.url) as channel:
            call = getattr(a2a_pb2_grpc.A2AServiceStub(channel), operation)(
                request, metadata=metadata
            )
            try:
                await call.read() if hasattr(call, "read") else await call
            except grpc.aio.AioRpcError as error:
                return _refusal(error)
            return ACCEPTED

    def _connection(self) -> dict[str, Any]:
        return {"grpc_channel_factory": grpc.aio.insecure_channel}


def _refusal(error: grpc.aio.AioRpcError) -> Refusal:
    info = ErrorInfo()
    status = status_from_call(error)
    assert status is not None, error
    status.details[0].Unpack(info)
    return Refusal(info.reason, status.message)
