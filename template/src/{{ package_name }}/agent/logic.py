"""What the agent does. This file is yours: change `reply` and nothing else."""

from collections.abc import AsyncIterator

from ..conversation import Ask, Reply, Turn


async def reply(turn: Turn) -> AsyncIterator[Reply]:
    """Greet callers by name, and ask for the name when they only say hello."""
    if turn.text.strip(" .!").lower() in {"hello", "hi"}:
        yield Ask("Hello! What is your name?")
    else:
        for word in ("Nice", "to", "meet", "you,"):
            yield f"{word} "
        yield f"{turn.text}!"
