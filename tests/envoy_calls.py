"""Plain calls of an agent behind a balancer, as any program would make them."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
import httpx
from a2a.types import a2a_pb2, a2a_pb2_grpc
from envoy_lab import Balancer

VERSION = {"A2A-Version": "1.0"}
NOTHING: Mapping[str, str] = {}


def message(text: str) -> dict[str, Any]:
    """Something that was never said before."""
    parts = [{"text": text}]
    return {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": parts}


@contextmanager
def http(balancer: Balancer, **options: Any) -> Iterator[httpx.Client]:
    """One connection to the HTTP side."""
    with httpx.Client(base_url=balancer.http(""), headers=VERSION, timeout=60, **options) as client:
        yield client


@contextmanager
def stub(balancer: Balancer) -> Iterator[a2a_pb2_grpc.A2AServiceStub]:
    """One connection to the gRPC side."""
    with grpc.insecure_channel(balancer.grpc, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield a2a_pb2_grpc.A2AServiceStub(channel)


def request(text: str) -> a2a_pb2.SendMessageRequest:
    """The same for a stub."""
    said = a2a_pb2.Message(
        message_id=str(uuid.uuid4()), role=a2a_pb2.ROLE_USER, parts=[a2a_pb2.Part(text=text)]
    )
    return a2a_pb2.SendMessageRequest(message=said)


def send_jsonrpc(balancer: Balancer, text: str, headers: Mapping[str, str] = NOTHING) -> str:
    """The text of the answer, or `failed` with what the balancer says."""
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "SendMessage",
        "params": {"message": message(text)},
    }
    with http(balancer) as client:
        return _text(client.post("/", json=call, headers=headers))


def send_rest(balancer: Balancer, text: str, headers: Mapping[str, str] = NOTHING) -> str:
    """The same over REST."""
    with http(balancer) as client:
        call = {"message": message(text)}
        return _text(client.post("/v1/message:send", json=call, headers=headers))


def send_grpc(balancer: Balancer, text: str, headers: Mapping[str, str] = NOTHING) -> str:
    """The same over gRPC."""
    metadata = [*{name.lower(): value for name, value in {**VERSION, **headers}.items()}.items()]
    with stub(balancer) as service:
        try:
            answer = service.SendMessage(request(text), metadata=metadata, timeout=60)
        except grpc.RpcError as error:
            return f"failed: {error.code().name}"
    return "".join(part.text for part in answer.task.artifacts[0].parts)


SEND: dict[str, Callable[..., str]] = {
    "jsonrpc": send_jsonrpc,
    "rest": send_rest,
    "grpc": send_grpc,
}


def stream_jsonrpc(balancer: Balancer, text: str) -> str:
    """All that a stream says, or why it has ended."""
    params = {"message": message(text)}
    call = {"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": params}
    return _read(balancer, "/", call)


def stream_rest(balancer: Balancer, text: str) -> str:
    """The same over REST."""
    return _read(balancer, "/v1/message:stream", {"message": message(text)})


def stream_grpc(balancer: Balancer, text: str) -> str:
    """The same over gRPC."""
    with stub(balancer) as service:
        events = service.SendStreamingMessage(request(text), metadata=[("a2a-version", "1.0")])
        try:
            return "".join(str(event) for event in events)
        except grpc.RpcError as error:
            return f"failed: {error.code().name}"


STREAM: dict[str, Callable[..., str]] = {
    "jsonrpc": stream_jsonrpc,
    "rest": stream_rest,
    "grpc": stream_grpc,
}


def _read(balancer: Balancer, path: str, call: dict[str, Any]) -> str:
    try:
        with http(balancer) as client:
            return client.post(path, json=call).text
    except httpx.TransportError as error:
        return f"failed: {error}"


def _text(answer: httpx.Response) -> str:
    if not answer.is_success:
        return f"failed: {answer.status_code}"
    body = answer.json()
    parts = body.get("result", body)["task"]["artifacts"][0]["parts"]
    return "".join(part["text"] for part in parts)
