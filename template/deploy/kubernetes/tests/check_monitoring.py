"""Does Prometheus find every replica, by the names that dashboards and alerts know it by?"""

import re
from collections.abc import Iterator

from objects import Build, Object, matches, title


def faults(build: Build) -> Iterator[str]:
    for monitor in build.of("ServiceMonitor"):
        yield from _monitor(build, monitor)
    for scaler in build.of("HorizontalPodAutoscaler"):
        yield from _scaler(build, scaler)


def _monitor(build: Build, monitor: Object) -> Iterator[str]:
    spec = monitor["spec"]
    chosen = [
        one
        for one in build.of("Service")
        if matches(spec["selector"], one["metadata"].get("labels", {}))
    ]
    if len(chosen) != 1:
        names = [title(one) for one in chosen]
        yield f"{title(monitor)} has to select one Service, so that no replica counts twice; it selects {names}."
    for service in chosen:
        ports = {port["name"] for port in service["spec"]["ports"]}
        for endpoint in spec["endpoints"]:
            if endpoint["port"] not in ports:
                yield f"{title(monitor)} asks port {endpoint['port']}, which {title(service)} does not have."
        pods = build.selected({"matchLabels": service["spec"]["selector"]})
        job = service["metadata"]["labels"].get(spec.get("jobLabel"))
        for pod in pods:
            if job != pod.owner["metadata"]["name"]:
                yield f"{title(monitor)}: the label job is {job}, but the logs of {pod.title} call it otherwise."


def _scaler(build: Build, scaler: Object) -> Iterator[str]:
    names = (build.agent / "src").rglob("observability/metrics/*.py")
    emitted = {word for file in names for word in re.findall(r"\ba2a_\w+", file.read_text())}
    for one in scaler["spec"].get("metrics", []):
        name = one.get("pods", {}).get("metric", {}).get("name")
        if name and name not in emitted:
            yield f"{title(scaler)} scales on {name}, which the agent does not emit."
