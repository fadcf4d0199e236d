"""Do pods have nothing that they do not need? The restricted profile of Kubernetes, and some more."""

from collections.abc import Iterator

from objects import Build, Pod, unless

FIELDS = {
    "affinity", "automountServiceAccountToken", "containers", "enableServiceLinks",
    "imagePullSecrets", "initContainers", "nodeSelector", "priorityClassName", "restartPolicy",
    "securityContext", "serviceAccountName", "terminationGracePeriodSeconds", "tolerations",
    "topologySpreadConstraints", "volumes",
}  # fmt: skip
SECURITY = {
    "fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser", "seccompProfile",
}  # fmt: skip
VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}


def faults(build: Build) -> Iterator[str]:
    for pod in build.pods:
        security = pod.spec.get("securityContext", {})
        for field in sorted((pod.spec.keys() - FIELDS) | (security.keys() - SECURITY)):
            if not build.allows("fields", field):
                yield f"{pod.title}: nobody expects {field} here; {unless('fields')}"
        yield from (f"{pod.title}: {fault}" for fault in [*_pod(pod), *_volumes(build, pod)])


def _pod(pod: Pod) -> Iterator[str]:
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "set automountServiceAccountToken to false: it does not talk to Kubernetes."
    if pod.spec.get("enableServiceLinks") is not False:
        yield "set enableServiceLinks to false: variables of other Services look like settings."
    if pod.spec.get("securityContext", {}).get("fsGroup") == 0:
        yield "its files must not belong to the group of root."


def _volumes(build: Build, pod: Pod) -> Iterator[str]:
    for volume in pod.spec.get("volumes", []):
        for kind in sorted(volume.keys() - VOLUMES - {"name"}):
            if not build.allows("volumes", kind):
                yield f"the volume {volume['name']} is of the kind {kind}; {unless('volumes')}"
        if "emptyDir" in volume and not (volume["emptyDir"] or {}).get("sizeLimit"):
            yield f"the volume {volume['name']} has no sizeLimit: it can fill the node's disk."
