"""What a JSON-RPC or REST request tells of its call, and requests that never become one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from a2a.auth.user import User
from a2a.server.context import ServerCallContext
from a2a.server.routes.common import DefaultServerCallContextBuilder
from a2a.utils.constants import VERSION_HEADER
from a2a.utils.errors import VersionNotSupportedError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..tasks.calls.admission import Admission, Admit
from ..tasks.calls.call import CALL, Call
from ..tasks.calls.refusals import RefusedError
from ..tasks.calls.requests import check_version
from .http_knock import knock
from .json_streams import RefusalAnswer, in_words

Endpoint = Callable[[Request], Awaitable[Response]]
Refused = Callable[[str, str], None]

ADMISSION = "admission"  # scope key


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
        admission: Admission = request.scope[ADMISSION]
        call = Call(
            transport=self._transport,
            address=admission.address,
            version=version,
            versions=self._versions,
        )
        context.state[CALL] = request.scope[CALL] = call
        try:
            check_version(context)  # before the SDK does, which knows the major version only
        except VersionNotSupportedError:
            call.outcome = "rejected"
            self._refused(self._transport, "version")
            raise
        return context

    def build_user(self, request: Request) -> User:
        """Who has been admitted."""
        admission: Admission = request.scope[ADMISSION]
        return admission.principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Stands in front of the endpoints of one binding."""

    transport: str
    admit: Admit
    refused: Refused
    answer: RefusalAnswer

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, for those who are admitted."""

        async def guarded(request: Request) -> Response:
            try:
                request.scope[ADMISSION] = await self.admit(knock(request, self.transport))
            except RefusedError as refusal:
                return self.answer(refusal, None)
            response = await self._counted(endpoint, request)
            call: Call | None = request.scope.get(CALL)
            return response if call is None else in_words(response, call, self.answer)

        return guarded

    async def _counted(self, endpoint: Endpoint, request: Request) -> Response:
        """Tell of requests that are too large, and of those that no operation is found in."""
        try:
            await request.body()  # 413 here, before the SDK makes an answer of its own of it
        except HTTPException:
            self.refused(self.transport, "size")
            raise
        response = await endpoint(request)
        call: Call | None = request.scope.get(CALL)
        begun = call is not None and (call.operation or call.outcome)
        if not begun and hasattr(response, "body"):  # the call of an event stream begins later
            self.refused(self.transport, "parse")
        return response
