"""JSON-RPC and REST: the SDK's routes, with the checks that they leave out."""

from collections.abc import Callable

from a2a.server.jsonrpc_models import JSONParseError
from a2a.server.request_handlers import RequestHandler
from a2a.server.request_handlers.response_helpers import build_error_response
from a2a.server.routes import create_jsonrpc_routes, create_rest_routes
from a2a.types import TaskState
from a2a.utils.error_handlers import rest_error_handler
from a2a.utils.errors import A2AError, InvalidParamsError, InvalidRequestError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .json_calls import CallContextBuilder, Endpoint, Refused, counting

REST_PREFIX = "/v1"


def json_routes(
    handler: RequestHandler,
    *,
    versions: frozenset[str],
    patience_seconds: float,
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

    def rpc_wrapped(endpoint: Endpoint) -> Endpoint:
        return counting(_strict_rpc(endpoint), "jsonrpc", refused)

    def rest_wrapped(endpoint: Endpoint) -> Endpoint:
        return counting(_strict_rest(endpoint), "rest", refused)

    return [
        *(_wrapped(route, rpc_wrapped) for route in rpc),
        Mount(REST_PREFIX, routes=[_wrapped(route, rest_wrapped) for route in rest]),
    ]


def _wrapped(route: BaseRoute, wrap: Callable[[Endpoint], Endpoint]) -> BaseRoute:
    if isinstance(route, Mount):
        return Mount(route.path, routes=[_wrapped(inner, wrap) for inner in route.routes])
    assert isinstance(route, Route)
    return Route(route.path, wrap(route.endpoint), methods=list(route.methods or ()))


def _strict_rpc(endpoint: Endpoint) -> Endpoint:
    async def checked(request: Request) -> Response:
        call = None
        try:
            call = await _json(request)
            if isinstance(call, dict):
                _check_rpc_id(call)
            if isinstance(call, dict) and isinstance(call.get("params"), dict):
                _check_status(call["params"].get("status"))
        except InvalidRequestError as error:
            return JSONResponse(build_error_response(None, JSONParseError(message=error.message)))
        except A2AError as error:
            call_id = call.get("id") if isinstance(call, dict) else None
            answerable = call_id if isinstance(call_id, str | int) else None
            return JSONResponse(build_error_response(answerable, error))
        return await endpoint(request)

    return checked


def _strict_rest(endpoint: Endpoint) -> Endpoint:
    @rest_error_handler
    async def checked(request: Request) -> Response:
        if request.method == "POST" and await request.body():
            await _json(request)
        _check_status(request.query_params.get("status"))
        return await endpoint(request)

    return checked


async def _json(request: Request) -> object:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        raise InvalidRequestError("The body is not JSON in UTF-8.") from None


def _check_rpc_id(call: dict[str, object]) -> None:
    # The answer has to repeat the id; what UTF-8 cannot write must not run first.
    try:
        str(call.get("id")).encode()
    except UnicodeEncodeError:
        del call["id"]
        raise InvalidParamsError("id must be a text that UTF-8 can express.") from None


def _check_status(status: object) -> None:
    # Protobuf's JSON parser reads an unknown name as 'no filter'.
    known = isinstance(status, int) or status in {None, "", *TaskState.keys()}
    if not known:
        raise InvalidParamsError(f"status {str(status)[:64]!r} is not a task state.")
