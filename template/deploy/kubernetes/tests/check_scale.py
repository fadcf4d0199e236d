"""May there be as many replicas as there will be, and may one of them be taken away?"""

from collections.abc import Iterator

from objects import Build, Object, Pod, title
from settings import effective


def faults(build: Build) -> Iterator[str]:
    for scaler in build.of("HorizontalPodAutoscaler"):
        yield from _scaler(build, scaler)
    for pod in build.servers:
        yield from _budget(build, pod)
    for pod in build.agents:
        yield from _database(build, pod)


def _scaler_of(build: Build, pod: Pod) -> Object | None:
    scalers = build.of("HorizontalPodAutoscaler")
    name = pod.owner["metadata"]["name"]
    return next((one for one in scalers if one["spec"]["scaleTargetRef"]["name"] == name), None)


def _replicas(build: Build, pod: Pod) -> tuple[int, int]:
    """How many replicas there are at least and at most."""
    if scaler := _scaler_of(build, pod):
        return scaler["spec"].get("minReplicas", 1), scaler["spec"]["maxReplicas"]
    fixed = pod.owner["spec"].get("replicas", 1)
    return fixed, fixed


def _scaler(build: Build, scaler: Object) -> Iterator[str]:
    reference, least = scaler["spec"]["scaleTargetRef"], scaler["spec"].get("minReplicas", 1)
    target = build.named(reference["kind"], reference["name"])
    if target is None:
        yield f"{title(scaler)}: there is no {reference['kind']} {reference['name']}."
    elif "replicas" in target["spec"]:
        yield f"{title(scaler)}: leave out replicas of {title(target)}, or each apply undoes its work."
    if least > scaler["spec"]["maxReplicas"]:
        yield f"{title(scaler)}: minReplicas {least} is more than maxReplicas."


def _budget(build: Build, pod: Pod) -> Iterator[str]:
    least, _ = _replicas(build, pod)
    for budget in build.of("PodDisruptionBudget"):
        if pod in build.selected(budget["spec"]["selector"]):
            stay = budget["spec"].get("minAvailable")
            if stay == "100%" or (isinstance(stay, int) and stay >= least):
                yield f"{title(budget)}: of {least} replicas {stay} have to stay, so that no node can be emptied."
            if budget["spec"].get("maxUnavailable") in {0, "0%"}:
                yield f"{title(budget)}: none may be taken away, so that no node can be emptied."


def _database(build: Build, pod: Pod) -> Iterator[str]:
    known, (_, most) = effective(build, pod), _replicas(build, pod)
    shared = known["A2A_DATABASE_URL"].startswith("postgres")
    if not shared and most > 1:
        yield f"{pod.title}: {most} replicas need Postgres; A2A_DATABASE_URL is {known['A2A_DATABASE_URL']}."
    if not shared and pod.owner["spec"].get("strategy", {}).get("type") != "Recreate":
        yield f"{pod.title}: two at once during a rollout need Postgres; its strategy has to be Recreate."
    if int(known["A2A_REPLICAS"]) != most:
        yield f"{pod.title}: A2A_REPLICAS is {known['A2A_REPLICAS']}, but there are up to {most} replicas."
