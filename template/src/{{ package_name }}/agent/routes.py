"""Routes of your own on the HTTP side, beside those of A2A. This file is yours.

`Route("/report", report)` calls `async def report(request: Request) -> Response`.
"""

from starlette.routing import Route

# For callers whom the agent admits: `request.state.caller` is the Caller that a Turn knows.
ROUTES: list[Route] = []

# For everybody, like a webhook that checks a signature itself; only how often they come is bounded.
PUBLIC_ROUTES: list[Route] = []
