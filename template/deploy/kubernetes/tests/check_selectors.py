"""Do selectors select the pods that they mean, and no others?"""

from collections.abc import Iterator
from typing import Any

from objects import Build, Object, Pod, matches, title


def faults(build: Build) -> Iterator[str]:
    for pod in build.servers:
        if not matches(pod.owner["spec"]["selector"], pod.labels):
            yield f"{pod.title} does not select its own pods."
    for service in build.of("Service"):
        if labels := service["spec"].get("selector"):
            yield from _not_one(build, service, {"matchLabels": labels})
    for budget in build.of("PodDisruptionBudget"):
        yield from _not_one(build, budget, budget["spec"]["selector"])
    for policy in build.of("NetworkPolicy"):
        yield from _policy(build, policy)
    for pod in build.pods:
        yield from _own(pod)
        yield from _open(build, pod)


def _not_one(build: Build, one: Object, selector: Object) -> Iterator[str]:
    chosen = [pod.title for pod in build.selected(selector)]
    if len(chosen) != 1:
        yield f"{title(one)} has to select the pods of one object; it selects {chosen or 'none'}."


def _policy(build: Build, policy: Object) -> Iterator[str]:
    spec = policy["spec"]
    if not build.selected(spec["podSelector"]):
        yield f"{title(policy)} is about no pods."
    for rule in [*spec.get("ingress", []), *spec.get("egress", [])]:
        for peer in [*rule.get("from", []), *rule.get("to", [])]:
            # With a namespaceSelector, they are pods of somebody else.
            if peer.keys() == {"podSelector"} and not build.selected(peer["podSelector"]):
                yield f"{title(policy)} speaks of pods that do not exist: {peer['podSelector']}."


def _own(pod: Pod) -> Iterator[str]:
    """Spread and affinity are about the pod itself and others like it."""
    for selector in _label_selectors(
        [pod.spec.get("topologySpreadConstraints"), pod.spec.get("affinity")]
    ):
        if not matches(selector, pod.labels):
            yield f"{pod.title} is spread by labels that its pods do not have: {selector}."


def _label_selectors(tree: Any) -> Iterator[Object]:
    for child in (
        tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    ):
        yield from _label_selectors(child)
    if isinstance(tree, dict) and "labelSelector" in tree:
        yield tree["labelSelector"]


def _open(build: Build, pod: Pod) -> Iterator[str]:
    """Without a policy, everybody may call a pod, and it may call everybody."""
    policies = [one["spec"] for one in build.of("NetworkPolicy")]
    about = [spec for spec in policies if matches(spec["podSelector"], pod.labels)]
    closed = {way for spec in about for way in spec.get("policyTypes", ["Ingress"])}
    for way in sorted({"Ingress", "Egress"} - closed):
        yield f"{pod.title}: no NetworkPolicy closes {way}."
