"""Is the network open to those who are named, at single ports, and closed for all others?"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from objects import Build, Object, title, unless

Network = IPv4Network | IPv6Network

PRIVATE = [
    ip_network(one)
    for one in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]
# Where clouds give a node's credentials to whoever asks.
LINK_LOCAL = [ip_network(one) for one in ("169.254.0.0/16", "fe80::/10")]
# Where name servers listen; some clusters look at the port of their pods.
NAMES = {"53", "5353", "8053"}


def faults(build: Build) -> Iterator[str]:
    policies = build.of("NetworkPolicy")
    if not any(_closes_all(policy["spec"]) for policy in policies):
        yield "No NetworkPolicy closes the whole namespace, as base/default-deny.yaml does."
    for policy in policies:
        for way, peers in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(way, []):
                found = [*_ports(way, rule), *_peers(build, way, rule, rule.get(peers))]
                yield from (f"{title(policy)}, {way}: {fault}" for fault in found)


def _closes_all(spec: Object) -> bool:
    rules = spec.get("ingress") or spec.get("egress")
    return not any(spec["podSelector"].values()) and not rules and len(spec["policyTypes"]) == 2


def _ports(way: str, rule: Object) -> Iterator[str]:
    if not rule.get("ports"):
        yield "it opens all ports."
    for port in rule.get("ports", []):
        if port.keys() != {"port", "protocol"}:
            yield f"each port has a number or a name, a protocol, and no endPort; this one is {port}."
        elif port["protocol"] != "TCP" and (way == "ingress" or str(port["port"]) not in NAMES):
            yield f"nobody speaks {port['protocol']} at port {port['port']}."


def _peers(build: Build, way: str, rule: Object, peers: list[Object] | None) -> Iterator[str]:
    ports = {str(port.get("port")) for port in rule.get("ports", [])}
    if not peers or {} in peers:
        yield "it is open to everybody; name them under `from` or `to`."
    for peer in peers or []:
        if block := peer.get("ipBlock"):
            yield from _block(build, way, ports, block)
        elif "namespaceSelector" in peer and not _names(peer["namespaceSelector"]):
            where = "ports_for_the_cluster" if way == "ingress" else "ports_in_the_cluster"
            yield from _listed(build, where, ports, "every namespace; name one")


def _names(selector: Object) -> bool:
    """Say whether a selector takes some namespaces; what only leaves out others takes any new one."""
    expressions = selector.get("matchExpressions", [])
    return bool(selector.get("matchLabels")) or any(one["operator"] == "In" for one in expressions)


def _listed(build: Build, where: str, ports: set[str], whom: str) -> Iterator[str]:
    for port in sorted(ports):
        if not build.allows(where, port):
            yield f"port {port} is open to {whom}, or {unless(where)}"


def _block(build: Build, way: str, ports: set[str], block: Object) -> Iterator[str]:
    whole = ip_network(block["cidr"])
    spared = [ip_network(one) for one in block.get("except", [])]
    if ports != {"53"}:
        for part in _reached(whole, spared, LINK_LOCAL):
            yield f"{whole} reaches {part}, where clouds give away credentials; except it."
    if not any(_inside(whole, part) for part in [*PRIVATE, *LINK_LOCAL]):
        for part in _reached(whole, spared, PRIVATE):
            yield f"{whole} reaches the private addresses {part} as well; except them."
        where = "ports_for_the_cluster" if way == "ingress" else "ports_on_the_internet"
        yield from _listed(build, where, ports, f"the public addresses {whole}; name private ones")


def _inside(one: Network, other: Network) -> bool:
    """Say whether a network is part of another; those of two versions never are."""
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _reached(whole: Network, spared: list[Network], parts: list[Network]) -> Iterator[Network]:
    for part in parts:
        if whole.overlaps(part) and not any(_inside(part, one) for one in spared):
            yield part
