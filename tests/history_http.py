"""JSON-RPC and REST by hand."""

import json
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
from a2a.types import a2a_pb2
from google.api.annotations_pb2 import http  # type: ignore[import-untyped]
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from history_answers import VERSION, LostError, UnavailableError, UnreachableError, refuse

METHODS = a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].methods_by_name
# httpx reads all certificates of the machine otherwise.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CONNECT_SECONDS = 1.0
SERVICE_UNAVAILABLE = 503


class HttpWire:
    """What both have in common."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={**VERSION, **headers}, verify=NO_TLS
        )

    async def call(self, operation: str, request: Message, *, seconds: float) -> Any:
        """The answer, unless it takes longer."""
        async with self._answer(operation, request, seconds) as response:
            await response.aread()
            return self._told(operation, response.text)

    async def stream(self, operation: str, request: Message) -> AsyncGenerator[Any, None]:
        """Events as they come."""
        async with self._answer(operation, request, None) as response:
            if "text/event-stream" not in response.headers.get("content-type", ""):
                await response.aread()
                self._told(operation, response.text)
                raise LostError("An answer that is no stream")
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    yield self._told(operation, line.removeprefix("data:"))

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    @asynccontextmanager
    async def _answer(
        self, operation: str, request: Message, seconds: float | None
    ) -> AsyncIterator[httpx.Response]:
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
        sending = self._http.stream(**self._request(operation, request), timeout=timeout)
        try:
            async with sending as response:
                if response.status_code == SERVICE_UNAVAILABLE:
                    raise UnavailableError((await response.aread()).decode())
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UnreachableError(repr(error)) from error
        except httpx.TransportError as error:
            raise LostError(repr(error)) from error

    def _told(self, operation: str, text: str) -> Any:
        try:
            told = json.loads(text)
        except json.JSONDecodeError as error:
            raise LostError(f"Not JSON: {text[:80]!r}") from error
        if fault := told.get("error"):
            details = fault.get("data") or fault.get("details") or [{}]
            refuse(details[0].get("reason", ""), fault["message"])
        kind = GetMessageClass(METHODS[operation].output_type)
        return ParseDict(self._result(told), kind(), ignore_unknown_fields=True)

    def _request(self, operation: str, request: Message) -> dict[str, Any]:
        raise NotImplementedError

    def _result(self, told: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


class JsonRpcWire(HttpWire):
    """One address, the operation in the body."""

    def _request(self, operation: str, request: Message) -> dict[str, Any]:
        params = MessageToDict(request)
        body = {"jsonrpc": "2.0", "id": 1, "method": operation, "params": params}
        return {"method": "POST", "url": "/", "json": body}

    def _result(self, told: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = told["result"]
        return result


class RestWire(HttpWire):
    """A verb and an address for each operation, as the protocol's own annotations say."""

    def _request(self, operation: str, request: Message) -> dict[str, Any]:
        rule = METHODS[operation].GetOptions().Extensions[http]
        verb = rule.WhichOneof("pattern")
        fields = MessageToDict(request)
        path = re.sub(
            r"{(\w+)=[^}]*}", lambda match: quote(fields.pop(match[1])), getattr(rule, verb)
        )
        content = {"json": fields} if verb == "post" else {"params": fields}
        return {"method": verb.upper(), "url": f"/v1{path}", **content}

    def _result(self, told: dict[str, Any]) -> dict[str, Any]:
        return told
