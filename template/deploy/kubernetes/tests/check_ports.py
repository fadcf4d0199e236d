"""Does every way lead to a port that is there, through a policy that is open for it alone?"""

from collections.abc import Iterator

import settings
from objects import Build, Object, Pod, matches, title


def faults(build: Build) -> Iterator[str]:
    for pod in build.pods:
        yield from _numbers(build, pod)
        yield from _probes(pod)
        yield from _policies(build, pod)
    for service in build.of("Service"):
        yield from _service(build, service)
    for route in build.routes:
        yield from _route(build, route)


def _numbers(build: Build, pod: Pod) -> Iterator[str]:
    known = settings.effective(build, pod)
    for name, number in pod.ports.items():
        setting = f"A2A_{name.upper()}_PORT"
        if str(number) != known.get(setting, str(number)):
            yield f"{pod.title}: port {name} is {number}, but {setting} is {known[setting]}."


def _probed(pod: Pod) -> Iterator[tuple[str, str | int]]:
    for container in pod.containers:
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            for way in container.get(probe, {}).values():
                if isinstance(way, dict) and "port" in way:
                    yield probe, way["port"]


def _probes(pod: Pod) -> Iterator[str]:
    for probe, port in _probed(pod):
        if pod.port(port) is None:
            yield f"{pod.title}: its {probe} asks port {port}, which no container has."


def _targets(build: Build, service: Object) -> Iterator[tuple[Pod, str | int]]:
    selector = {"matchLabels": service["spec"].get("selector", {})}
    for pod in build.selected(selector) if selector["matchLabels"] else []:
        for port in service["spec"]["ports"]:
            yield pod, port.get("targetPort", port["port"])


def _service(build: Build, service: Object) -> Iterator[str]:
    for pod, port in _targets(build, service):
        if pod.port(port) is None:
            yield f"{title(service)} leads to port {port}, which {pod.title} does not have."


def _route(build: Build, route: Object) -> Iterator[str]:
    wanted = route["kind"].removesuffix("Route").lower()
    for backend in [ref for rule in route["spec"]["rules"] for ref in rule.get("backendRefs", [])]:
        service = build.named("Service", backend["name"])
        ports = (
            {port["port"]: port.get("name") for port in service["spec"]["ports"]} if service else {}
        )
        if service is None:
            yield f"{title(route)} leads to Service {backend['name']}, which does not exist."
        elif backend.get("port") not in ports:
            yield f"{title(route)} leads to port {backend.get('port')}, which {title(service)} does not have."
        elif ports[backend["port"]] != wanted:
            yield f"{title(route)} leads to the port {ports[backend['port']]}, not to {wanted}."


def _policies(build: Build, pod: Pod) -> Iterator[str]:
    """What Services lead to is open; what nobody has to reach is not. Probes need no policy."""
    targets = [one for service in build.of("Service") for one in _targets(build, service)]
    needed = {pod.port(port) for found, port in targets if found is pod}
    allowed = needed | {pod.port(port) for _, port in _probed(pod)}
    let_in = set()
    for policy, port in _let_in(build, pod):
        number = None if port is None else pod.port(port)
        let_in.add(number)
        if number is None or number not in allowed:
            way = "all ports" if port is None else f"port {port}"
            yield f"{title(policy)} opens {way} of {pod.title}, where nothing leads."
    for name, number in pod.ports.items():
        if number in needed - let_in:
            yield f"{pod.title}: no NetworkPolicy lets anybody in at port {name}."


def _let_in(build: Build, pod: Pod) -> Iterator[tuple[Object, str | int | None]]:
    for policy in build.of("NetworkPolicy"):
        if matches(policy["spec"]["podSelector"], pod.labels):
            for rule in policy["spec"].get("ingress", []):
                for port in rule.get("ports", [{}]):
                    yield policy, port.get("port")
