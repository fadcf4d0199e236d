"""The agent with a logic of the benchmark: `store_agent.py <package>`, in the agent's environment.

"tokens 100" streams that many pieces of text at once. "steps 100 20" tells of that many steps,
20 milliseconds after each other, and each says when it was told.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

PACKAGE = sys.argv.pop(1)

conversation = import_module(f"{PACKAGE}.conversation")


async def reply(turn: Any) -> AsyncIterator[Any]:
    """Say Hello World, and before it what the message asks for."""
    match turn.text.split():
        case ["tokens", number]:
            for _ in range(int(number)):
                yield "token "
        case ["steps", number, pause]:
            for _ in range(int(number)):
                yield conversation.Progress(str(time.monotonic()))
                await asyncio.sleep(int(pause) / 1000)
    yield "Hello World"


if __name__ == "__main__":
    sys.exit(import_module(f"{PACKAGE}.__main__").main(logic=reply))
