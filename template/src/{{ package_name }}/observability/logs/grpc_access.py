"""Request ids and access lines on the gRPC side."""

import asyncio
import contextvars
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from urllib.parse import unquote

import grpc
from asgi_correlation_id import correlation_id

from . import correlation
from .access import MAX_USER_AGENT, Answered, log_access
from .exchange import Exchange, current

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"

# Health and reflection: probes and tools, which tell nothing of the agent.
SERVICES_OF_GRPC = "/grpc."
# By whether requests are streamed, and whether responses are.
MAKERS: dict[tuple[bool, bool], Callable[..., Handler]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}
LOOKS: dict[grpc.StatusCode, Answered] = {
    grpc.StatusCode.OK: "ok",
    grpc.StatusCode.CANCELLED: "cancelled",
    grpc.StatusCode.UNKNOWN: "error",
    grpc.StatusCode.INTERNAL: "error",
    grpc.StatusCode.DATA_LOSS: "error",
}


class GrpcAccessLog(grpc.aio.ServerInterceptor):
    """Logs a call when its status is sent, or when the caller has hung up; health checks and reflection never."""

    def __init__(self) -> None:
        # It logs values that are no text as an error, with all that the caller has sent.
        logging.getLogger("grpc._cython.cygrpc").addFilter(_is_no_decoding)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        """The handler of the method with a record of its call around it."""
        method = str(handler_call_details.method)
        if method.startswith(SERVICES_OF_GRPC):
            return await continuation(handler_call_details)
        metadata = dict(handler_call_details.invocation_metadata or ())
        request_id = correlation.accepted(str(metadata.get(correlation.HEADER, "")))
        correlation_id.set(request_id)
        rpc = _Rpc(request_id, str(metadata.get("user-agent", "")))
        current.set(rpc.exchange)
        if (worker := asyncio.current_task()) is not None:
            worker.add_done_callback(lambda _: rpc.end())
        handler = await continuation(handler_call_details)
        rpc.method = method.removeprefix("/") if handler else ""  # never what a caller made up
        return _recorded(handler or NOT_FOUND, rpc)


class _Rpc:
    """One call on the wire, which begins with its metadata and ends once."""

    def __init__(self, request_id: str, user_agent: str) -> None:
        self.exchange = Exchange()
        self.method = ""
        self._request_id = request_id
        self._user_agent = user_agent[:MAX_USER_AGENT]
        self._address = ""
        self._ended = False
        self._context = contextvars.copy_context()

    def begin(self, context: Context) -> None:
        self._context = contextvars.copy_context()  # a trace may have begun
        self._address = unquote(context.peer()).partition(":")[2].rpartition(":")[0].strip("[]")
        # With the status: metadata ahead of it would cost each call another round to the core.
        context.set_trailing_metadata(((correlation.HEADER, self._request_id),))

    def end(self, status: grpc.StatusCode | None = None) -> None:
        if self._ended:
            return
        self._ended = True
        what = self.method or "(unknown)"
        self._context.run(
            log_access,
            self.exchange,
            f"{what} {status.name}" if status else what,
            LOOKS.get(status, "rejected") if status else "cancelled",
            **{
                "rpc.system": "grpc",
                "rpc.method": self.method,
                "rpc.grpc.status_code": status.value[0] if status else None,
                "client.address": self._address,
                "user_agent.original": self._user_agent,
            },
        )


def _recorded(handler: Handler, rpc: _Rpc) -> Handler:
    """The same handler; what it answers, raises and aborts with passes as it is."""

    behaviour: Any = (
        handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
    )

    async def answer(request: Any, context: Context) -> Any:
        rpc.begin(context)
        with _status_of(rpc, context):
            return await behaviour(request, context)

    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        rpc.begin(context)
        with _status_of(rpc, context):
            async for response in behaviour(request, context):
                yield response

    make = MAKERS[handler.request_streaming, handler.response_streaming]
    return make(
        stream if handler.response_streaming else answer,
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )


@contextmanager
def _status_of(rpc: _Rpc, context: Context) -> Iterator[None]:
    status = grpc.StatusCode.UNKNOWN  # gRPC's word for an exception
    try:
        yield
        status = grpc.StatusCode.OK
    except (asyncio.CancelledError, GeneratorExit):
        status = grpc.StatusCode.CANCELLED
        raise
    finally:
        rpc.end(context.code() or status)


async def _not_found(_: Any, context: Context) -> AsyncIterator[Any]:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
    yield


# A stream does for all methods, and gRPC reads nothing of what comes.
NOT_FOUND: Handler = grpc.stream_stream_rpc_method_handler(_not_found)


def _is_no_decoding(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Invalid encoding on")
