"""Calls over gRPC, with the stubs of `make stubs`: what a process without the SDK would use."""

import importlib
import sys
import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import grpc.aio

from callers import Binding

sys.path.append(str(Path(__file__).resolve().parents[2] / "build" / "stubs"))
try:
    messages = importlib.import_module("a2a_pb2")
    services = importlib.import_module("a2a_pb2_grpc")
except ModuleNotFoundError as error:
    raise SystemExit(f"{error}: run `make stubs` first") from None

VERSION = ("a2a-version", "1.0")


class GrpcCaller:
    """A2A calls; all channels to one target share one HTTP/2 connection, as callers have it."""

    def __init__(self, target: str, headers: Mapping[str, str]) -> None:
        self._channel = grpc.aio.insecure_channel(target, [("grpc.enable_http_proxy", 0)])
        self._stub = services.A2AServiceStub(self._channel)
        self._metadata = (VERSION, *((name.lower(), headers[name]) for name in headers))

    async def send(self, text: str) -> str:
        return _state(await self._stub.SendMessage(_request(text), metadata=self._metadata))

    async def stream(self, text: str) -> AsyncIterator[str]:
        async for event in self._stub.SendStreamingMessage(_request(text), metadata=self._metadata):
            yield _state(event)

    async def aclose(self) -> None:
        await self._channel.close()


def _request(text: str) -> Any:
    message = messages.Message(message_id=uuid.uuid4().hex, role=messages.ROLE_USER)
    message.parts.add(text=text)
    return messages.SendMessageRequest(message=message)


def _state(answer: Any) -> str:
    kind = answer.WhichOneof("payload")
    if kind == "message":
        return "MESSAGE"
    if kind == "artifact_update":
        return ""
    return str(messages.TaskState.Name(getattr(answer, kind).status.state))


BINDING = Binding(name="gRPC", endpoint="grpc", connect=GrpcCaller)
