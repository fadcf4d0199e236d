"""One agent, both transports: which of them are served, and which the card names."""

import asyncio

import pytest
from a2a.types import GetExtendedAgentCardRequest

from ..agents import running
from ..callers import card_of, http_client
from ..callers.rest import RestCaller

ALL = ["JSONRPC", "HTTP+JSON", "GRPC"]


async def test_the_card_names_every_binding_in_order_of_preference() -> None:
    """The first is the one that most clients speak (spec 8.3)."""
    async with running(public_grpc_url="agent.example.com:443") as agent:
        card = await card_of(agent.address)

    assert [interface.protocol_binding for interface in card.supported_interfaces] == ALL
    assert card.supported_interfaces[-1].url == "agent.example.com:443"


async def test_grpc_may_be_left_to_the_extended_card() -> None:
    """Some clients refuse a card with an address on another origin."""
    async with running(grpc_in_card=False, authentication="gateway") as agent:
        public = await card_of(agent.address)
        async with RestCaller(public) as caller:
            extended = await caller.client.get_extended_agent_card(GetExtendedAgentCardRequest())

    assert [interface.protocol_binding for interface in public.supported_interfaces] == ALL[:2]
    assert [interface.protocol_binding for interface in extended.supported_interfaces] == ALL


async def test_http_alone() -> None:
    """Nobody listens on the gRPC port."""
    async with running(transport="http") as agent:
        card = await card_of(agent.address)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", agent.settings.grpc_port)

    assert [interface.protocol_binding for interface in card.supported_interfaces] == ALL[:2]


@pytest.mark.parametrize("path", ["/", "/v1/message:send"])
async def test_grpc_alone(path: str) -> None:
    """The card stays on HTTP; calls do not."""
    async with running(transport="grpc") as agent, http_client() as http:
        card = await card_of(agent.address)
        answer = await http.post(agent.address + path, json={})

    assert [interface.protocol_binding for interface in card.supported_interfaces] == ALL[2:]
    assert answer.status_code == 404
