"""The cures, switched off one by one, so that the checker shows that it misses them."""

from collections.abc import Callable


def plant(name: str, package: str) -> None:
    """Patch the agent that is about to start in this process."""
    if name:
        PLANTS[name](package)


PLANTS: dict[str, Callable[[str], None]] = {}
