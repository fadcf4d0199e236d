"""The agent card: what the agent says about itself, and where it can be reached."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from a2a.server.request_handlers.response_helpers import agent_card_to_dict
from a2a.types import (
    AgentCapabilities,
    AgentCard,
    AgentInterface,
    AgentProvider,
    AgentSkill,
    SecurityRequirement,
    SecurityScheme,
)
from a2a.utils.constants import AGENT_CARD_WELL_KNOWN_PATH
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CURRENT = "1.0"
LEGACY = "0.3"
JWKS_PATH = "/.well-known/jwks.json"
OPAQUE_TAG = re.compile(r'"[^"]*"')

T = TypeVar("T")


def interfaces(binding: str, url: str, *, legacy: bool) -> list[AgentInterface]:
    """One binding at its public address, in every version of the protocol it speaks."""
    versions = [CURRENT, LEGACY] if legacy else [CURRENT]
    return [
        AgentInterface(url=url, protocol_binding=binding, protocol_version=version)
        for version in versions
    ]


def build_card(
    *,
    name: str,
    description: str,
    version: str,
    provider: AgentProvider,
    input_modes: Sequence[str],
    output_modes: Sequence[str],
    skills: Sequence[AgentSkill],
    supported_interfaces: Sequence[AgentInterface],
    security_schemes: Mapping[str, SecurityScheme],
    security_requirements: Sequence[SecurityRequirement],
    extended: bool,
) -> AgentCard:
    """A card whose interfaces stand in order of preference (spec 8.3)."""
    return AgentCard(
        name=name,
        description=description,
        version=version,
        provider=provider,
        default_input_modes=input_modes,
        default_output_modes=output_modes,
        skills=skills,
        supported_interfaces=supported_interfaces,
        security_schemes=security_schemes,
        security_requirements=security_requirements,
        capabilities=AgentCapabilities(
            streaming=True, push_notifications=True, extended_agent_card=extended
        ),
    )


def card_routes(
    card: Callable[[], AgentCard],
    jwks: Callable[[], dict[str, Any]] | None,
    *,
    max_age_seconds: int,
) -> list[Route]:
    """The card (spec 8.2, 8.6.1) and, if there are any, the keys that have signed it.

    `card` and `jwks` return the same object for as long as nothing has changed.
    """
    document = _Document(
        card, agent_card_to_dict, media_type="application/json", max_age_seconds=max_age_seconds
    )
    routes = [Route(AGENT_CARD_WELL_KNOWN_PATH, document.answer)]
    if jwks is not None:
        keys = _Document(
            jwks, dict, media_type="application/jwk-set+json", max_age_seconds=max_age_seconds
        )
        routes.append(Route(JWKS_PATH, keys.answer))
    return routes


class _Document(Generic[T]):
    """JSON that is written once for each object that `source` returns."""

    def __init__(
        self,
        source: Callable[[], T],
        fields: Callable[[T], dict[str, Any]],
        *,
        media_type: str,
        max_age_seconds: int,
    ) -> None:
        self._source = source
        self._fields = fields
        self._media_type = media_type
        self._cache_control = f"public, max-age={max_age_seconds}"
        self._written: T | None = None
        self._body = b""
        self._etag = ""

    async def answer(self, request: Request) -> Response:
        """The whole of it, or 304 for those who have it already."""
        current = self._source()
        if current is not self._written:
            self._body = json.dumps(self._fields(current), separators=(",", ":")).encode()
            # A weak one, because compression keeps it (RFC 9110 8.8.3.3).
            self._etag = f'W/"{hashlib.sha256(self._body).hexdigest()}"'
            self._written = current
        headers = {"ETag": self._etag, "Cache-Control": self._cache_control}
        if _is_known(self._etag, ",".join(request.headers.getlist("if-none-match"))):
            return Response(status_code=304, headers=headers)
        return Response(self._body, media_type=self._media_type, headers=headers)


def _is_known(etag: str, if_none_match: str) -> bool:
    # Weak comparison: what stands before the quotes does not count (RFC 9110 13.1.2).
    tags = OPAQUE_TAG.findall(if_none_match)
    return if_none_match.strip() == "*" or etag.removeprefix("W/") in tags
