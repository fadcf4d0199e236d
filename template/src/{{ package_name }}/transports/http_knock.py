"""Requests over HTTP, as those see them who decide whether to let them in."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ..tasks.calls.admission import Admit, Knock
from ..tasks.calls.refusals import RefusedError


def knock(request: Request, transport: str, *, public: bool = False) -> Knock:
    """What is known of a request before its body is read."""
    return Knock(
        transport=transport,
        address=request.client.host if request.client else "",
        values=request.headers.getlist,
        certificate=request.scope.get("extensions", {}).get("tls", {}).get("client_certificate"),
        public=public,
    )


def public(route: Route, admit: Admit, transport: str) -> Route:
    """The same route for everybody who does not come too often."""

    async def admitted(request: Request) -> Response:
        try:
            await admit(knock(request, transport, public=True))
        except RefusedError as error:
            return PlainTextResponse(f"{error.message}\n", error.http_status, error.headers)
        response: Response = await route.endpoint(request)
        return response

    return Route(route.path, admitted, methods=list(route.methods or ()))
