"""What answers tell browsers and caches that happen to come by."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ResponseHeaders:
    """Adds what is the same on all answers of an API; answers that may be cached say so themselves.

    `hsts_seconds` is how long browsers insist on TLS; 0 says nothing, for agents without it.
    """

    def __init__(self, app: ASGIApp, *, hsts_seconds: int) -> None:
        self._app = app
        self._added = [(b"x-content-type-options", b"nosniff")]
        if hsts_seconds:
            value = f"max-age={hsts_seconds}".encode()
            self._added.append((b"strict-transport-security", value))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=[*message.get("headers", ()), *self._added])
                headers.setdefault("cache-control", "no-store")
                message["headers"] = headers.raw
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
