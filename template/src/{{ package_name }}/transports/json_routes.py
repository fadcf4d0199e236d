"""JSON-RPC and REST: the SDK's routes, with the checks that they leave out."""

from collections.abc import Callable

from a2a.server.request_handlers import RequestHandler
from a2a.server.routes import create_jsonrpc_routes, create_rest_routes
from starlette.routing import BaseRoute, Mount, Route

from ..tasks.calls.admission import Admit
from .json_bodies import strict_rest, strict_rpc
from .json_calls import CallContextBuilder, Endpoint, Guard, Refused
from .json_refusals import rest_refusal, rpc_refusal

REST_PREFIX = "/v1"


def json_routes(
    handler: RequestHandler,
    *,
    versions: frozenset[str],
    patience_seconds: float,
    admit: Admit,
    refused: Refused,
) -> list[BaseRoute]:
    """JSON-RPC at `/`, REST under `/v1`, and `/v1/{tenant}` for agents with tenants.

    An open event stream may go on for `patience_seconds` once the server stops.
    """
    legacy = "0.3" in versions
    rpc = create_jsonrpc_routes(
        handler,
        "/",
        context_builder=CallContextBuilder("jsonrpc", versions, refused),
        enable_v0_3_compat=legacy,
        shutdown_grace_period=patience_seconds,
    )
    rest = create_rest_routes(
        handler,
        context_builder=CallContextBuilder("rest", versions, refused),
        enable_v0_3_compat=legacy,
        shutdown_grace_period=patience_seconds,
    )

    rpc_guard = Guard(transport="jsonrpc", admit=admit, refused=refused, answer=rpc_refusal)
    rest_guard = Guard(transport="rest", admit=admit, refused=refused, answer=rest_refusal)

    def rpc_wrapped(endpoint: Endpoint) -> Endpoint:
        return rpc_guard(strict_rpc(endpoint))

    def rest_wrapped(endpoint: Endpoint) -> Endpoint:
        return rest_guard(strict_rest(endpoint))

    return [
        *(_wrapped(route, rpc_wrapped) for route in rpc),
        Mount(REST_PREFIX, routes=[_wrapped(route, rest_wrapped) for route in rest]),
    ]


def _wrapped(route: BaseRoute, wrap: Callable[[Endpoint], Endpoint]) -> BaseRoute:
    if isinstance(route, Mount):
        return Mount(route.path, routes=[_wrapped(inner, wrap) for inner in route.routes])
    assert isinstance(route, Route)
    return Route(route.path, wrap(route.endpoint), methods=list(route.methods or ()))
