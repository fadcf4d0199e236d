"""Request ids and access lines on the HTTP side."""

from collections.abc import Iterable, Iterator, Sequence

from asgi_correlation_id import CorrelationIdMiddleware
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import correlation
from .access import MAX_USER_AGENT, Answered, log_access
from .exchange import Exchange, current

SERVER_ERROR = 500
CLIENT_ERROR = 400


def http_middleware(routes: Sequence[BaseRoute]) -> list[Middleware]:
    """What each request passes through first; `routes` are those of the application."""
    return [
        Middleware(
            CorrelationIdMiddleware,
            header_name=correlation.HEADER,
            validator=None,  # it would log what the transformer mends
            transformer=correlation.accepted,
        ),
        Middleware(HttpAccessLog, templates=dict(_templates(routes))),
    ]


class HttpAccessLog:
    """Logs a request when its answer is complete, or when the caller has hung up."""

    def __init__(self, app: ASGIApp, *, templates: dict[int, str]) -> None:
        self._app = app
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange()
        current.set(exchange)
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = None  # in the middle of its request; nobody is left to read an answer
        except Exception:
            answer.status = answer.status or SERVER_ERROR  # the server says so for us
            raise
        finally:
            self._log(exchange, scope, answer)

    def _log(self, exchange: Exchange, scope: Scope, answer: "_Answer") -> None:
        route = self._templates.get(id(scope.get("route")), "")  # never the path: it holds ids
        address, _ = scope.get("client") or ("", 0)
        log_access(
            exchange,
            f"{scope['method']} {route or '(unknown)'} {answer.status or ''}".rstrip(),
            answer.looks,
            **{
                "http.request.method": scope["method"],
                "http.route": route,
                "http.response.status_code": answer.status,
                "http.response.body.bytes": answer.bytes,
                "client.address": address,
                "user_agent.original": Headers(scope=scope).get("user-agent", "")[:MAX_USER_AGENT],
            },
        )


class _Answer:
    """What has been sent of an answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self.bytes = 0
        self._complete = False

    @property
    def looks(self) -> Answered:
        if self.status is not None and self.status >= SERVER_ERROR:
            return "error"
        if self.status is None or not self._complete:
            return "cancelled"
        return "ok" if self.status < CLIENT_ERROR else "rejected"

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
        await self._send(message)


def _templates(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[int, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _templates(route.routes, prefix + route.path)
        elif isinstance(route, Route):
            yield id(route), prefix + route.path
