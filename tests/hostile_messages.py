"""Messages of the protocol with any content, and bytes that are hardly messages."""

import math
from typing import Any

from a2a.types import a2a_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

SERVICE = a2a_pb2.DESCRIPTOR.services_by_name["A2AService"]
DEEPEST = 5
INT32 = st.one_of(st.sampled_from([0, 1, -1, 2**31 - 1, -(2**31)]), st.integers(-100, 100))
INT64 = st.sampled_from([0, -1, 2**63 - 1, -(2**63), 253_402_300_800])
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    st.sampled_from(["", "a\0b", "x" * 200, "a\nb", "\u202e", "http://127.0.0.1:1", "../..", "%s"]),
)
SCALARS: dict[int, SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=20),
    FieldDescriptor.TYPE_DOUBLE: st.sampled_from([0.0, 1e308, math.nan, math.inf]),
    FieldDescriptor.TYPE_ENUM: st.sampled_from([0, 1, 2, 99, -1, 2**31 - 1]),
    FieldDescriptor.TYPE_INT32: INT32,
    FieldDescriptor.TYPE_INT64: INT64,
    FieldDescriptor.TYPE_STRING: TEXTS,
}


@st.composite
def messages(draw: DrawFn, kind: Descriptor, depth: int = 0) -> Message:
    """A message with some of its fields, filled with what their types allow."""
    message = GetMessageClass(kind)()
    for field in kind.fields:
        if depth > DEEPEST or not draw(st.booleans()):
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            entry = draw(messages(field.message_type, depth + 1))
            message.MergeFromString(_entry(field.number, entry))
        elif field.message_type is not None and field.is_repeated:
            getattr(message, field.name).append(draw(messages(field.message_type, depth + 1)))
        elif field.message_type is not None:
            inner = getattr(message, field.name)
            inner.SetInParent()
            inner.CopyFrom(draw(messages(field.message_type, depth + 1)))
        elif field.is_repeated:
            getattr(message, field.name).extend(draw(st.lists(SCALARS[field.type], max_size=3)))
        else:
            setattr(message, field.name, draw(SCALARS[field.type]))
    return message


@st.composite
def requests(draw: DrawFn) -> tuple[str, bytes]:
    """The name of an operation, and what is sent to it: a message, most often a broken one."""
    method = draw(st.sampled_from(list(SERVICE.methods)))
    raw = bytearray(draw(messages(method.input_type)).SerializeToString())
    match draw(st.sampled_from(["whole", "changed", "cut", "random"])):
        case "changed":
            for _ in range(draw(st.integers(1, 5))):
                place = draw(st.integers(0, len(raw)))
                raw[place : place + 1] = draw(st.binary(max_size=2))
        case "cut":
            del raw[draw(st.integers(0, len(raw))) :]
        case "random":
            raw = bytearray(draw(st.binary(max_size=60)))
    return method.name, bytes(raw)


def nested(depth: int) -> bytes:
    """A message to send whose data is a list of a list of a list, and so on."""
    value = b"\x08\x00"
    for _ in range(depth):
        value = _field(6, _field(1, value))  # Value.list_value, ListValue.values
    part = _field(4, value)
    message = _field(1, b"m") + b"\x20\x01" + _field(5, part)
    return _field(2, message)


def _entry(number: int, entry: Message) -> bytes:
    return _field(number, entry.SerializeToString())


def _field(number: int, content: bytes) -> bytes:
    size, length = b"", len(content)
    while length > 0x7F:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content
