"""The spans of HTTP: of requests that come in, and of those that go out.

OpenTelemetry's own middleware takes four times as long, and tells of query strings and exceptions.
"""

import os
from typing import Any

import httpx
from opentelemetry import context, trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor, RequestInfo
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...tasks.push.post import DISCREET

# The conventions of OpenTelemetry for HTTP servers.
METHOD = "http.request.method"
STATUS = "http.response.status_code"
PATH = "url.path"
SCHEME = "url.scheme"
OTHER = "_OTHER"

METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
CARRIERS = {b"traceparent", b"tracestate"}
PATH_LENGTH = 256
SERVER_ERROR = 500
# Lets the instrumentation of httpx use the same conventions.
STABLE_NAMES = ("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
PROPAGATOR = TraceContextTextMapPropagator()


class HttpTraces:
    """Continues the trace of the caller (W3C Trace Context), or begins one."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        span = self._begin(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and span.is_recording():
                span.set_attribute(STATUS, message["status"])
                if message["status"] >= SERVER_ERROR:
                    span.set_status(StatusCode.ERROR)
            await send(message)

        with trace.use_span(
            span, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            await self._app(scope, receive, sending)

    def _begin(self, scope: Scope) -> Span:
        carrier = {
            name.decode(): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in CARRIERS
        }
        method = scope["method"] if scope["method"] in METHODS else OTHER
        return self._tracer.start_span(
            "HTTP" if method == OTHER else method,
            PROPAGATOR.extract(carrier, context.Context()),
            SpanKind.SERVER,
            {METHOD: method, PATH: scope["path"][:PATH_LENGTH], SCHEME: scope["scheme"]},
        )


def outgoing() -> HTTPXClientInstrumentor:
    """Lets the HTTP requests of this process carry the trace on."""
    os.environ.setdefault(*STABLE_NAMES)
    return _Outgoing()


class _Outgoing(HTTPXClientInstrumentor):
    def _instrument(self, **options: Any) -> None:
        super()._instrument(async_request_hook=_shorten, **options)


async def _shorten(span: Span, request: RequestInfo) -> None:
    # Some receivers of push notifications are known by a path that is a secret.
    url = request.url
    if isinstance(url, httpx.URL) and (request.extensions or {}).get(DISCREET):
        span.set_attribute("url.full", str(url.copy_with(raw_path=b"/")))
