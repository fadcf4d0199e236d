"""Which addresses push notifications may go to (spec 13.2): public ones, and those on a list."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import NoReturn

from ...tasks.calls.security_events import security_event
from ...tasks.push.post import PushTargetRefusedError
from ..addresses import Address
from .addresses import Place, is_host, is_public, place, place_of, within
from .allow_list import parse_allow_list

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

RESOLVE_SECONDS = 5.0
# Names that take long to be found hold up only each other.
RESOLVE_THREADS = 8

MALFORMED = (
    "The URL of a push notification must be plain: https, a host name, and neither credentials "
    "nor a fragment."
)
# The same for what is private and for what does not exist: callers do not map this network.
REFUSED = (
    "Push notifications go to public https addresses only, and to those the operator has allowed."
)


class PushTargets:
    """`allowed` is a list as push_allow_list.py describes it; raises PushTargetsError."""

    def __init__(self, allowed: str = "", *, resolve: Resolve | None = None) -> None:
        self._entries = parse_allow_list(allowed)
        self._resolve = resolve or self._look_up
        self._threads = ThreadPoolExecutor(RESOLVE_THREADS, thread_name_prefix="push-names")

    async def screen(self, url: str) -> None:
        """Raises PushTargetRefusedError for a URL that leads to a forbidden address now."""
        at = self.read(url)
        try:
            await self._addresses(at)
        except OSError:
            _refuse(at, "its name is unknown")

    def read(self, url: str) -> Place:
        """Raises PushTargetRefusedError for a URL that should not even be looked up."""
        try:
            return place_of(url)
        except ValueError as error:
            security_event(
                "push_target_refused",
                "The URL of a push notification is refused",
                failed=True,
                event__reason=f"its {error} is odd",
            )
            raise PushTargetRefusedError(MALFORMED) from None

    async def addresses(self, scheme: str, host: str, port: int) -> Sequence[str]:
        """All that the host has at this moment; raises PushTargetRefusedError, and OSError."""
        return await self._addresses(place(scheme, host, port))

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _addresses(self, at: Place) -> Sequence[str]:
        found = [str(at.address)] if at.address else await self._found(at)
        for address in found:
            if not self._admits(at, ip_address(address)):
                _refuse(at, f"it leads to {address} over {at.scheme}, port {at.port}")
        return found

    async def _found(self, at: Place) -> Sequence[str]:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await self._resolve(at.name, at.port)
        if not found:
            raise OSError("no address")
        return found

    def _admits(self, at: Place, address: Address) -> bool:
        address = within(address)
        if not is_host(address):
            return False
        if any(entry.covers(at, address) for entry in self._entries):
            return True
        if any(entry.names(at) for entry in self._entries):
            return not address.is_link_local  # where clouds keep their credentials
        return at.scheme == "https" and is_public(address)

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        def look_up() -> Sequence[str]:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(info[4][0]) for info in infos))

        return await asyncio.get_running_loop().run_in_executor(self._threads, look_up)


def _refuse(at: Place, reason: str) -> NoReturn:
    security_event(
        "push_target_refused",
        "A target of push notifications is refused",
        failed=True,
        destination__domain=at.name or str(at.address),
        event__reason=reason,
    )
    raise PushTargetRefusedError(REFUSED)
