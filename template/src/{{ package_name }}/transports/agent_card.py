"""The agent card: what the agent says about itself, and where it can be reached."""

from collections.abc import Sequence

from a2a.server.routes import create_agent_card_routes
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentProvider, AgentSkill
from starlette.routing import BaseRoute

CURRENT = "1.0"
LEGACY = "0.3"


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
        capabilities=AgentCapabilities(
            streaming=True, push_notifications=True, extended_agent_card=True
        ),
    )


def card_routes(card: AgentCard, *, max_age_seconds: int) -> list[BaseRoute]:
    """`/.well-known/agent-card.json`, with ETag and Cache-Control (spec 8.6.1)."""
    return [*create_agent_card_routes(card, cache_control=f"public, max-age={max_age_seconds}")]
