"""gRPC by hand: the bare stub."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, NoReturn

import grpc
from a2a.types import a2a_pb2_grpc
from a2a.utils.grpc_status import status_from_call
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]
from history_answers import VERSION, LostError, UnreachableError, refuse

# A replica that comes back is called again at once, and no other caller shares the connection.
OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 300),
    ("grpc.use_local_subchannel_pool", 1),
]
NOTHING_SENT = "failed to connect to all addresses"


class GrpcWire:
    """A channel of its own."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        self._stub = a2a_pb2_grpc.A2AServiceStub(self._channel)
        self._metadata = [(name.lower(), value) for name, value in {**VERSION, **headers}.items()]

    async def call(self, operation: str, request: Message, *, seconds: float) -> Any:
        """The answer, unless it takes longer."""
        method = getattr(self._stub, operation)
        try:
            return await method(request, metadata=self._metadata, timeout=seconds)
        except grpc.aio.AioRpcError as error:
            _raise(error)

    async def stream(self, operation: str, request: Message) -> AsyncGenerator[Any, None]:
        """Events as they come."""
        call = getattr(self._stub, operation)(request, metadata=self._metadata)
        try:
            while (event := await call.read()) is not grpc.aio.EOF:
                yield event
        except grpc.aio.AioRpcError as error:
            _raise(error)
        finally:
            call.cancel()

    async def close(self) -> None:
        """Hang up."""
        await self._channel.close()


def _raise(error: grpc.aio.AioRpcError) -> NoReturn:
    sentence, code = error.details() or "", error.code()
    status = status_from_call(error)
    info = ErrorInfo()
    if status is not None and status.details and status.details[0].Unpack(info):
        refuse(info.reason, sentence)
    if NOTHING_SENT in sentence:
        raise UnreachableError(sentence) from error
    if code in {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.INTERNAL}:
        refuse(code.name, sentence)
    raise LostError(f"{code.name}: {sentence}") from error
