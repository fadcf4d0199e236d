"""Is everything there that a pod takes from elsewhere: configuration, secrets, volumes, accounts?"""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePosixPath

from objects import Build, Object, Pod, unless
from settings import defaults, told

# What cert-manager writes into the Secret of a Certificate.
CERTIFICATE_KEYS = {"ca.crt", "tls.crt", "tls.key"}


def faults(build: Build) -> Iterator[str]:
    for pod in build.pods:
        found = chain(
            _config_maps(build, pod), _secrets(build, pod), _others(build, pod), _mounts(build, pod)
        )
        yield from (f"{pod.title}: {fault}" for fault in found)


def _sources(pod: Pod) -> Iterator[Object]:
    """Volumes, one by one also where several are projected into one."""
    for volume in pod.spec.get("volumes", []):
        yield from volume.get("projected", {}).get("sources", [volume])


def _uses(pod: Pod, kind: str) -> Iterator[tuple[str, str | None]]:
    """The ConfigMaps or Secrets of a pod by name, each with a key of it, or None for all."""
    for container in pod.containers:
        for source in container.get("envFrom", []):
            if reference := source.get(f"{kind}Ref"):
                yield reference["name"], None
        for variable in container.get("env", []):
            if reference := variable.get("valueFrom", {}).get(f"{kind}KeyRef"):
                yield reference["name"], reference["key"]
    for source in _sources(pod):
        if reference := source.get(kind):
            name = reference.get("secretName", reference.get("name"))
            yield from ((name, item["key"]) for item in reference.get("items", []))
            if not reference.get("items"):
                yield name, None


def _config_maps(build: Build, pod: Pod) -> Iterator[str]:
    for name, key in _uses(pod, "configMap"):
        config = build.named("ConfigMap", name)
        if config is None:
            yield from _undocumented(build, "configmap", name, key)
        elif key not in {None, *config.get("data", {})}:
            yield f"the ConfigMap {name} has no {key}."


def _secrets(build: Build, pod: Pod) -> Iterator[str]:
    made = {one["spec"].get("secretName") for one in build.of("Certificate")}
    for name, key in _uses(pod, "secret"):
        if name not in made:
            yield from _undocumented(build, "secret generic", name, key)
        elif key not in {None, *CERTIFICATE_KEYS}:
            yield f"the Secret {name} of cert-manager has no {key}."
        if key and key.startswith("A2A_") and key not in defaults(build.agent):
            yield f"the agent has no setting {key}, which the Secret {name} is to hold."


def _undocumented(build: Build, kind: str, name: str, key: str | None) -> Iterator[str]:
    """What is not in git is made by hand, as this page tells, or by something else."""
    if build.allows("made_elsewhere", name):
        return
    page, what = (build.agent / "docs/kubernetes.md").read_text(), f"{kind} {name}"
    if f"create {what} " not in page:
        yield f"docs/kubernetes.md does not say how to create {what}; {unless('made_elsewhere')}"
    elif key is not None and key not in page:
        yield f"docs/kubernetes.md does not say what {key} is, which {what} is to hold."


def _others(build: Build, pod: Pod) -> Iterator[str]:
    account = pod.spec.get("serviceAccountName")
    if account and not build.named("ServiceAccount", account):
        yield f"there is no ServiceAccount {account}."
    for source in _sources(pod):
        claim = source.get("persistentVolumeClaim", {}).get("claimName")
        if claim and not build.named("PersistentVolumeClaim", claim):
            yield f"there is no PersistentVolumeClaim {claim}."


def _mounts(build: Build, pod: Pod) -> Iterator[str]:
    volumes = {volume["name"] for volume in pod.spec.get("volumes", [])}
    volumes |= {
        one["metadata"]["name"] for one in pod.owner["spec"].get("volumeClaimTemplates", [])
    }
    mounted = {
        one["name"] for container in pod.containers for one in container.get("volumeMounts", [])
    }
    yield from (f"it mounts no volume {name}." for name in sorted(volumes - mounted))
    yield from (f"there is no volume {name} to mount." for name in sorted(mounted - volumes))
    for container in pod.containers:
        places = {one["mountPath"] for one in container.get("volumeMounts", [])}
        for name, value in told(build, container).items():
            around = {value, *map(str, PurePosixPath(value).parents)}
            if re.fullmatch(r"A2A_\w+_(DIR|FILE)", name) and value and places.isdisjoint(around):
                yield f"{name} is {value}, where nothing is mounted."
