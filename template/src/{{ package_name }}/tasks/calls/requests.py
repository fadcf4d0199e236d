"""What a request must look like, whatever binding it came over."""

import re

from a2a.server.context import ServerCallContext
from a2a.types import (
    ListTasksRequest,
    ListTasksResponse,
    Message,
    Role,
    SendMessageRequest,
    Task,
    TaskState,
)
from a2a.utils.errors import InvalidParamsError, VersionNotSupportedError
from google.protobuf.json_format import MessageToDict, SerializeToJsonError
from google.protobuf.message import DecodeError, EncodeError
from google.protobuf.message import Message as ProtobufMessage

from .call import call_of
from .required import check_required
from .sizes import check_values

SKILL_ID = "skillId"  # metadata key
MAX_ID_LENGTH = 128
MAX_PARTS = 1000


def check(params: ProtobufMessage, context: ServerCallContext) -> None:
    """Raise the A2A error that says what the caller has to change."""
    _check_id("tenant", context.tenant)
    if isinstance(params, SendMessageRequest):
        _check_message(params.message)
        _check_values(params)
    else:
        if isinstance(params, ListTasksRequest):
            _check_filters(params)
        for field in ("id", "task_id", "context_id"):
            _check_id(field, getattr(params, field, ""))
    check_required(params)


def check_version(context: ServerCallContext) -> None:
    """Major and minor version have to match; no version means 0.3 (spec 3.6.2)."""
    requested, accepted = call_of(context).version, call_of(context).versions
    match = re.fullmatch(r"(\d+\.\d+)(\.\d+)*", requested or "0.3")
    if match is None or match[1] not in accepted:
        named = (
            f"A2A-Version {requested[:32]!r} is not supported" if requested else "No A2A-Version"
        )
        raise VersionNotSupportedError(f"{named}: send {' or '.join(sorted(accepted))}.")


def skill_of(params: ProtobufMessage) -> str:
    """Which skill the metadata of a message asks for; empty when it names none."""
    if isinstance(params, SendMessageRequest):
        for told in (params.message, params):
            if told.HasField("metadata") and SKILL_ID in told.metadata.fields:
                return told.metadata.fields[SKILL_ID].string_value
    return ""


def _check_message(message: Message) -> None:
    for field in ("message_id", "context_id", "task_id"):
        _check_id(f"message.{field}", getattr(message, field))
    if not message.message_id:
        raise InvalidParamsError("message.message_id is missing: send a new one with each message.")
    if message.role != Role.ROLE_USER:
        raise InvalidParamsError("message.role must be ROLE_USER.")
    if not 0 < len(message.parts) <= MAX_PARTS:
        raise InvalidParamsError(f"message.parts must hold 1 to {MAX_PARTS} parts.")
    for field in ("extensions", "reference_task_ids"):
        if len(getattr(message, field)) > MAX_PARTS:
            raise InvalidParamsError(f"message.{field} must hold at most {MAX_PARTS} entries.")
    for number, part in enumerate(message.parts):
        content = part.WhichOneof("content")
        if content is None or (content != "data" and not getattr(part, content)):
            raise InvalidParamsError(
                f"message.parts[{number}] is empty: give it text, raw, url or data."
            )


def _check_values(params: SendMessageRequest) -> None:
    message = params.message
    holders = (params, message, *message.parts)
    if not any(told.HasField("metadata") for told in holders) and not any(
        part.HasField("data") for part in message.parts
    ):
        return
    check_values(params)
    # What cannot be written again would break every answer that holds it, lists included.
    try:
        MessageToDict(params)
        deepest = ListTasksResponse(tasks=[Task(history=[message])])
        ListTasksResponse.FromString(deepest.SerializeToString())
    except (SerializeToJsonError, DecodeError, EncodeError, RecursionError):
        raise InvalidParamsError(
            "message holds data that JSON cannot express: no NaN, no Infinity, no deep nesting."
        ) from None


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
