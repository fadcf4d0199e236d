"""What the composition root may ask of whatever listens on a port."""

from typing import Protocol


class Port(Protocol):
    """Started once and stopped in three steps, so that no accepted call is lost."""

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""

    async def announce(self, *, ready: bool) -> None:
        """Let balancers and connected callers know whether new calls are welcome for now."""

    async def announce_stop(self) -> None:
        """Let balancers and connected callers know that they should go elsewhere."""

    def refuse(self) -> None:
        """Take no new calls; those under way go on."""

    async def stop(self) -> None:
        """Return when all connections are closed, by force if need be."""
