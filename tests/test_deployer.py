"""What whoever deploys may do in a cluster, and when they come in."""

from pathlib import Path
from typing import Any

import manifests
import pytest
import yaml
from conftest import ROOT, Render


def resource(kind: str) -> str:
    """What rules call a kind."""
    name = kind.lower()
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"transports": "http", "observability": []},
        {"transports": "grpc", "task_store": "postgres"},
        {"task_store": "memory"},
    ],
    ids=["default", "http", "postgres", "memory"],
)
def test_deployer_may_change_what_overlays_build(
    render: Render, tmp_path: Path, data: dict[str, Any]
) -> None:
    """All of it, whichever components they have, and nothing else: no Secret, and no rights."""
    agent = render("default", **data)
    overlays = [name for name in manifests.copy(agent, tmp_path) if name.endswith("-everything")]
    objects = [each for name in overlays for each in manifests.build(tmp_path, name).objects]
    needed = {(each["apiVersion"].rpartition("/")[0], resource(each["kind"])) for each in objects}
    role = yaml.safe_load((agent / "deploy/pipeline/role.yaml").read_text())
    rights = {
        (group, name, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for name in rule["resources"]
        for verb in rule["verbs"]
    }
    looks = {("", "pods"), ("", "pods/portforward"), ("", "services"), ("apps", "deployments")}
    changes = needed - {("", "namespaces")}

    assert {(group, name) for group, name, verb in rights if verb == "patch"} == changes
    assert {right[:2] for right in rights} == changes | looks | {("apps", "replicasets")}
    assert {right[2] for right in rights} == {"create", "get", "list", "patch", "watch"}


def test_each_secret_is_in_one_step() -> None:
    """And whoever may change the cluster comes in once the signature has been verified."""
    action = (ROOT / "template/.github/actions/roll-out/action.yaml").read_text()
    steps = [yaml.safe_dump(step) for step in yaml.safe_load(action)["runs"]["steps"]]
    [verified] = [number for number, step in enumerate(steps) if "cosign verify" in step]
    places = {
        name: [number for number, step in enumerate(steps) if f"inputs.{name} " in step]
        for name in ("registry-password", "kubeconfig", "smoke-header")
    }

    assert {name: len(numbers) for name, numbers in places.items()} == dict.fromkeys(places, 1)
    assert verified < min(places["kubeconfig"] + places["smoke-header"])
