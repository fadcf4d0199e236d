"""Print template/proto/a2a.proto from the descriptors that the installed SDK serves with.

Whatever is lost in printing is found by tests/test_proto.py, which compiles the file and compares.
"""

import argparse
import difflib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from a2a.types import a2a_pb2
from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)
from google.protobuf.message import Message

PACKAGE = a2a_pb2.DESCRIPTOR.package
TARGET = Path(__file__).resolve().parent.parent / "template" / "proto" / "a2a.proto"
HEADER = """\
// The A2A protocol, printed from the descriptors of the Python package a2a-sdk: do not edit.
// It is for processes that do not import the SDK; the agent itself uses the SDK's own stubs."""


def file_lines(file: FileDescriptorProto) -> Iterator[str]:
    yield HEADER
    yield ""
    yield f'syntax = "{file.syntax}";'
    yield ""
    yield f"package {file.package};"
    yield ""
    yield from (f'import "{name}";' for name in sorted(file.dependency))
    yield ""
    yield from sorted(option_statements(file.options))
    printers: list[tuple[Iterable[Message], Callable[..., Iterator[str]]]] = [
        (file.service, service_lines),
        (file.message_type, message_lines),
        (file.enum_type, enum_lines),
    ]
    for items, lines in printers:
        for item in items:
            yield ""
            yield from lines(item)


def service_lines(service: ServiceDescriptorProto) -> Iterator[str]:
    body = list(option_statements(service.options))
    for method in service.method:
        body += method_lines(method)
    yield from block(f"service {service.name}", body)


def method_lines(method: MethodDescriptorProto) -> Iterator[str]:
    request = "stream " * method.client_streaming + type_reference(method.input_type)
    response = "stream " * method.server_streaming + type_reference(method.output_type)
    head = f"rpc {method.name}({request}) returns ({response})"
    options = list(option_statements(method.options))
    yield from block(head, options) if options else [f"{head};"]


def message_lines(message: DescriptorProto) -> Iterator[str]:
    maps = {nested.name: nested for nested in message.nested_type if nested.options.map_entry}
    body = [*option_statements(message.options), *reserved_lines(message)]
    for nested in message.nested_type:
        body += message_lines(nested) if nested.name not in maps else []
    for enum in message.enum_type:
        body += enum_lines(enum)
    opened: set[int] = set()
    for field in message.field:
        if not field.HasField("oneof_index") or field.proto3_optional:
            body += field_lines(field, maps)
        elif field.oneof_index not in opened:
            opened.add(field.oneof_index)
            body += oneof_lines(message, field.oneof_index)
    yield from block(f"message {message.name}", body)


def oneof_lines(message: DescriptorProto, index: int) -> Iterator[str]:
    oneof = message.oneof_decl[index]
    body = list(option_statements(oneof.options))
    for field in message.field:
        if field.HasField("oneof_index") and field.oneof_index == index:
            body += field_lines(field, {})
    yield from block(f"oneof {oneof.name}", body)


def field_lines(field: FieldDescriptorProto, maps: dict[str, DescriptorProto]) -> Iterator[str]:
    entry = maps.get(field.type_name.rpartition(".")[2])
    if entry:
        key, value = (type_name(part) for part in entry.field)
        declared = f"map<{key}, {value}>"
    elif field.label == FieldDescriptorProto.LABEL_REPEATED:
        declared = f"repeated {type_name(field)}"
    else:
        declared = "optional " * field.proto3_optional + type_name(field)
    yield from assignment(f"{declared} {field.name} = {field.number}", field_options(field))


def type_name(field: FieldDescriptorProto) -> str:
    scalar = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    return type_reference(field.type_name) if field.type_name else scalar


def type_reference(full_name: str) -> str:
    """Types of the protocol go by their short names, all others by their full names."""
    return full_name.removeprefix(".").removeprefix(f"{PACKAGE}.")


def field_options(field: FieldDescriptorProto) -> Iterator[str]:
    words = field.name.split("_")
    if field.json_name != words[0] + "".join(word.capitalize() for word in words[1:]):
        yield f'json_name = "{field.json_name}"'
    yield from option_values(field.options)


def enum_lines(enum: EnumDescriptorProto) -> Iterator[str]:
    body = [*option_statements(enum.options), *reserved_lines(enum)]
    for value in enum.value:
        body += assignment(f"{value.name} = {value.number}", option_values(value.options))
    yield from block(f"enum {enum.name}", body)


def reserved_lines(owner: DescriptorProto | EnumDescriptorProto) -> Iterator[str]:
    # A message's range excludes its end, an enum's includes it.
    past_end = isinstance(owner, DescriptorProto)
    for numbers in owner.reserved_range:
        last = numbers.end - past_end
        yield f"reserved {numbers.start}" + (f" to {last};" if last > numbers.start else ";")
    yield from (f'reserved "{name}";' for name in owner.reserved_name)


def assignment(declared: str, options: Iterable[str]) -> Iterator[str]:
    *first, last = list(options) or [""]
    if first:
        yield f"{declared} ["
        yield from (f"  {option}," for option in first)
        yield from (f"  {last}", "];")
    else:
        yield f"{declared} [{last}];" if last else f"{declared};"


def option_statements(options: Message) -> Iterator[str]:
    for option in option_values(options):
        yield from f"option {option};".splitlines()


def option_values(options: Message) -> Iterator[str]:
    for descriptor, value in options.ListFields():
        if descriptor.name == "map_entry":
            continue
        name = f"({descriptor.full_name})" if descriptor.is_extension else descriptor.name
        for one in value if descriptor.is_repeated else [value]:
            yield f"{name} = {option_value(descriptor, one)}"


def option_value(descriptor: FieldDescriptor, value: Any) -> str:
    if isinstance(value, Message):
        return "\n".join(block("", text_format.MessageToString(value).splitlines())).lstrip()
    if descriptor.enum_type:
        return str(descriptor.enum_type.values_by_number[value].name)
    return json.dumps(value)  # "text", true and numbers are written as in JSON


def block(head: str, body: Iterable[str]) -> Iterator[str]:
    lines = list(body)
    yield f"{head} {{" if lines else f"{head} {{}}"
    yield from (f"  {line}" for line in lines)
    if lines:
        yield "}"


def proto_text(file: FileDescriptorProto) -> str:
    return "\n".join(file_lines(file)) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; a difference exits 1")
    parser.add_argument("--target", type=Path, default=TARGET, help="the file to write or compare")
    options = parser.parse_args()
    served = FileDescriptorProto()
    a2a_pb2.DESCRIPTOR.CopyToProto(served)
    new = proto_text(served)
    if not options.check:
        options.target.write_text(new, encoding="utf-8")
        return 0
    old = options.target.read_text(encoding="utf-8")
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(*lines, str(options.target), "the SDK's"))
    return int(old != new)


if __name__ == "__main__":
    raise SystemExit(main())
