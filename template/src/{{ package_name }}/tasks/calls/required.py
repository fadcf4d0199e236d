"""Fields that the protocol requires, as its own descriptors say."""

from functools import cache
from typing import NamedTuple

from a2a.utils.proto_utils import validate_proto_required_fields
from google.api.field_behavior_pb2 import (  # type: ignore[import-untyped]
    FieldBehavior,
    field_behavior,
)
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message


class Plan(NamedTuple):
    """Names of fields: not empty, present, messages to look into, and lists of such messages."""

    filled: tuple[str, ...]
    present: tuple[str, ...]
    inner: tuple[str, ...]
    lists: tuple[str, ...]


def check_required(message: Message) -> None:
    """Raise InvalidParamsError that names every field which is missing.

    The SDK reads the descriptors anew for each message, which takes longer than all other checks
    together; so only those that are incomplete are shown to it.
    """
    if not _complete(message):
        validate_proto_required_fields(message)


def _complete(message: Message) -> bool:
    plan = _plan(message.DESCRIPTOR)
    return (
        all(getattr(message, name) for name in plan.filled)
        and all(message.HasField(name) for name in plan.present)
        and all(_complete(getattr(message, name)) for name in plan.inner if message.HasField(name))
        and all(_complete(item) for name in plan.lists for item in getattr(message, name))
    )


@cache
def _plan(descriptor: Descriptor) -> Plan:
    fields = descriptor.fields
    required = [field for field in fields if _is_required(field)]
    inner = [field for field in fields if _has_requirements(field.message_type)]
    return Plan(
        filled=tuple(field.name for field in required if not field.has_presence),
        present=tuple(field.name for field in required if field.has_presence),
        inner=tuple(field.name for field in inner if not field.is_repeated),
        lists=tuple(field.name for field in inner if field.is_repeated),
    )


@cache
def _has_requirements(descriptor: Descriptor | None) -> bool:
    if descriptor is None or descriptor.full_name.startswith("google.protobuf."):
        return False
    return any(
        _is_required(field) or _has_requirements(field.message_type) for field in descriptor.fields
    )


def _is_required(field: FieldDescriptor) -> bool:
    return FieldBehavior.REQUIRED in field.GetOptions().Extensions[field_behavior]
