"""What every gRPC call passes first: a door that closes, and asks who is there."""

import inspect
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeAlias
from urllib.parse import unquote

import grpc
from google.protobuf.message import DecodeError

from ..tasks.admission import Admission, Admit, Knock
from ..tasks.refusals import RefusedError
from .grpc_refusals import Context, refuse

TRANSPORT = "grpc"
# Probes ask without saying who they are.
HEALTH = "/grpc.health."

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"

admission: ContextVar[Admission] = ContextVar("admission")


class Door(grpc.aio.ServerInterceptor):
    """Open until the server stops; then new calls end as UNAVAILABLE, which is safe to repeat."""

    def __init__(self, *, admit: Admit, refused: Callable[[str, str], None]) -> None:
        self.closed = False
        self._admit = admit
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
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        return self._guarded(handler, public=handler_call_details.method.startswith(HEALTH))

    def _guarded(self, handler: "grpc.RpcMethodHandler[Any, Any]", *, public: bool) -> Handler:
        behaviour: Any = handler.unary_unary or handler.unary_stream or handler.stream_stream
        parse: Any = handler.request_deserializer

        async def answer(raw: bytes, context: Context) -> Any:
            await self._let_in(context, public=public)
            return await behaviour(await self._read(parse, raw, context), context)

        async def stream(raw: Any, context: Context) -> AsyncIterator[Any]:
            await self._let_in(context, public=public)
            if handler.request_streaming:
                request = self._read_all(parse, raw, context)
            else:
                request = await self._read(parse, raw, context)
            async for response in behaviour(request, context):
                yield response

        serialize = handler.response_serializer
        if handler.request_streaming:
            return grpc.stream_stream_rpc_method_handler(stream, None, serialize)
        if handler.response_streaming:
            # What is no generator writes by itself, as gRPC's own health service does.
            served = answer if inspect.iscoroutinefunction(behaviour) else stream
            return grpc.unary_stream_rpc_method_handler(served, None, serialize)
        return grpc.unary_unary_rpc_method_handler(answer, None, serialize)

    async def _let_in(self, context: Context, *, public: bool) -> None:
        if public:
            return
        try:
            admission.set(await self._admit(_knock(context)))
        except RefusedError as error:
            await refuse(context, error)

    async def _read(self, parse: Any, raw: bytes, context: Context) -> Any:
        # gRPC itself would call it UNKNOWN, tell the exception and log it as an error of ours.
        try:
            return parse(raw)
        except DecodeError:
            self._refused(TRANSPORT, "parse")
            text = "The message cannot be read as its type."
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)

    async def _read_all(
        self, parse: Any, raws: AsyncIterator[bytes], context: Context
    ) -> AsyncIterator[Any]:
        async for raw in raws:
            yield await self._read(parse, raw, context)

    async def _refuse(self, _: Any, context: Context) -> None:
        self._refused(TRANSPORT, "draining")
        await context.abort(grpc.StatusCode.UNAVAILABLE, "The agent is shutting down.")


def _knock(context: Context) -> Knock:
    metadata = context.invocation_metadata() or ()

    def values(name: str) -> list[str]:
        return [str(value) for key, value in metadata if key == name]

    address = unquote(context.peer()).partition(":")[2].rpartition(":")[0].strip("[]")
    certificates = [*context.auth_context().get("x509_pem_cert", ())]
    return Knock(
        transport=TRANSPORT,
        address=address,
        values=values,
        certificate=ssl.PEM_cert_to_DER_cert(certificates[0].decode()) if certificates else None,
    )
