"""What runs after a deployment: the image that was meant, and which others beside it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from programs import DeploymentError

IMAGE = re.compile(
    r"(?P<repository>[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9._-]+)+)@(?P<digest>sha256:[0-9a-f]{64})"
)
TAG_OR_DIGEST = re.compile(r"(:[^/:@]*)?(@.*)?$")


class Container(NamedTuple):
    """A container of an object; of a kind that nobody here knows, whatever names an image."""

    owner: str
    name: str
    image: str


def parts(image: str) -> tuple[str, str]:
    """The repository and the digest of an image; raises DeploymentError where it has none."""
    found = IMAGE.fullmatch(image)
    if not found:
        raise DeploymentError(f"{image!r} has no digest: write it as registry/name@sha256:...")
    return found["repository"], found["digest"]


def containers(one: dict[str, Any]) -> Iterator[Container]:
    """Everything in an object that has an image."""
    owner = f"{one['kind']} {one['metadata']['name']}"
    rest: list[Any] = [one]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            if isinstance(value.get("image"), str):
                yield Container(owner, str(value.get("name", "")), value["image"])
            rest.extend(value.values())
        elif isinstance(value, list):
            rest.extend(value)


def check(objects: Iterable[dict[str, Any]], deployment: str, image: str) -> None:
    """Show what else runs; raises DeploymentError where the agent would be another image."""
    found = sorted({each for one in objects for each in containers(one)})
    repository, _ = parts(image)
    agent = (f"Deployment {deployment}", "agent")
    if agent not in [each[:2] for each in found]:
        raise DeploymentError("there is no {} with a container {}".format(*agent))
    for each in found:
        same = TAG_OR_DIGEST.sub("", each.image) == repository
        if each.image != image and (same or each[:2] == agent):
            raise DeploymentError(
                f"{each.owner} would run {each.image}, not {image}: "
                f"under `images`, newName of the overlay has to be {repository}"
            )
    for each in found:
        if each.image != image:
            print(f"Nobody verifies this here: {each.owner} runs {each.image}", flush=True)
