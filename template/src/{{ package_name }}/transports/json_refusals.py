"""Refusals as HTTP answers: the status says it, and the body in the words of each binding."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from ..tasks.calls.refusals import RefusedError

ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
DOMAIN = "a2a-protocol.org"


def rest_refusal(error: RefusedError, _: Response | None = None) -> Response:
    """As REST tells errors (spec 11.6)."""
    body = {
        "code": error.http_status,
        "status": error.status,
        "message": error.message,
        "details": _details(error),
    }
    return JSONResponse({"error": body}, error.http_status, headers=error.headers)


def rpc_refusal(error: RefusedError, answer: Response | None = None) -> Response:
    """As JSON-RPC tells errors (spec 9.5), with the id of the answer that it takes the place of.

    The code is outside of the range that JSON-RPC reserves.
    """
    call_id = None if answer is None else json.loads(bytes(answer.body)).get("id")
    told = {"code": error.http_status, "message": error.message, "data": _details(error)}
    body = {"jsonrpc": "2.0", "id": call_id, "error": told}
    return JSONResponse(body, error.http_status, headers=error.headers)


def _details(error: RefusedError) -> list[dict[str, Any]]:
    return [{"@type": ERROR_INFO, "reason": error.status, "domain": DOMAIN}]
