"""Ports follow what the agent can do: they say so when it changes."""

import asyncio
from collections.abc import Callable, Collection

from .port import Port

LOOK_SECONDS = 0.2


async def follow(ready: Callable[[], bool], ports: Collection[Port]) -> None:
    """Tell started ports when new calls are no longer welcome, and when they are again."""
    told = True
    while True:
        if (now := ready()) != told:
            for port in ports:
                await port.announce(ready=now)
            told = now
        await asyncio.sleep(LOOK_SECONDS)
