"""JSON Schema of the protocol's own messages, as its JSON form writes them."""

from collections.abc import Collection, Iterator
from typing import Any

from google.api.field_behavior_pb2 import (  # type: ignore[import-untyped]
    FieldBehavior,
    field_behavior,
)
from google.protobuf.descriptor import Descriptor, FieldDescriptor

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"
WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Value": {},
}
SCALARS: dict[int, Schema] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.TYPE_INT32: {
        "type": "integer",
        "minimum": -(2**31),
        "maximum": 2**31 - 1,
    },
    FieldDescriptor.TYPE_STRING: {"type": "string"},
}


def reference(message: Descriptor) -> Schema:
    """The schema of a message, where it is used."""
    if message.full_name in WELL_KNOWN:
        return WELL_KNOWN[message.full_name]
    return {"$ref": COMPONENTS + message.name}


def components(*messages: Descriptor) -> dict[str, Schema]:
    """The schemas of these messages, and of all that they hold."""
    found: dict[str, Schema] = {}
    waiting = list(messages)
    while waiting:
        message = waiting.pop()
        if message.full_name not in WELL_KNOWN and message.name not in found:
            found[message.name] = object_schema(message)
            waiting.extend(_inner(message))
    return dict(sorted(found.items()))


def object_schema(message: Descriptor, *, without: Collection[str] = ()) -> Schema:
    """The schema of a message; `without` fields that stand elsewhere in a request."""
    fields = [field for field in message.fields if field.name not in without]
    schema: Schema = {
        "type": "object",
        "properties": {field.json_name: field_schema(field) for field in fields},
    }
    if required := [field.json_name for field in fields if is_required(field)]:
        schema["required"] = required
    for choice in message.oneofs:
        if not choice.name.startswith("_"):  # those are fields that may be absent
            schema["oneOf"] = [{"required": [field.json_name]} for field in choice.fields]
    return schema


def field_schema(field: FieldDescriptor) -> Schema:
    """The schema of a field; a map is an object, and an enum one of its names."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        values = field_schema(field.message_type.fields_by_name["value"])
        return {"type": "object", "additionalProperties": values}
    if field.message_type is not None:
        schema = reference(field.message_type)
    elif field.enum_type is not None:
        schema = {"type": "string", "enum": [value.name for value in field.enum_type.values]}
    else:
        schema = SCALARS[field.type]
    return {"type": "array", "items": schema} if field.is_repeated else schema


def is_required(field: FieldDescriptor) -> bool:
    """Whether the protocol says so."""
    return FieldBehavior.REQUIRED in field.GetOptions().Extensions[field_behavior]


def _inner(message: Descriptor) -> Iterator[Descriptor]:
    for field in message.fields:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            yield from _inner(field.message_type)
        elif field.message_type is not None:
            yield field.message_type
