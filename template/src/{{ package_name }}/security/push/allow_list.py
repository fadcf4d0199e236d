"""The list of push targets that an operator allows beside those on the Internet."""

import re
from dataclasses import dataclass
from ipaddress import ip_network

from ..addresses import Address, Network
from .addresses import NAME, Place

WORD = re.compile(
    r"((?P<scheme>https?)://)?(?P<host>\[[^]]+]|[^][:]+)(:(?P<port>[1-9]\d{0,4}))?", re.ASCII
)


class PushTargetsError(ValueError):
    """The list is wrong; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is empty matches anything."""

    scheme: str = ""
    name: str = ""
    subdomains: bool = False
    network: Network | None = None
    port: int | None = None

    def names(self, at: Place) -> bool:
        """Whether it allows this name, wherever that leads to."""
        if not self.name or not self._fits(at):
            return False
        return at.name.endswith(f".{self.name}") if self.subdomains else at.name == self.name

    def covers(self, at: Place, address: Address) -> bool:
        """Whether it allows this address, under whatever name."""
        return self.network is not None and self._fits(at) and address in self.network

    def _fits(self, at: Place) -> bool:
        return self.scheme in {"", at.scheme} and self.port in {None, at.port}


def parse_allow_list(text: str) -> tuple[Entry, ...]:
    """Entries like `[https://]hooks.example[:8443]`, separated by spaces or commas.

    They hold a name, `*.` and a name, an address or a network; raises PushTargetsError.
    """
    return tuple(map(_entry, text.replace(",", " ").split()))


def _entry(word: str) -> Entry:
    if network := _network(word):  # the only one with colons and without brackets
        return Entry(network=network)
    if match := WORD.fullmatch(word):
        scheme, host = match["scheme"] or "", match["host"].strip("[]")
        port = int(match["port"]) if match["port"] else None
        if network := _network(host):
            return Entry(scheme=scheme, network=network, port=port)
        name = host.removeprefix("*.").lower().removesuffix(".")
        if NAME.fullmatch(name):
            subdomains = host.startswith("*.")
            return Entry(scheme=scheme, name=name, subdomains=subdomains, port=port)
    raise PushTargetsError(
        f"{word[:64]!r} in A2A_PUSH_TARGETS is no target: write names, *.suffixes, addresses or "
        "networks, such as hooks.example.com, *.svc.cluster.local:8080 or http://10.0.0.0/8."
    )


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
