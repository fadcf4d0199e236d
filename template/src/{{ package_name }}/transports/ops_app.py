"""Health and metrics, on a port of their own that callers never reach."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def ops_app(ready: Callable[[], bool]) -> Starlette:
    """`/livez`: the event loop turns. `/readyz`: new calls are welcome."""

    async def livez(_: Request) -> PlainTextResponse:
        return PlainTextResponse("alive\n")

    async def readyz(_: Request) -> PlainTextResponse:
        if ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", status_code=503)

    async def metrics(_: Request) -> PlainTextResponse:
        return PlainTextResponse("# EOF\n", media_type="application/openmetrics-text")

    return Starlette(
        routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
    )
