"""What a request must look like, whatever binding it came over."""

import re

from a2a.server.context import ServerCallContext
from a2a.types import ListTasksRequest, Message, Role, SendMessageRequest, TaskState
from a2a.utils.errors import InvalidParamsError, VersionNotSupportedError
from google.protobuf.message import Message as ProtobufMessage

# State keys that every binding's context builder fills.
VERSION = "a2a_version"
VERSIONS = "a2a_versions"

MAX_ID_LENGTH = 128
MAX_PARTS = 1000


def check(params: ProtobufMessage, context: ServerCallContext) -> None:
    """Raise the A2A error that says what the caller has to change."""
    _check_version(context)
    _check_id("tenant", context.tenant)
    if isinstance(params, SendMessageRequest):
        _check_message(params.message)
        return
    if isinstance(params, ListTasksRequest):
        _check_filters(params)
    for field in ("id", "task_id", "context_id"):
        _check_id(field, getattr(params, field, ""))


def _check_version(context: ServerCallContext) -> None:
    # Major and minor version have to match; no version means 0.3 (spec 3.6.2).
    requested = context.state.get(VERSION) or "0.3"
    accepted = context.state[VERSIONS]
    match = re.fullmatch(r"(\d+\.\d+)(\.\d+)*", requested)
    if match is None or match[1] not in accepted:
        versions = " or ".join(sorted(accepted))
        raise VersionNotSupportedError(
            f"A2A-Version {requested[:32]!r} is not spoken here: send {versions}."
        )


def _check_message(message: Message) -> None:
    for field in ("message_id", "context_id", "task_id"):
        _check_id(f"message.{field}", getattr(message, field))
    if not message.message_id:
        raise InvalidParamsError("message.message_id is missing: send a new one with each message.")
    if message.role != Role.ROLE_USER:
        raise InvalidParamsError("message.role must be ROLE_USER.")
    if not 0 < len(message.parts) <= MAX_PARTS:
        raise InvalidParamsError(f"message.parts must hold 1 to {MAX_PARTS} parts.")
    for number, part in enumerate(message.parts):
        content = part.WhichOneof("content")
        if content is None or (content != "data" and not getattr(part, content)):
            raise InvalidParamsError(
                f"message.parts[{number}] is empty: give it text, raw, url or data."
            )


def _check_filters(params: ListTasksRequest) -> None:
    if params.status not in TaskState.values():
        raise InvalidParamsError(f"status {params.status} is not a task state.")
    try:
        params.status_timestamp_after.ToJsonString()
    except ValueError:
        raise InvalidParamsError("status_timestamp_after is outside the years 1 to 9999.") from None


def _check_id(name: str, value: str) -> None:
    if len(value) > MAX_ID_LENGTH or not value.isprintable():
        raise InvalidParamsError(f"{name} must be at most {MAX_ID_LENGTH} printable characters.")
