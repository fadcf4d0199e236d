"""May pods do nothing that they need not? The restricted profile of Kubernetes, and some more."""

from collections.abc import Iterator

from objects import Build, Object, Pod

VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected",
    "secret",
}  # fmt: skip
PROFILES = [{"type": "RuntimeDefault"}]


def faults(build: Build) -> Iterator[str]:
    for pod in build.pods:
        yield from (f"{pod.title}: {fault}" for fault in _pod(pod))
        for container in pod.containers:
            found = _container(pod.spec.get("securityContext", {}), container)
            yield from (f"{pod.title}, container {container['name']}: {fault}" for fault in found)


def _pod(pod: Pod) -> Iterator[str]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name):
            yield f"{name} shares what belongs to the node."
    for volume in pod.spec.get("volumes", []):
        for kind in volume.keys() - VOLUMES - {"name"}:
            yield f"the volume {volume['name']} must not be of the kind {kind}."
    if pod.spec.get("securityContext", {}).get("sysctls"):
        yield "sysctls change the node."
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "set automountServiceAccountToken to false: it does not talk to Kubernetes."


def _container(whole: Object, container: Object) -> Iterator[str]:
    own = container.get("securityContext", {})
    both = whole | own
    if both.get("runAsNonRoot") is not True or both.get("runAsUser", 0) == 0:
        yield "it has to run as a user with a number, who is not root."
    if both.get("seccompProfile") not in PROFILES:
        yield "its seccompProfile has to be RuntimeDefault."
    if own.get("privileged") or own.get("allowPrivilegeEscalation") is not False:
        yield "it must not gain privileges."
    if own.get("capabilities") != {"drop": ["ALL"]}:
        yield "it has to drop all capabilities."
    if own.get("readOnlyRootFilesystem") is not True:
        yield "its file system has to be read-only."
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "a hostPort is reached past every policy."
    yield from _resources(container.get("resources", {}))


def _resources(resources: Object) -> Iterator[str]:
    for name in ("cpu", "memory"):
        if name not in resources.get("requests", {}):
            yield f"without a request for {name}, nobody knows where it fits."
    if "memory" not in resources.get("limits", {}):
        yield "without a limit for memory, it can take that of its neighbours."
