"""Does the agent understand what it is told, and is no secret told in the open?"""

from collections.abc import Iterator

from objects import Build
from settings import SECRETS_DIR, defaults, effective, secret_settings, told


def faults(build: Build) -> Iterator[str]:
    known, secret = defaults(build.agent), secret_settings(build.agent)
    for pod in build.pods:
        names = {name for container in pod.containers for name in told(build, container)}
        for name in sorted(one for one in names if one.startswith("A2A_")):
            if name not in {*known, SECRETS_DIR}:
                yield f"{pod.title}: the agent has no setting {name}."
            if name in secret:
                yield f"{pod.title}: {name} is secret; it belongs into the Secret."
    if build.name.startswith("production"):
        for pod in build.agents:
            if effective(build, pod)["A2A_ENVIRONMENT"] != "production":
                yield f"{pod.title}: in production, A2A_ENVIRONMENT has to say so."
