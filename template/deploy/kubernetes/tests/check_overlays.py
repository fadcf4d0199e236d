"""Is everything of an environment in its own, restricted namespace, and of one version?"""

import json
import re
from collections.abc import Iterator
from itertools import combinations

from objects import Build, title

ENFORCED = "pod-security.kubernetes.io/enforce"
WITHOUT_NAMESPACE = {"Namespace"}
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
    for one in build.objects:
        place = one["metadata"].get("namespace")
        if one["kind"] not in WITHOUT_NAMESPACE and {place} != names:
            yield f"{title(one)} is in the namespace {place}, not in the overlay's own."
        if len(json.dumps(json.dumps(one))) > ANNOTATIONS:
            yield f"{title(one)} is too large for `kubectl apply`."
    for job in build.of("Job"):
        if not HASHED.search(job["metadata"]["name"]):
            yield f"{title(job)} has no hash in its name: a Job cannot be changed when it is applied."
    yield from _images(build)


def _images(build: Build) -> Iterator[str]:
    for pod in build.pods:
        for container in pod.containers:
            image = container["image"]
            if build.name.startswith("production") and not DIGEST.fullmatch(image):
                yield f"{pod.title}: production takes images by digest, not {image}."
            elif not re.fullmatch(r".+(:(?!latest$)[\w.-]+|@sha256:\w+)", image):
                yield f"{pod.title}: the image {image} has no tag that says which one it is."
    images = {container["image"] for pod in build.pods for container in pod.containers}
    for one, other in combinations(sorted(images), 2):
        if re.split("[@:]", one)[0] == re.split("[@:]", other)[0]:
            yield f"Two pods run different versions: {one} and {other}."
