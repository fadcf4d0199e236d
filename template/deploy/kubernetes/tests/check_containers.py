"""May containers do nothing that they need not, and run nothing but what is known?"""

from collections.abc import Iterator

from objects import Build, Object, unless

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
FIELDS = {
    "args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle", "name", "ports",
    "resources", "restartPolicy", "securityContext", "volumeMounts", *PROBES,
}  # fmt: skip
SECURITY = {
    "allowPrivilegeEscalation", "capabilities", "privileged", "readOnlyRootFilesystem",
    "runAsGroup", "runAsNonRoot", "runAsUser", "seccompProfile",
}  # fmt: skip
# With them, a probe would ask somebody else, or more than it has to.
WITHOUT = {"host", "httpHeaders"}


def faults(build: Build) -> Iterator[str]:
    for pod in build.pods:
        for container in pod.containers:
            security = pod.spec.get("securityContext", {})
            found = [
                *_fields(build, container),
                *_commands(build, container),
                *_probes(container),
                *_security(security, container),
                *_resources(container.get("resources", {})),
            ]
            yield from (f"{pod.title}, container {container['name']}: {fault}" for fault in found)


def _fields(build: Build, container: Object) -> Iterator[str]:
    security = container.get("securityContext", {})
    for field in sorted((container.keys() - FIELDS) | (security.keys() - SECURITY)):
        if not build.allows("fields", field):
            yield f"nobody expects {field} here; {unless('fields')}"
    for when, hook in container.get("lifecycle", {}).items():
        if when != "preStop" or hook.keys() != {"sleep"}:
            yield f"{when} may sleep before the end, and nothing else."
    for port in container.get("ports", []):
        if port.keys() & {"hostPort", "hostIP"} or port.get("protocol", "TCP") != "TCP":
            yield f"the port {port['containerPort']} has to be of TCP, and of no node: that is past every policy."


def _commands(build: Build, container: Object) -> Iterator[str]:
    run = [[*container.get("command", []), *container.get("args", [])]]
    run += [container.get(probe, {}).get("exec", {}).get("command", []) for probe in PROBES]
    for command in filter(None, run):
        if not build.allows("commands", " ".join(command)):
            yield f"nobody expects it to run {' '.join(command)}; {unless('commands')}"


def _probes(container: Object) -> Iterator[str]:
    for probe in PROBES:
        for way in container.get(probe, {}).values():
            for field in sorted(WITHOUT & way.keys()) if isinstance(way, dict) else []:
                yield f"its {probe} asks the container itself, without {field}."


def _security(whole: Object, container: Object) -> Iterator[str]:
    own = container.get("securityContext", {})
    both = whole | own
    if both.get("runAsNonRoot") is not True or both.get("runAsUser", 0) == 0:
        yield "it has to run as a user with a number, who is not root."
    if both.get("runAsGroup", 0) == 0:
        yield "it has to run in a group with a number, which is not root's."
    if both.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "its seccompProfile has to be RuntimeDefault."
    if own.get("privileged") or own.get("allowPrivilegeEscalation") is not False:
        yield "it must not gain privileges."
    if own.get("capabilities") != {"drop": ["ALL"]}:
        yield "it has to drop all capabilities."
    if own.get("readOnlyRootFilesystem") is not True:
        yield "its file system has to be read-only."


def _resources(resources: Object) -> Iterator[str]:
    for name in ("cpu", "memory"):
        if name not in resources.get("requests", {}):
            yield f"without a request for {name}, nobody knows where it fits."
    if "memory" not in resources.get("limits", {}):
        yield "without a limit for memory, it can take that of its neighbours."
