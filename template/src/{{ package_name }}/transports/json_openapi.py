"""The OpenAPI document of the REST binding, made of the protocol's own descriptors."""

import json
from collections.abc import Iterator
from typing import Any

from a2a.types import AgentCard, OAuthFlows, SecurityScheme, a2a_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import MessageToDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .json_operations import ERROR, VERSION, operation, places
from .json_schemas import components

OPENAPI_PATH = "/openapi.json"
BINDING = "HTTP+JSON"
METHODS = a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].methods
# What A2A calls the kinds of schemes, and what OpenAPI calls them.
KINDS = {
    "api_key_security_scheme": "apiKey",
    "http_auth_security_scheme": "http",
    "oauth2_security_scheme": "oauth2",
    "open_id_connect_security_scheme": "openIdConnect",
    "mtls_security_scheme": "mutualTLS",
}
FLOWS = {
    "authorization_code": "authorizationCode",
    "client_credentials": "clientCredentials",
    "implicit": "implicit",
    "password": "password",
}


def openapi_routes(card: AgentCard) -> list[Route]:
    """`/openapi.json`; its address and its security schemes are those of the card."""
    body = json.dumps(openapi_document(card), separators=(",", ":")).encode()

    async def document(_: Request) -> Response:
        return Response(body, media_type="application/json")

    return [Route(OPENAPI_PATH, document)]


def openapi_document(card: AgentCard) -> dict[str, Any]:
    """All operations, at their paths below the address of the binding."""
    paths: dict[str, dict[str, Any]] = {}
    for method in METHODS:
        for place in places(method):
            paths.setdefault(place.path, {})[place.verb] = operation(method, place)
    return {
        "openapi": "3.1.0",
        "info": {"title": card.name, "description": card.description, "version": card.version},
        "servers": [
            {"url": interface.url}
            for interface in card.supported_interfaces
            if (interface.protocol_binding, interface.protocol_version) == (BINDING, VERSION)
        ],
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR, **components(*_messages())},
            "securitySchemes": {
                name: _scheme(scheme) for name, scheme in card.security_schemes.items()
            },
        },
        "security": [
            {name: list(scopes.list) for name, scopes in requirement.schemes.items()}
            for requirement in card.security_requirements
        ],
    }


def _messages() -> Iterator[Descriptor]:
    # Requests are written out where they are used, without what stands in the path.
    for method in METHODS:
        yield method.output_type
        yield from (field.message_type for field in method.input_type.fields if field.message_type)


def _scheme(scheme: SecurityScheme) -> dict[str, Any]:
    kind = scheme.WhichOneof("scheme") or ""
    fields = MessageToDict(getattr(scheme, kind))
    fields.pop("oauth2MetadataUrl", None)
    if "location" in fields:
        fields["in"] = fields.pop("location")
    if "flows" in fields:
        fields["flows"] = _flows(scheme.oauth2_security_scheme.flows)
    return {"type": KINDS[kind], **fields}


def _flows(flows: OAuthFlows) -> dict[str, Any]:
    flow = flows.WhichOneof("flow") or ""
    if flow not in FLOWS:  # OpenAPI 3.1 has no flow for devices
        return {}
    fields = MessageToDict(getattr(flows, flow))
    fields.pop("pkceRequired", None)
    return {FLOWS[flow]: {"scopes": {}, **fields}}
