"""The extended card is for callers whom the agent knows (spec 3.1.11, 13.3)."""

from a2a.types import GetExtendedAgentCardRequest

from ..callers import ACCEPTED, Caller, Connect
from ..guarded import guarded

REQUEST = GetExtendedAgentCardRequest()


async def test_nobody_in_particular_gets_none(caller: Caller) -> None:
    """An agent that knows nobody has no such card, and says so in the public one."""
    refusal = await caller.refusal("GetExtendedAgentCard", REQUEST)

    assert refusal.reason == "UNSUPPORTED_OPERATION"
    assert not caller.card.capabilities.extended_agent_card


async def test_known_callers_get_one(connect: Connect) -> None:
    """Over each binding."""
    async with guarded() as known:
        ada = await connect(to=known.agent, headers=known.ada())
        nobody = await connect(to=known.agent)

        assert await ada.refusal("GetExtendedAgentCard", REQUEST) == ACCEPTED
        refusal = await nobody.refusal("GetExtendedAgentCard", REQUEST)
    assert ada.card.capabilities.extended_agent_card
    assert refusal.reason == "UNAUTHENTICATED"
