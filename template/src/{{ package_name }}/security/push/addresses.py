"""Where a URL leads to: one strict way to read it, and which addresses are public."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from httpx import URL, InvalidURL

from ..addresses import Address

MAX_URL_LENGTH = 2048
MAX_NAME_LENGTH = 253
DEFAULT_PORTS = {"http": 80, "https": 443}
# Nothing that two programs could understand in two ways.
PLAIN = re.compile(r"https?://(?:(?![@\\#/?])[!-~])+(?:[/?](?:(?![\\#])[!-~])*)?", re.IGNORECASE)
LABEL = r"[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?"
NAME = re.compile(rf"({LABEL}\.)*{LABEL}", re.ASCII)
# A last label like these makes some resolvers see an IPv4 address: 0x7f.1, 2130706433.
NUMBER = re.compile(r"(\d+|0x[\da-f]*)", re.ASCII)

NAT64 = ip_network("64:ff9b::/96")
GLOBAL_UNICAST = ip_network("2000::/3")
# What older releases of Python count as global.
NOT_PUBLIC = tuple(
    map(ip_network, ("192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One end of a connection; the name is empty where `address` is given instead."""

    scheme: str
    port: int
    name: str = ""
    address: Address | None = None


def place_of(url: str) -> Place:
    """Raises ValueError, which says what is odd, for all but a plain address of the web."""
    if len(url) > MAX_URL_LENGTH or not PLAIN.fullmatch(url):
        raise ValueError("form")
    try:
        parsed = URL(url)
    except InvalidURL:
        raise ValueError("form") from None
    return place(parsed.scheme, parsed.raw_host.decode(), parsed.port)


def place(scheme: str, host: str, port: int | None) -> Place:
    """Raises ValueError for odd spellings; IPv6 addresses come without brackets."""
    port = DEFAULT_PORTS[scheme] if port is None else port
    if not 1 <= port <= 65535:  # noqa: PLR2004 - everybody knows ports
        raise ValueError("port")
    host = host.lower().removesuffix(".")
    try:
        return Place(scheme=scheme, port=port, address=ip_address(host))
    except ValueError:
        pass
    if len(host) > MAX_NAME_LENGTH or not NAME.fullmatch(host):
        raise ValueError("host")
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ValueError("host")
    return Place(scheme=scheme, port=port, name=host)


def within(address: Address) -> Address:
    """The IPv4 address that packets to some IPv6 addresses end at, or the same."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_host(address: Address) -> bool:
    """Whether one host may have it, public or not, as everybody sees it."""
    scoped = isinstance(address, IPv6Address) and address.scope_id is not None
    return not (scoped or address.is_unspecified or address.is_multicast or _is_reserved(address))


def is_public(address: Address) -> bool:
    """Whether it is one host's on the Internet."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    known = not any(address in network for network in NOT_PUBLIC)
    return known and address.is_global and is_host(address)


def _is_reserved(address: Address) -> bool:
    # Loopback is a part of what is reserved in IPv6, and has its own rule.
    return address.is_reserved and not address.is_loopback
