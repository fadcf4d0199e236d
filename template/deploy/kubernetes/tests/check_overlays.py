"""Is everything of an environment in its own, restricted namespace, and of one version?"""

import json
import re
from collections.abc import Iterator
from itertools import combinations

from builds import OVERLAYS, read
from objects import Build, title, unless
from settings import in_production

ENFORCED = "pod-security.kubernetes.io/enforce"
DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
# What kustomize ends the name with of what may not change.
HASHED = re.compile(r"-[0-9a-z]{10}$")
# `kubectl apply` keeps a copy of each object in an annotation; all of them may have so many bytes.
ANNOTATIONS = 256 * 1024


def faults(build: Build) -> Iterator[str]:
    names = {one["metadata"]["name"] for one in build.of("Namespace")}
    for namespace in build.of("Namespace"):
        if namespace["metadata"].get("labels", {}).get(ENFORCED) != "restricted":
            yield f"{title(namespace)}: set the label {ENFORCED} to restricted."
        if namespace["metadata"]["labels"].get(f"{ENFORCED}-version", "latest") != "latest":
            yield f"{title(namespace)}: an old {ENFORCED}-version knows less of what to refuse."
    if len(build.namespaces) != 1 or names - build.namespaces:
        found = sorted(names | build.namespaces)
        yield f"The overlay {build.name} has to be in one namespace, its own; its objects are in {found}."
    for one in build.objects:
        if len(json.dumps(json.dumps(one))) > ANNOTATIONS:
            yield f"{title(one)} is too large for `kubectl apply`."
    for job in build.of("Job"):
        if not HASHED.search(job["metadata"]["name"]):
            yield f"{title(job)} has no hash in its name: a Job cannot be changed when it is applied."
    yield from _repositories(build)
    yield from _images(build)


def _repository(image: str) -> str:
    """An image without tag and digest; the port of a registry is part of its name."""
    return re.split(r"@|:(?!.*/)", image)[0]


def _repositories(build: Build) -> Iterator[str]:
    """The overlay says where the agent comes from, once."""
    agents = {pod.owner["metadata"]["name"] for pod in build.agents}
    written = read(build.agent / OVERLAYS / build.name / "kustomization.yaml").get("images", [])
    own = {one.get("newName", one["name"]) for one in written if one["name"] in agents}
    for pod in build.pods:
        for image in {_repository(container["image"]) for container in pod.containers}:
            if image not in own and not build.allows("images", image):
                yield f"{pod.title} runs {image}, which is not newName of the overlay; {unless('images')}"


def _images(build: Build) -> Iterator[str]:
    for pod in build.pods:
        for container in pod.containers:
            image = container["image"]
            if in_production(build) and not DIGEST.fullmatch(image):
                yield f"{pod.title}: production takes images by digest, not {image}."
            elif not re.fullmatch(r".+(:(?!latest$)[\w.-]+|@sha256:\w+)", image):
                yield f"{pod.title}: the image {image} has no tag that says which one it is."
    images = {container["image"] for pod in build.pods for container in pod.containers}
    for one, other in combinations(sorted(images), 2):
        if _repository(one) == _repository(other):
            yield f"Two pods run different versions: {one} and {other}."
