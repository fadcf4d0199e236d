"""May pods call what their configuration tells them to call?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from objects import Build, Pod, matches
from settings import told

USUAL_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "redis": 6379, "rediss": 6379}
# The agent's own addresses are for its callers.
OWN = ("A2A_PUBLIC_", "A2A_JWT_AUDIENCE")


def faults(build: Build) -> Iterator[str]:
    for pod in build.pods:
        open_ports = set(_open(build, pod))
        for name, port in _called(build, pod):
            if open_ports.isdisjoint({port, None}):
                yield f"{pod.title}: {name} is at port {port}, where no NetworkPolicy lets it out."
        if open_ports and open_ports.isdisjoint({53, None}):
            yield f"{pod.title}: no NetworkPolicy lets it ask for the addresses of names."


def _called(build: Build, pod: Pod) -> Iterator[tuple[str, int]]:
    for container in pod.containers:
        for name, value in told(build, container).items():
            address = urlsplit(value)
            if address.scheme in USUAL_PORTS and not name.startswith(OWN):
                yield name, address.port or USUAL_PORTS[address.scheme]


def _open(build: Build, pod: Pod) -> Iterator[int | str | None]:
    for policy in build.of("NetworkPolicy"):
        if matches(policy["spec"]["podSelector"], pod.labels):
            for rule in policy["spec"].get("egress", []):
                yield from (port.get("port") for port in rule.get("ports", [{}]))
