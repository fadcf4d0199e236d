"""Does the agent understand what it is told?"""

from collections.abc import Iterator

from objects import Build
from settings import SECRETS_DIR, defaults, effective, told


def faults(build: Build) -> Iterator[str]:
    known = {*defaults(build.agent), SECRETS_DIR}
    for pod in build.pods:
        names = {name for container in pod.containers for name in told(build, container)}
        for name in sorted(one for one in names if one.startswith("A2A_")):
            if name not in known:
                yield f"{pod.title}: the agent has no setting {name}."
    if build.name.startswith("production"):
        for pod in build.agents:
            if effective(build, pod)["A2A_ENVIRONMENT"] != "production":
                yield f"{pod.title}: in production, A2A_ENVIRONMENT has to say so."
