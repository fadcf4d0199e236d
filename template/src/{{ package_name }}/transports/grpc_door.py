"""What every gRPC call passes first: a door that closes, and a parser that answers."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

TRANSPORT = "grpc"

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


class Door(grpc.aio.ServerInterceptor):
    """Open until the server stops; then new calls end as UNAVAILABLE, which is safe to repeat."""

    def __init__(self, refused: Callable[[str, str], None]) -> None:
        self.closed = False
        self._refused = refused
        self._refusal: Handler = grpc.unary_unary_rpc_method_handler(self._refuse)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The handler of the method, or the refusal, which does for streams as well."""
        if self.closed:
            return self._refusal
        return self._parsing(await continuation(handler_call_details))

    def _parsing(self, handler: Handler) -> Handler:
        # gRPC itself would call it UNKNOWN, tell the exception and log it as an error of ours.
        if handler is None or handler.request_streaming:
            return handler

        parse: Any = handler.request_deserializer
        behaviour: Any = handler.unary_stream or handler.unary_unary

        async def parsed(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            try:
                return parse(raw)
            except DecodeError:
                self._refused(TRANSPORT, "parse")
                text = "The message cannot be read as its type."
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)

        async def answer(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            return await behaviour(await parsed(raw, context), context)

        async def stream(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            request = await parsed(raw, context)
            async for response in behaviour(request, context):
                yield response

        if handler.response_streaming:
            serializer = handler.response_serializer
            return grpc.unary_stream_rpc_method_handler(stream, None, serializer)
        return grpc.unary_unary_rpc_method_handler(answer, None, handler.response_serializer)

    async def _refuse(self, _: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        self._refused(TRANSPORT, "draining")
        await context.abort(grpc.StatusCode.UNAVAILABLE, "The agent is shutting down.")
