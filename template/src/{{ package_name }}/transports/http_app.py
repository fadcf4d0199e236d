"""The HTTP side as an ASGI application: routes in, limits and compression around them."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware

# Higher levels hold megabytes for each open stream, and cost as much as the rest of a call.
LEVEL = 1
# What fits into one packet does not get faster by being smaller.
MINIMUM_BYTES = 1400


def http_app(
    routes: Sequence[BaseRoute], *, max_body_bytes: int, middleware: Sequence[Middleware]
) -> ASGIApp:
    """A larger body is answered with 413; event streams are compressed event by event.

    `middleware` stands around all of it, the first one outermost.
    """
    starlette = Starlette(
        routes=list(routes),
        middleware=[
            Middleware(
                CompressMiddleware,
                minimum_size=MINIMUM_BYTES,
                zstd_level=LEVEL,
                brotli_quality=LEVEL,
                gzip_level=LEVEL,
            ),
            Middleware(RequestBodyLimitMiddleware, max_body_size=max_body_bytes),
        ],
    )
    _redirect_nobody(starlette.router)
    app: ASGIApp = starlette
    # Around Starlette's own, which answers with 500 when all else has failed.
    for kind, arguments, options in reversed(middleware):
        app = kind(app, *arguments, **options)
    return app


def _redirect_nobody(router: Router) -> None:
    # A path with a slash too many would lead to whatever host the caller has named.
    router.redirect_slashes = False
    for route in router.routes:
        if isinstance(route, Mount) and isinstance(route.app, Router):
            _redirect_nobody(route.app)
