"""The page that scrapers read: OpenMetrics, with exemplars, for those that ask for it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

OPENMETRICS = "application/openmetrics-text"
# The page repeats itself so much that higher levels save little.
GZIP_LEVEL = 1


def exposition(path: str, registry: CollectorRegistry, *, look: Callable[[], None]) -> Route:
    """Serve what the registry holds once `look` has brought it up to date.

    The page is written in a thread of its own: a long one takes 30 ms, and the threads that asyncio
    lends out may all be taken by the agent's logic, which is when people want to see the page.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="metrics")

    async def page(request: Request) -> Response:
        wants = request.headers.get("accept", "").lower()
        look()  # here, because what it looks at belongs to the event loop
        loop = asyncio.get_running_loop()
        if OPENMETRICS in wants:
            text = await loop.run_in_executor(thread, openmetrics.generate_latest, registry)
            return Response(text, media_type=openmetrics.CONTENT_TYPE_LATEST)
        text = await loop.run_in_executor(thread, generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Route(path, page, middleware=[Middleware(GZipMiddleware, compresslevel=GZIP_LEVEL)])
