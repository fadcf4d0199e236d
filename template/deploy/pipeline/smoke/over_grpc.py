"""gRPC; the call returns the state of the task, or the trouble."""

from collections.abc import Mapping

import grpc
from a2a.types import Message, Part, Role, SendMessageRequest, TaskState, a2a_pb2_grpc

PATIENCE_SECONDS = 60  # a model may have to think


def call_grpc(address: str, headers: Mapping[str, str], message_id: str, text: str) -> str:
    """Send a message as gRPC has it."""
    said = Message(message_id=message_id, role=Role.ROLE_USER, parts=[Part(text=text)])
    with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        send = a2a_pb2_grpc.A2AServiceStub(channel).SendMessage
        try:
            answer = send(
                SendMessageRequest(message=said),
                metadata=tuple(headers.items()),
                timeout=PATIENCE_SECONDS,
            )
        except grpc.RpcError as error:
            return str(error.code().name)
    payload = answer.WhichOneof("payload")
    if payload != "task":
        return str(payload).upper()
    return str(TaskState.Name(answer.task.status.state))


CALLS = {"gRPC": call_grpc}
