"""Is everything of a kind that belongs here?"""

from collections.abc import Iterator

from objects import Build, title, unless


def faults(build: Build) -> Iterator[str]:
    for one in build.objects:
        kind = f"{one['apiVersion']} {one['kind']}"
        if kind == "v1 Secret":
            yield f"{title(one)}: no secret belongs into git; docs/kubernetes.md says how to give it to the agent."
        elif not build.allows("kinds", kind) and not build.allows("kinds_without_schema", kind):
            why = (
                "gives rights in the cluster, which no pod here needs"
                if kind.startswith("rbac.")
                else f"is a {kind}, which nobody expects here"
            )
            yield f"{title(one)} {why}; {unless('kinds')}"
