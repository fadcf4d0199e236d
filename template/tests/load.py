"""Callers that keep calling, over all bindings at once, while something changes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from .agents import Agent
from .callers import NOTHING, Caller, Tls, card_of, says, text_of
from .calls import stream, unary
from .processes import PATIENCE_SECONDS, until


class Rounds:
    """What each of many does over and over again, until `ended`."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._done = Counter[Hashable]()
        self.ended = False

    def begin(self, who: Hashable, act: Callable[[], Awaitable[None]]) -> None:
        """Let somebody act from now on."""
        self._done[who] = 0
        self._group.create_task(self._repeat(who, act))

    async def go_on(self) -> None:
        """Return when everybody has begun and ended a round since this was called."""
        goals = {who: done + 2 for who, done in self._done.items()}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(self._done[who] < goal for who, goal in goals.items()):
                await asyncio.sleep(0.01)

    async def _repeat(self, who: Hashable, act: Callable[[], Awaitable[None]]) -> None:
        while not self.ended:
            await act()
            self._done[who] += 1
            await asyncio.sleep(0)


@asynccontextmanager
async def load(
    agent: Agent, headers: Callable[[], Mapping[str, str]] = lambda: NOTHING, tls: Tls | None = None
) -> AsyncIterator[Rounds]:
    """Calls go on until the end of the block; the first that fails ends all of it.

    Each round is one of a new caller over each binding, with the headers of the moment.
    """
    card = await card_of(agent.address, tls)

    async def call(kind: type[Caller]) -> None:
        async with kind(card, headers(), tls) as caller:
            for way in (unary, stream):
                assert text_of(await way(caller, says("Ada"))) == "Nice to meet you, Ada!"

    async with asyncio.TaskGroup() as group:
        rounds = Rounds(group)
        for kind in Caller.__subclasses__():
            rounds.begin(kind, partial(call, kind))
        await rounds.go_on()
        yield rounds
        rounds.ended = True


@asynccontextmanager
async def everybody(
    agent: Agent, headers: Mapping[str, str] = NOTHING, tls: Tls | None = None
) -> AsyncIterator[list[Caller]]:
    """One caller over each binding."""
    card = await card_of(agent.address, tls)
    async with AsyncExitStack() as stack:
        callers = [kind(card, headers, tls) for kind in Caller.__subclasses__()]
        yield [await stack.enter_async_context(caller) for caller in callers]


async def refused(caller: Caller) -> None:
    """Wait until the caller is not known any more."""

    async def is_refused() -> bool:
        return (await caller.refusal("SendMessage", says("Ada"))).reason == "UNAUTHENTICATED"

    await until(is_refused)
