"""An agent that knows its callers, and tokens for those."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from .agents import Agent, Part, running
from .security.issuer import AUDIENCE, Issuer, issuing


@dataclass(frozen=True)
class Guarded:
    """The agent, its two issuers, and one that it does not trust."""

    agent: Agent
    part: Part
    issuer: Issuer
    second: Issuer
    stranger: Issuer

    def ada(self, **claims: Any) -> dict[str, str]:
        """Headers of a caller whom the agent knows."""
        return bearer(self.issuer.token(**claims))


@asynccontextmanager
async def guarded(**overrides: Any) -> AsyncIterator[Guarded]:
    """Started, with these settings beside those of its issuers."""
    async with issuing("ES256-0") as issuer, issuing("ES256-1") as second, issuing() as stranger:
        settings = {
            "authentication": "jwt",
            "jwt_issuers": f"{issuer.address} {second.address}",
            "jwt_audience": AUDIENCE,
            **overrides,
        }
        part = Part()
        async with running(part, **settings) as agent:
            yield Guarded(agent, part, issuer, second, stranger)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token (RFC 6750 2.1)."""
    return {"authorization": f"Bearer {token}"}
