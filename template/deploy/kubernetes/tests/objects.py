"""What a build is made of, and how one object finds another."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

# Where each kind that runs pods keeps what they are made from.
TEMPLATES = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
ALLOWED = "deploy/kubernetes/tests/allowed.yaml"
COMPONENT = "app.kubernetes.io/component"


def title(one: Object) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


def unless(what: str) -> str:
    """How an owner says that something is meant."""
    return f"if it is meant, add it to {what} in {ALLOWED}."


def matches(selector: Object, labels: dict[str, str]) -> bool:
    """Say whether a label selector takes these labels; an empty one takes all."""
    exact = selector.get("matchLabels", {}).items() <= labels.items()
    return exact and all(_holds(one, labels) for one in selector.get("matchExpressions", []))


def _holds(expression: Object, labels: dict[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]


@dataclass(frozen=True)
class Pod:
    """The pods that one object runs, as that object describes them."""

    owner: Object
    labels: dict[str, str]
    spec: Object

    @property
    def title(self) -> str:
        return title(self.owner)

    @property
    def containers(self) -> list[Object]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def ports(self) -> dict[str, int]:
        """The ports of all containers, by their names."""
        ports = [port for container in self.containers for port in container.get("ports", [])]
        return {
            port.get("name", str(port["containerPort"])): port["containerPort"] for port in ports
        }

    def port(self, wanted: str | int) -> int | None:
        """The number of a port that is given by its name or by its number."""
        if isinstance(wanted, str):
            return self.ports.get(wanted)
        return wanted if wanted in self.ports.values() else None


@dataclass(frozen=True)
class Build:
    """The objects of an overlay, and the agent that they run."""

    name: str
    objects: list[Object]
    agent: Path

    def of(self, *kinds: str) -> list[Object]:
        return [one for one in self.objects if one["kind"] in kinds]

    def named(self, kind: str, name: str) -> Object | None:
        return next((one for one in self.of(kind) if one["metadata"]["name"] == name), None)

    @cached_property
    def _allowed(self) -> dict[str, list[str] | None]:
        written = (self.agent / ALLOWED).read_text()
        lists: dict[str, list[str] | None] = yaml.load(written, yaml.CSafeLoader)
        return lists

    def allows(self, what: str, wanted: str) -> bool:
        """Say whether a list of allowed.yaml has something; there, * stands for anything."""
        return any(fnmatchcase(wanted, str(one)) for one in self._allowed[what] or [])

    @property
    def namespaces(self) -> set[str]:
        """Where its objects go; those of the whole cluster go nowhere."""
        return {
            one["metadata"]["namespace"] for one in self.objects if "namespace" in one["metadata"]
        }

    @cached_property
    def pods(self) -> list[Pod]:
        found = []
        for one in self.of(*TEMPLATES):
            template = one
            for step in TEMPLATES[one["kind"]]:
                template = template[step]
            found.append(Pod(one, template["metadata"].get("labels", {}), template["spec"]))
        return found

    @property
    def servers(self) -> list[Pod]:
        """Pods that run until they are told to stop."""
        return [pod for pod in self.pods if pod.owner["kind"] == "Deployment"]

    @property
    def agents(self) -> list[Pod]:
        """Those among them that are the agent itself."""
        return [pod for pod in self.servers if pod.labels.get(COMPONENT) == "agent"]

    @property
    def routes(self) -> list[Object]:
        """HTTPRoute and its like."""
        return [one for one in self.objects if one["kind"].endswith("Route")]

    def selected(self, selector: Object) -> list[Pod]:
        return [pod for pod in self.pods if matches(selector, pod.labels)]
