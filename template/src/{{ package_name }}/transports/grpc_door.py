"""What every gRPC call passes first: a door that closes, and asks who is there."""

import asyncio
import inspect
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeAlias
from urllib.parse import unquote

import grpc
from google.protobuf.message import DecodeError

from ..tasks.calls.admission import Admission, Admit, Knock
from ..tasks.calls.refusals import RefusedError
from .grpc_refusals import Context, refuse

TRANSPORT = "grpc"
# Probes ask without saying who they are.
HEALTH = "/grpc.health."
MAX_PUBLIC_CALLS = 32
MAX_PUBLIC_BYTES = 1024

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"

admission: ContextVar[Admission] = ContextVar("admission")


class Door(grpc.aio.ServerInterceptor):
    """Open until the server stops; then new calls end as UNAVAILABLE, which is safe to repeat.

    Nothing of a message is read before its caller is admitted.
    """

    def __init__(
        self, *, admit: Admit, refused: Callable[[str, str], None], timeout_seconds: float
    ) -> None:
        self.closed = False
        self._timeout_seconds = timeout_seconds
        self._on_their_way = 0
        self._admit = admit
        self._refused = refused
        self._refusal: Handler = grpc.stream_stream_rpc_method_handler(self._refuse)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The handler of the method, or the refusal."""
        if self.closed:
            return self._refusal
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        return self._guarded(handler, public=handler_call_details.method.startswith(HEALTH))

    def _guarded(self, handler: "grpc.RpcMethodHandler[Any, Any]", *, public: bool) -> Handler:
        behaviour: Any = handler.unary_unary or handler.unary_stream or handler.stream_stream
        parse: Any = handler.request_deserializer

        async def serve(raws: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
            await self._let_in(context, public=public)
            request: Any = self._read_all(parse, raws, context)
            if not handler.request_streaming:
                raw = await self._first(raws, context, public=public)
                request = await self._read(parse, raw, context)
            # What is no generator answers once, or writes by itself as gRPC's own health does.
            if inspect.iscoroutinefunction(behaviour):
                if (response := await behaviour(request, context)) is not None:
                    yield response
            else:
                async for response in behaviour(request, context):
                    yield response

        # Of anything but a stream, gRPC would read the whole message before it asks us.
        return grpc.stream_stream_rpc_method_handler(serve, None, handler.response_serializer)

    async def _let_in(self, context: Context, *, public: bool) -> None:
        try:
            admission.set(await self._admit(_knock(context, public=public)))
        except RefusedError as error:
            await refuse(context, error)

    async def _first(self, raws: AsyncIterator[bytes], context: Context, *, public: bool) -> bytes:
        """The message of a call that has one; without identity, few may be on their way at a time."""
        if public and self._on_their_way >= MAX_PUBLIC_CALLS:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Try again in a second.")
        self._on_their_way += public
        try:
            async with asyncio.timeout(self._timeout_seconds):
                raw = await anext(aiter(raws))
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "The message did not come.")
        except StopAsyncIteration:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The message is missing.")
        finally:
            self._on_their_way -= public
        if public and len(raw) > MAX_PUBLIC_BYTES:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The message is too long.")
        return raw

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

    async def _refuse(self, _: Any, context: Context) -> AsyncIterator[Any]:
        self._refused(TRANSPORT, "draining")
        await context.abort(grpc.StatusCode.UNAVAILABLE, "The agent is shutting down.")
        yield


def _knock(context: Context, *, public: bool) -> Knock:
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
        public=public,
    )
