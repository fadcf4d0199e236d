"""Health, and what else operators ask for, on a port of their own that callers never reach."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route


def ops_app(ready: Callable[[], bool], routes: Sequence[BaseRoute] = ()) -> Starlette:
    """`/livez`: the event loop turns. `/readyz`: new calls are welcome. `routes` join them."""

    async def livez(_: Request) -> PlainTextResponse:
        return PlainTextResponse("alive\n")

    async def readyz(_: Request) -> PlainTextResponse:
        if ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", status_code=503)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), *routes])
