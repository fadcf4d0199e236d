"""Does kustomize do nothing that the other checks do not know of?"""

from collections.abc import Iterator

from builds import OVERLAYS, parts, read
from objects import Build, unless

FIELDS = {
    "apiVersion", "components", "configMapGenerator", "images", "kind", "labels", "namespace",
    "patches", "replacements", "replicas", "resources",
}  # fmt: skip


def faults(build: Build) -> Iterator[str]:
    for file in parts((build.agent / OVERLAYS / build.name).resolve()):
        name = file.relative_to((build.agent / "deploy").resolve())
        for field in sorted(read(file).keys() - FIELDS):
            if field == "secretGenerator":
                yield f"{name}: no secret belongs into git; docs/kubernetes.md says how to give it to the agent."
            elif not build.allows("fields", field):
                yield f"{name}: nobody expects {field} here; {unless('fields')}"
