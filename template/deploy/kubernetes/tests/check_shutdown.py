"""Do the seconds add up that a pod has from the order to stop until it is killed?"""

from collections.abc import Iterator

from objects import Build, Pod
from settings import effective

# To interrupt what has not ended, close connections and the database, and send the last logs.
MARGIN_SECONDS = 10
# Until all nodes have heard that a pod is no longer to be called.
WITHDRAWN_SECONDS = 3


def faults(build: Build) -> Iterator[str]:
    for pod in build.agents:
        before, known = _before(pod), effective(build, pod)
        drain, grace = (float(known[f"A2A_{name}_SECONDS"]) for name in ("DRAIN_DELAY", "GRACE"))
        needed = before + drain + grace + MARGIN_SECONDS
        given = pod.spec.get("terminationGracePeriodSeconds", 30)
        if given < needed:
            yield (
                f"{pod.title} is killed after {given} seconds, but needs {needed:g}: "
                f"preStop {before} + A2A_DRAIN_DELAY_SECONDS {drain:g} "
                f"+ A2A_GRACE_SECONDS {grace:g} + {MARGIN_SECONDS}."
            )
        if before + drain < WITHDRAWN_SECONDS:
            yield (
                f"{pod.title} refuses calls before all nodes know that it stops: "
                f"set A2A_DRAIN_DELAY_SECONDS to {WITHDRAWN_SECONDS} or more."
            )


def _before(pod: Pod) -> int:
    """Seconds that containers sleep before they are told."""
    hooks = [one.get("lifecycle", {}).get("preStop", {}) for one in pod.containers]
    return max((hook.get("sleep", {}).get("seconds", 0) for hook in hooks), default=0)
