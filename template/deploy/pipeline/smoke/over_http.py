"""JSON-RPC and REST, which share a port; each call returns the state of the task, or the trouble."""

from collections.abc import Mapping
from typing import Any

import httpx

PATIENCE_SECONDS = 60  # a model may have to think


def call_rest(address: str, headers: Mapping[str, str], message_id: str, text: str) -> str:
    """Send a message as REST has it."""
    return _post(f"http://{address}/v1/message:send", headers, _message(message_id, text))


def call_jsonrpc(address: str, headers: Mapping[str, str], message_id: str, text: str) -> str:
    """Send a message as JSON-RPC has it."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage"}
    return _post(f"http://{address}/", headers, request | {"params": _message(message_id, text)})


def _message(message_id: str, text: str) -> dict[str, Any]:
    parts = [{"text": text}]
    return {"message": {"messageId": message_id, "role": "ROLE_USER", "parts": parts}}


def _post(url: str, headers: Mapping[str, str], body: dict[str, Any]) -> str:
    try:
        answer = httpx.post(
            url, headers=headers, json=body, timeout=PATIENCE_SECONDS, trust_env=False
        )
        content = answer.json() if answer.is_success else None
    except (httpx.HTTPError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return "UNAUTHENTICATED"
    match content.get("result", content) if isinstance(content, dict) else None:
        case {"task": {"status": {"state": str(state)}}}:
            return state
        case {"message": {}}:
            return "MESSAGE"
    return f"{answer.status_code} {answer.text}"


CALLS = {"JSON-RPC": call_jsonrpc, "REST": call_rest}
