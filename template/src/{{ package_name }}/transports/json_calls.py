"""What a JSON-RPC or REST request tells of its call, and requests that never become one."""

from collections.abc import Awaitable, Callable

from a2a.server.context import ServerCallContext
from a2a.server.routes.common import DefaultServerCallContextBuilder
from a2a.utils.constants import VERSION_HEADER
from a2a.utils.errors import VersionNotSupportedError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..tasks.call import CALL, Call
from ..tasks.requests import check_version

Endpoint = Callable[[Request], Awaitable[Response]]
Refused = Callable[[str, str], None]


class CallContextBuilder(DefaultServerCallContextBuilder):
    """Reads the protocol version from the header or the query (spec 3.6.1)."""

    def __init__(self, transport: str, versions: frozenset[str], refused: Refused) -> None:
        self._transport = transport
        self._versions = versions
        self._refused = refused

    def build(self, request: Request) -> ServerCallContext:
        """The context of one call."""
        context = super().build(request)
        header = VERSION_HEADER
        version = request.headers.get(header) or request.query_params.get(header, "")
        context.state["headers"][header.lower()] = version  # where the SDK looks for it
        call = Call(transport=self._transport, version=version, versions=self._versions)
        context.state[CALL] = request.scope[CALL] = call
        try:
            check_version(context)  # before the SDK does, which knows the major version only
        except VersionNotSupportedError:
            call.outcome = "rejected"
            self._refused(self._transport, "version")
            raise
        return context


def counting(endpoint: Endpoint, transport: str, refused: Refused) -> Endpoint:
    """Tell of requests that are too large, and of those that no operation is found in."""

    async def counted(request: Request) -> Response:
        try:
            await request.body()  # 413 here, before the SDK makes an answer of its own of it
        except HTTPException:
            refused(transport, "size")
            raise
        response = await endpoint(request)
        call: Call | None = request.scope.get(CALL)
        begun = call is not None and (call.operation or call.outcome)
        if not begun and hasattr(response, "body"):  # the call of an event stream begins later
            refused(transport, "parse")
        return response

    return counted
