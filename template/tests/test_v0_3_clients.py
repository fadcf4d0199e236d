"""Callers that still speak A2A 0.3, where the setting lets them."""

from a2a.types import AgentCard, TaskState

from .callers import ACCEPTED, Caller, Connect, says, text_of


async def test_old_clients_are_answered_beside_the_new(connect: Connect) -> None:
    """The SDK's own 0.3 client finds its address on the card, and a result behind it."""
    caller = await connect(v0_3_clients=True)
    async with type(caller)(only_0_3(caller.card)) as older:
        task = await older.send(says("Ada"))
        [*_, last] = [event async for event in older.stream(says("Bob"))]
    other = await caller.refusal("SendMessage", says("Ada"), version="0.4")

    assert text_of(task) == "Nice to meet you, Ada!"
    assert last.status_update.status.state == TaskState.TASK_STATE_COMPLETED
    assert await caller.refusal("SendMessage", says("Ada")) == ACCEPTED
    assert other.reason == "VERSION_NOT_SUPPORTED"


async def test_without_the_setting_the_card_names_no_old_address(caller: Caller) -> None:
    """A client cannot choose what is not there."""
    assert not only_0_3(caller.card).supported_interfaces


def only_0_3(card: AgentCard) -> AgentCard:
    """The card as it would be if the agent spoke nothing else."""
    older = AgentCard()
    older.CopyFrom(card)
    del older.supported_interfaces[:]
    older.supported_interfaces.extend(
        interface for interface in card.supported_interfaces if interface.protocol_version == "0.3"
    )
    return older
