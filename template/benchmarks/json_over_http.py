"""What the two JSON bindings share: the connections, the message, and how an answer is read."""

import functools
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from callers import CallError

OK = 200


tls_context = functools.cache(ssl.create_default_context)  # 20 ms each, if every client made one


def connected(target: str, headers: Mapping[str, str]) -> httpx.AsyncClient:
    """Return a client with one connection, which stays open."""
    return httpx.AsyncClient(
        base_url=target if "://" in target else f"http://{target}",
        headers={"A2A-Version": "1.0", **headers},
        limits=httpx.Limits(max_connections=1),
        timeout=None,  # noqa: S113 - the driver limits every call
        trust_env=False,  # a proxy would be measured as well
        verify=tls_context(),
    )


def message(text: str) -> dict[str, Any]:
    """Return the parameters of one SendMessage."""
    return {
        "message": {"messageId": uuid.uuid4().hex, "role": "ROLE_USER", "parts": [{"text": text}]}
    }


def state(answer: dict[str, Any]) -> str:
    """Return the task state in a response or an event, or "" if it has none."""
    if "message" in answer:
        return "MESSAGE"
    task = answer.get("task") or answer.get("statusUpdate") or {}
    return str(task.get("status", {}).get("state", ""))


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    """Return the JSON that answers a POST."""
    response = await client.post(path, json=body)
    if response.status_code != OK:
        raise CallError(f"HTTP {response.status_code}: {response.text}")
    return response.json()


async def events(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> AsyncIterator[Any]:
    """Yield the JSON of each server-sent event that answers a POST."""
    async with client.stream("POST", path, json=body) as response:
        if response.status_code != OK:
            await response.aread()
            raise CallError(f"HTTP {response.status_code}: {response.text}")
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))
