"""One operation of the REST binding, as OpenAPI describes it."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from a2a.utils.constants import A2A_JSON_MEDIA_TYPE, VERSION_HEADER
from google.api.annotations_pb2 import http  # type: ignore[import-untyped]
from google.protobuf.descriptor import MethodDescriptor

from ..tasks.calls.requests import MAX_ID_LENGTH
from .json_schemas import Schema, field_schema, is_required, object_schema, reference

VERSION = "1.0"
# The protocol annotates the first verb; the SDK takes either.
VERBS = {"SubscribeToTask": ("get", "post")}
ID: Schema = {
    "type": "string",
    "maxLength": MAX_ID_LENGTH,
    "pattern": "^[A-Za-z0-9_~-]+$",
}
ERROR: Schema = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "integer"},
                "status": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["code", "status", "message"],
        }
    },
    "required": ["error"],
}
CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}}}
PAUSE = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}


class Place(NamedTuple):
    """Where an operation is found; `suffix` tells it from its other places."""

    verb: str
    path: str
    suffix: str

    @property
    def variables(self) -> list[str]:
        """What the path names."""
        return re.findall(r"{(\w+)}", self.path)


def places(method: MethodDescriptor) -> Iterator[Place]:
    """Where the protocol puts an operation, with and without a tenant."""
    first = method.GetOptions().Extensions[http]
    for suffix, rule in (("", first), ("OfTenant", first.additional_bindings[0])):
        annotated = rule.WhichOneof("pattern")
        path = re.sub(r"{(\w+)=\*}", r"{\1}", getattr(rule, annotated))
        for verb in VERBS.get(method.name, (annotated,)):
            by = f"By{verb.title()}" if verb != annotated else ""
            yield Place(verb, path, suffix + by)


def operation(method: MethodDescriptor, place: Place) -> dict[str, Any]:
    """What it takes, and how it answers."""
    described: dict[str, Any] = {
        "operationId": method.name + place.suffix,
        "summary": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", method.name),
        "parameters": [*_parameters(method, place)],
        "responses": {"200": _success(method), **_errors()},
    }
    if place.verb == "post" and method.name not in VERBS:
        schema = object_schema(method.input_type, without={"tenant", *place.variables})
        described["requestBody"] = {
            "required": "required" in schema,
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _parameters(method: MethodDescriptor, place: Place) -> Iterator[dict[str, Any]]:
    version = {"type": "string", "enum": [VERSION]}
    yield {"name": VERSION_HEADER, "in": "header", "required": True, "schema": version}
    for name in place.variables:
        yield {"name": name, "in": "path", "required": True, "schema": ID}
    for field in method.input_type.fields if place.verb == "get" else ():
        if field.name not in {"tenant", *place.variables}:
            described = {"required": is_required(field), "schema": field_schema(field)}
            yield {"name": field.json_name, "in": "query", **described}


def _success(method: MethodDescriptor) -> dict[str, Any]:
    schema = reference(method.output_type)
    if method.server_streaming:
        data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
        # Before OpenAPI 3.2, which has `itemSchema`, tools take this for one event of many.
        event = {"type": "object", "properties": {"data": data}, "required": ["data"]}
        content = {"text/event-stream": {"schema": event}}
        return {"description": "Events; the data of each is one answer.", "content": content}
    return {"description": "The answer.", "content": {A2A_JSON_MEDIA_TYPE: {"schema": schema}}}


def _errors() -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    text = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "400": {"description": "The request is wrong, or comes too late.", "content": error},
        "401": {"description": "Nobody knows who calls.", "content": error, "headers": CHALLENGE},
        "403": {"description": "The caller may not.", "content": error, "headers": CHALLENGE},
        "404": {"description": "There is no such task or configuration.", "content": error | text},
        "413": {"description": "The request is too large.", "content": text},
        "429": {"description": "Too many at a time.", "content": error, "headers": PAUSE},
        "500": {"description": "The agent has failed.", "content": error},
    }
