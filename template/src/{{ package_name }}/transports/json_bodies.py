"""What a JSON-RPC or REST request must look like before the SDK reads it.

The SDK repeats the words of its parsers to callers; these here are ours.
"""

import json
import logging
from codecs import BOM_UTF8
from collections.abc import Mapping

from a2a.server.jsonrpc_models import JSONParseError, JSONRPCError, MethodNotFoundError
from a2a.server.request_handlers.response_helpers import build_error_response
from a2a.types import TaskState
from a2a.utils.error_handlers import build_rest_error_payload, rest_error_handler
from a2a.utils.errors import (
    JSON_RPC_ERROR_CODE_MAP,
    A2AError,
    InvalidParamsError,
    InvalidRequestError,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..tasks.calls.call import CALL, Call
from .json_calls import Endpoint
from .json_sizes import check_size

# Logs as an error of ours, with a trace, what a caller has mistyped.
DISPATCHER = logging.getLogger("a2a.server.routes.jsonrpc_dispatcher")
NO_JSON = "The body is not JSON in UTF-8."
UNREADABLE = "The message cannot be read as its type."
MEMBERS = {"jsonrpc", "id", "method", "params"}
BAD_REQUEST = 400
# What the SDK makes of errors that it knows, and of others, before a call begins.
BY_THE_PARSER = {BAD_REQUEST, 500}


def strict_rpc(endpoint: Endpoint) -> Endpoint:
    """Answer what is no call of JSON-RPC 2.0, or not of the type that its method takes."""

    DISPATCHER.addFilter(_is_ours)

    async def checked(request: Request) -> Response:
        try:
            call = await _json(request)
        except InvalidRequestError:
            return _rpc_error(None, JSONParseError(message=NO_JSON))
        except InvalidParamsError as error:
            return _rpc_error(None, error)
        call_id = call.get("id") if isinstance(call, dict) else None
        try:
            _check_call(call)
        except A2AError as error:
            return _rpc_error(call_id if _is_id(call_id) else None, error)
        if isinstance(call, dict) and call["method"].startswith("rpc."):
            return _rpc_error(call_id, MethodNotFoundError())
        response = await endpoint(request)
        if not _begun(request) and _says(response, InvalidParamsError):
            return _rpc_error(call_id, InvalidParamsError(UNREADABLE))
        return response

    return checked


def strict_rest(endpoint: Endpoint) -> Endpoint:
    """Answer bodies that are not JSON, and what the SDK cannot read."""

    @rest_error_handler
    async def checked(request: Request) -> Response:
        if request.method == "POST" and await request.body():
            _check_tenant(request, await _json(request))
        _check_tenant(request, request.query_params)
        _check_status(request.query_params.get("status"))
        response = await endpoint(request)
        if response.status_code in BY_THE_PARSER and not _begun(request):
            unreadable = build_rest_error_payload(InvalidParamsError(UNREADABLE))
            return JSONResponse(unreadable, status_code=BAD_REQUEST)
        return response

    return checked


async def _json(request: Request) -> object:
    # The parser of Python would also take UTF-16, UTF-32, and halves of characters.
    body = await request.body()
    try:
        if body.startswith(BOM_UTF8) or "\0" in body.decode():
            raise InvalidRequestError(NO_JSON)
        parsed: object = await request.json()
    except (ValueError, RecursionError):
        raise InvalidRequestError(NO_JSON) from None
    check_size(body, parsed)
    return parsed


def _check_call(call: object) -> None:
    if not isinstance(call, dict):
        raise InvalidRequestError("Send one call at a time, as an object.")
    if not _is_id(call.get("id")):
        raise InvalidParamsError("id must be a text that UTF-8 can express, or a whole number.")
    if call.get("jsonrpc") != "2.0" or not call.keys() <= MEMBERS:
        raise InvalidRequestError('A call has jsonrpc "2.0", method, params and id, and no more.')
    if not isinstance(call.get("method"), str) or not call["method"]:
        raise InvalidRequestError("method must be the name of an operation.")
    params = call.get("params", {})
    if not isinstance(params, dict):
        raise InvalidParamsError("params must be an object.")
    if call["method"] == "ListTasks":
        _check_status(params.get("status"))


def _is_ours(record: logging.LogRecord) -> bool:
    return record.msg != "Failed to parse request params"


def _begun(request: Request) -> bool:
    call: Call | None = request.scope.get(CALL)
    return call is not None and bool(call.operation or call.outcome)


def _says(response: Response, error: type[A2AError]) -> bool:
    body = getattr(response, "body", b"{}")
    code = json.loads(bytes(body)).get("error", {}).get("code")
    return bool(code == JSON_RPC_ERROR_CODE_MAP[error])


def _is_id(value: object) -> bool:
    # The answer has to repeat it; what UTF-8 cannot write must not run first.
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        return False
    return str(value).isascii() or _is_text(str(value))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_tenant(request: Request, told: object) -> None:
    # The SDK takes the one of the path, and passes over any other without a word.
    tenant = told.get("tenant") if isinstance(told, Mapping) else None
    if tenant and tenant != request.path_params.get("tenant"):
        raise InvalidParamsError("tenant belongs into the path: /v1/TENANT/... .")


def _check_status(status: object) -> None:
    # Protobuf's JSON parser reads an unknown name as 'no filter'.
    if isinstance(status, str) and status not in {"", *TaskState.keys()}:
        raise InvalidParamsError(f"status {status[:64]!r} is not a task state.")


def _rpc_error(call_id: str | int | None, error: A2AError | JSONRPCError) -> Response:
    return JSONResponse(build_error_response(call_id, error))
