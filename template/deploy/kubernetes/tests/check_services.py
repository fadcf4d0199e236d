"""Do Services lead to pods of this overlay, and from inside of the cluster alone?"""

from collections.abc import Iterator

from objects import Build, title, unless

FIELDS = {
    "clusterIP", "internalTrafficPolicy", "ipFamilies", "ipFamilyPolicy", "ports",
    "publishNotReadyAddresses", "selector", "sessionAffinity", "trafficDistribution", "type",
}  # fmt: skip


def faults(build: Build) -> Iterator[str]:
    for service in build.of("Service"):
        spec = service["spec"]
        if spec.get("type", "ClusterIP") != "ClusterIP":
            yield f"{title(service)} is a {spec['type']}; callers from outside come through a gateway."
        if not spec.get("selector"):
            yield f"{title(service)} has no selector: it can lead to any address."
        for field in sorted(spec.keys() - FIELDS):
            if not build.allows("fields", field):
                yield f"{title(service)}: nobody expects {field} here; {unless('fields')}"
        for port in spec.get("ports", []):
            if port.get("protocol", "TCP") != "TCP" or "nodePort" in port:
                yield f"{title(service)}: the port {port['port']} has to be of TCP, and of no node."
