"""Routes of the agent's owner: behind the same gate as A2A, and never in its way."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from ..tasks.calls.admission import Admission, Knock, Policy
from ..tasks.calls.call import Call
from ..tasks.calls.principal import caller_of
from ..tasks.calls.refusals import RefusedError
from .http_knock import knock

TRANSPORT = "own"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # of a route that names none


class OwnRouteError(Exception):
    """A route cannot be served; the text is one sentence for the operator."""


class Gate(Policy, Protocol):
    """What stands in front of requests, and in front of what they are for."""

    async def admit(self, knock: Knock) -> Admission:
        """Who it is; raises RefusedError."""


def check(routes: Iterable[BaseRoute], taken: Sequence[BaseRoute]) -> None:
    """Raise OwnRouteError for what would be reached around the gate, or never."""
    for route in routes:
        if not isinstance(route, Route):
            raise OwnRouteError(
                f"agent/routes.py has a {type(route).__name__}: write a Route for each path instead."
            )
        if any(_answers(other, route) for other in taken):
            raise OwnRouteError(
                f"The agent answers {route.path} itself: choose another path in agent/routes.py."
            )


def _answers(other: BaseRoute, route: Route) -> bool:
    scope = {"type": "http", "path": route.path}
    return any(
        other.matches(scope | {"method": method})[0] == Match.FULL
        for method in route.methods or METHODS
    )


def guarded(
    route: Route, gate: Gate, refused: Callable[[str, str], None], *, public: bool
) -> Route:
    """The same route behind the gate; a public one only counts how often its callers come."""
    methods = None if route.methods is None else list(route.methods)
    application = _Guarded(route, gate, refused, public=public)
    return Route(route.path, application, methods=methods, name=route.name)


class _Guarded:
    """An application, because what an owner writes may be anything that a Route takes."""

    def __init__(
        self, route: Route, gate: Gate, refused: Callable[[str, str], None], *, public: bool
    ) -> None:
        self._route = route
        self._gate = gate
        self._refused = refused
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            admission = await self._gate.admit(knock(request, TRANSPORT, public=self._public))
            if not self._public:
                self._authorize(admission)
        except RefusedError as error:
            answer = PlainTextResponse(f"{error.message}\n", error.http_status, error.headers)
            await answer(scope, receive, send)
        else:
            request.state.caller = caller_of(admission.principal)
            await self._route.app(scope, receive, send)

    def _authorize(self, admission: Admission) -> None:
        call = Call(
            transport=TRANSPORT,
            operation=self._route.path,
            principal=admission.principal,
            address=admission.address,
        )
        try:
            self._gate.authorize(call, "", "")
        except RefusedError as error:
            self._refused(TRANSPORT, error.reason)
            self._gate.tell(call, error)
            raise
