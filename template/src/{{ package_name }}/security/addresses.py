"""Whose address a call comes from, behind proxies too, and which addresses are one caller's."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Further hops than these are not looked at, however long a caller makes the header.
MAX_HOPS = 16
# What one customer of a provider gets at least; it is free to use another address for each call.
IPV6_PREFIX = 64


class AddressError(ValueError):
    """A text that names no networks; it is one sentence for the operator."""


def parse_networks(text: str) -> tuple[Network, ...]:
    """Networks and single addresses, separated by spaces or commas; raises AddressError."""
    return tuple(_network(word) for word in text.replace(",", " ").split())


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The caller's own address, as far as trusted proxies vouch for it.

    `peer` is the other end of the connection, `forwarded_for` all values of X-Forwarded-For. Each
    proxy appends whom it has heard, so only what a trusted one has written is believed.
    """
    client = _address(peer)
    if client is None:
        return peer
    for told in reversed(forwarded_for.rsplit(",", MAX_HOPS)[-MAX_HOPS:]):
        if not any(client in network for network in trusted):
            break
        hop = _address(told)
        if hop is None:
            break  # the proxy before it has to answer for what cannot be read
        client = hop
    return str(client)


def crowd_of(peer: str, trusted: Sequence[Network]) -> str:
    """Whose connections those from an address are; empty for a proxy, which has those of many."""
    known = _address(peer)
    if known is not None and any(known in network for network in trusted):
        return ""
    return network_of(peer)


def network_of(address: str) -> str:
    """What is limited as one: an IPv4 address, or the network that an IPv6 address is in."""
    known = _address(address)
    if isinstance(known, IPv6Address):
        free_bits = 128 - IPV6_PREFIX
        return f"{IPv6Address(int(known) >> free_bits << free_bits)}/{IPV6_PREFIX}"
    return address if known is None else str(known)


@lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    """Without the port that some proxies add, and without the zone of a link-local address."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _network(word: str) -> Network:
    try:
        return ip_network(word, strict=False)
    except ValueError:
        raise AddressError(
            f"{word[:64]!r} is no network: write addresses or networks such as "
            "10.0.0.0/8 fd00::/8, separated by spaces."
        ) from None
