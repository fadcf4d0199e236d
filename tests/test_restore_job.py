"""The Job that restores a backup in Kubernetes: what docs/disaster-recovery.md makes of what is there."""

import json
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import jq  # type: ignore[import-not-found]  # it has no types
import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml
from conftest import Render

PROGRAM = re.compile(r"jq '(.+?)' \| kubectl apply -f -", re.DOTALL)


def built(agent: Path, kind: str) -> dict[str, Any]:
    """The first object of a kind in the production overlay."""
    command = [f"{sysconfig.get_path('scripts')}/kubectl", "kustomize"]
    folder = str(agent / "deploy/kubernetes/overlays/production")
    said = subprocess.run([*command, folder], check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = next(one for one in yaml.safe_load_all(said) if one["kind"] == kind)
    return found


def source(agent: Path, store: str) -> dict[str, Any]:
    """What the page takes: the Deployment, or the Job that kubectl makes of the CronJob."""
    if store == "sqlite":
        return built(agent, "Deployment")
    spec = built(agent, "CronJob")["spec"]["jobTemplate"]["spec"]
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "one"}, "spec": spec}


@pytest.mark.parametrize(
    ("store", "file"), [("sqlite", "/data/backups/FILE"), ("postgres", "/backups/FILE")]
)
def test_job_restores_what_is_in_the_volume(render: Render, store: str, file: str) -> None:
    """Kubernetes takes it; it runs the command once, with the volume that has the file."""
    agent = render("default", task_store=store)
    [program] = PROGRAM.findall((agent / "docs/disaster-recovery.md").read_text())
    job = json.loads(jq.compile(program).input(source(agent, store)).text())
    kubernetes_validate.validate(job, "1.37", strict=True)
    pod = job["spec"]["template"]["spec"]
    [container] = pod["containers"]
    mounted = [mount["mountPath"] for mount in container["volumeMounts"]]

    assert job["kind"] == "Job"
    assert container["args"] == ["db", "restore", file]
    assert any(file.startswith(f"{path}/") for path in mounted)
    assert pod["restartPolicy"] == "Never"
    assert not container.keys() & {"startupProbe", "livenessProbe", "readinessProbe"}
