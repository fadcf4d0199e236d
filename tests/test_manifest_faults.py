"""The agent's own checks of its manifests find what is planted, and say what it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Render
from manifests import CHECKS, copy, in_vain, said_of

EVERYTHING = "production-with-everything"
ONE_POD = "development"


class Fault(NamedTuple):
    """What is changed in a file of deploy/kubernetes, and what is said of it."""

    file: str
    old: str
    new: str
    said: str
    overlay: str = EVERYTHING


DEPLOYMENT = "base/deployment.yaml"
SETTINGS = f"overlays/{EVERYTHING}/config.env"
SCALER = "components/autoscaling/horizontal-pod-autoscaler.yaml"
POLICY = "components/monitoring/network-policy.yaml"
MONITOR = "components/monitoring/service-monitor.yaml"

SELECTORS = {
    "service selects nothing": Fault(
        "base/service.yaml", "component: agent", "component: agnet", "it selects none"
    ),
    "service selects backups": Fault(
        "base/service.yaml",
        "selector: *labels",
        "selector: {app.kubernetes.io/name: everything-agent}",
        "'CronJob everything-agent-backup'",
    ),
    "budget for nobody": Fault(
        "base/pod-disruption-budget.yaml", "component: agent", "component: pod", "it selects none"
    ),
    "policy about nobody": Fault(POLICY, "component: agent", "component: pod", "is about no pods"),
    "spread by other labels": Fault(
        DEPLOYMENT,
        "labelSelector: &pods\n            matchLabels: *labels",
        "labelSelector: &pods\n            matchLabels: {app: agent}",
        "is spread by labels that its pods do not have",
    ),
    "open to the world": Fault(
        "base/default-deny.yaml", "[Ingress, Egress]", "[Egress]", "no NetworkPolicy closes Ingress"
    ),
    "monitor of two services": Fault(
        "components/monitoring/service.yaml",
        "component: monitoring",
        "component: agent",
        "one Service",
    ),
    "monitor by another name": Fault(
        MONITOR, "jobLabel: app.kubernetes.io/name", "jobLabel: app", "the label job is None"
    ),
}
PORTS = {
    "renamed port": Fault(DEPLOYMENT, "name: http,", "name: web,", "leads to port http"),
    "another port": Fault(
        DEPLOYMENT, "containerPort: 8000", "containerPort: 8001", "but A2A_HTTP_PORT is 8000"
    ),
    "probe without port": Fault(
        DEPLOYMENT,
        "path: /readyz, port: ops",
        "path: /readyz, port: opps",
        "readinessProbe asks port opps",
    ),
    "closed ops port": Fault(
        POLICY, "port: ops", "port: http", "no NetworkPolicy lets anybody in at port ops"
    ),
    "all ports open": Fault(
        POLICY,
        "      ports:\n        - {protocol: TCP, port: ops}\n",
        "",
        "opens all ports",
    ),
    "port that nobody needs": Fault(POLICY, "port: ops", "port: 22", "opens port 22"),
    "route to no port": Fault(
        "components/gateway/http-route.yaml", "port: 8000", "port: 80", "leads to port 80"
    ),
    "route to nobody": Fault(
        "components/gateway/http-route.yaml",
        "- name: everything-agent",
        "- name: agent",
        "leads to Service agent, which does not exist",
    ),
    "misspelt route": Fault(
        "components/gateway/grpc-route.yaml", "kind: GRPCRoute", "kind: GPRCRoute", "not to gprc"
    ),
    "another host": Fault(
        f"overlays/{EVERYTHING}/kustomization.yaml",
        "index: 2",
        "index: 0",
        "does not take calls for https://agent.example.com",
    ),
    "no way out": Fault(
        SETTINGS,
        "A2A_OTLP_ENDPOINT=",
        "A2A_OTLP_ENDPOINT=http://collector:9999",
        "A2A_OTLP_ENDPOINT is at port 9999",
    ),
}
REFERENCES = {
    "unknown setting": Fault(
        SETTINGS, "A2A_ENVIRONMENT", "A2A_LOG_LEVL=info\nA2A_ENVIRONMENT", "no setting A2A_LOG_LEVL"
    ),
    "open secret": Fault(
        SETTINGS,
        "A2A_ENVIRONMENT",
        "A2A_DATABASE_PASSWORD=word\nA2A_ENVIRONMENT",
        "A2A_DATABASE_PASSWORD is secret",
    ),
    "not in production": Fault(
        SETTINGS, "A2A_ENVIRONMENT=production", "A2A_ENVIRONMENT=development", "has to say so"
    ),
    "missing secret": Fault(
        DEPLOYMENT,
        "secretName: everything-agent",
        "secretName: agent",
        "create secret generic agent",
    ),
    "misspelt key of a secret": Fault(
        "components/backup/cron-job.yaml",
        "key: A2A_DATABASE_PASSWORD",
        "key: A2A_DATABASE_PASWORD",
        "no setting A2A_DATABASE_PASWORD",
    ),
    "missing config map": Fault(
        DEPLOYMENT,
        "configMapRef:\n                name: everything-agent",
        "configMapRef:\n                name: agent",
        "create configmap agent",
    ),
    "missing key of a config map": Fault(
        "components/backup/cron-job.yaml",
        "key: A2A_DATABASE_URL",
        "key: A2A_DATABASE",
        "has no A2A_DATABASE.",
    ),
    "missing account": Fault(
        DEPLOYMENT,
        "serviceAccountName: everything-agent",
        "serviceAccountName: agent",
        "ServiceAccount agent",
    ),
    "missing claim": Fault(
        "components/backup/cron-job.yaml",
        "-backups}",
        "-backup}",
        "PersistentVolumeClaim everything",
    ),
    "missing volume": Fault(
        DEPLOYMENT, "- name: scratch", "- name: scrap", "no volume scratch to mount"
    ),
    "file that is not mounted": Fault(
        "components/mtls/config.env", "/client-ca/", "/ca/", "where nothing is mounted"
    ),
}
SCALE = {
    "budget of nothing": Fault(
        "base/pod-disruption-budget.yaml", "maxUnavailable: 1", "minAvailable: 3", "of 3 replicas 3"
    ),
    "less than the least": Fault(
        SCALER, "maxReplicas: 6", "maxReplicas: 2", "more than maxReplicas"
    ),
    "scaler of nothing": Fault(
        SCALER, "name: everything-agent\n  min", "name: agent\n  min", "no Deployment agent"
    ),
    "scaled SQLite": Fault(
        SETTINGS,
        "A2A_DATABASE_URL=postgresql://",
        "A2A_DATABASE_URL=sqlite://",
        "6 replicas need Postgres",
    ),
    "undone by each apply": Fault(
        "components/autoscaling/kustomization.yaml",
        "op: remove,",
        "op: replace, value: 3,",
        "leave out replicas",
    ),
    "untold replicas": Fault(
        "components/autoscaling/kustomization.yaml",
        "data.A2A_REPLICAS",
        "data.A2A_DATABASE_POOL_SIZE",
        "A2A_REPLICAS is 1, but there are up to 6",
    ),
    "untold second pod": Fault(
        DEPLOYMENT, "replicas: 1", "replicas: 2", "up to 2 replicas", ONE_POD
    ),
    "rollout of SQLite": Fault(
        SETTINGS,
        "A2A_DATABASE_URL=postgresql://",
        "A2A_DATABASE_URL=sqlite://",
        "has to be Recreate",
    ),
    "scales on nothing": Fault(SCALER, "a2a_tasks_in_progress", "a2a_turns", "scales on a2a_turns"),
}
PODS = {
    "short grace": Fault(
        DEPLOYMENT,
        "terminationGracePeriodSeconds: 45",
        "terminationGracePeriodSeconds: 39",
        "but needs 40",
    ),
    "no drain": Fault(
        "base/config.env", "DRAIN_DELAY_SECONDS=5", "DRAIN_DELAY_SECONDS=0", "before all nodes know"
    ),
    "no digest": Fault(
        f"overlays/{EVERYTHING}/kustomization.yaml",
        "digest: sha256:",
        "newTag: v",
        "images by digest",
    ),
    "latest": Fault(
        f"overlays/{ONE_POD}/kustomization.yaml",
        "newTag: main",
        "newTag: latest",
        "no tag that says",
        ONE_POD,
    ),
    "two versions": Fault(
        "components/migration/job.yaml",
        "image: everything-agent",
        "image: registry.example.com/agents/everything-agent:old",
        "Two pods run different versions",
    ),
    "privileges": Fault(
        DEPLOYMENT,
        "allowPrivilegeEscalation: false",
        "privileged: true",
        "must not gain privileges",
    ),
    "root": Fault(DEPLOYMENT, "runAsUser: 10001", "runAsUser: 0", "who is not root"),
    "capabilities": Fault(DEPLOYMENT, "drop: [ALL]", "add: [NET_ADMIN]", "drop all capabilities"),
    "seccomp": Fault(DEPLOYMENT, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"),
    "writable": Fault(
        "components/migration/job.yaml",
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: false",
        "has to be read-only",
    ),
    "folder of the node": Fault(
        DEPLOYMENT, "emptyDir: {sizeLimit: 64Mi}", "hostPath: {path: /}", "of the kind hostPath"
    ),
    "token": Fault(
        DEPLOYMENT,
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: true",
        "does not talk",
    ),
    "no limit": Fault(DEPLOYMENT, "memory: 512Mi, ", "", "without a limit for memory"),
    "job that cannot be applied again": Fault(
        "components/migration/job.yaml",
        "needsHashSuffix: enabled",
        "needsHashSuffix: disabled",
        "no hash in its name",
    ),
    "open namespace": Fault(
        f"overlays/{EVERYTHING}/namespace.yaml",
        "enforce: restricted",
        "enforce: baseline",
        "to restricted",
    ),
    "another namespace": Fault(
        f"overlays/{EVERYTHING}/kustomization.yaml",
        "namespace: everything-agent",
        "",
        "in the namespace None",
    ),
}
SCHEMAS = {
    "unknown field": Fault(
        DEPLOYMENT, "revisionHistoryLimit", "revisionHistoryLimits", "Kubernetes 1.32 refuses"
    ),
    "wrong type": Fault(
        DEPLOYMENT, "periodSeconds: 2", "periodSeconds: often", "Kubernetes 1.37 refuses"
    ),
    "misspelt kind": Fault(
        "base/pod-disruption-budget.yaml",
        "kind: PodDisruptionBudget",
        "kind: PodDisruptionBuget",
        "has no PodDisruptionBuget",
    ),
    "old version": Fault(SCALER, "autoscaling/v2", "autoscaling/v2beta2", "in autoscaling/v2beta2"),
    "unknown field of a custom resource": Fault(
        MONITOR, "scrapeTimeout", "scrapeTimeOut", "no field .spec.endpoints"
    ),
    "wrong duration": Fault(
        MONITOR, "interval: 15s", "interval: often", "spec.endpoints.0.interval"
    ),
    "missing field of a custom resource": Fault(
        "components/tls/certificate.yaml",
        "secretName: everything-agent-tls",
        "commonName: agent",
        "secretName",
    ),
}
FAULTS = SELECTORS | PORTS | REFERENCES | SCALE | PODS | SCHEMAS


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent with everything, and with all overlays that its checks add."""
    folder = tmp_path_factory.mktemp("faulty")
    assert EVERYTHING in copy(render("everything"), folder)
    return folder


@contextmanager
def planted(agent: Path, fault: Fault) -> Iterator[None]:
    """Change one file for a while; the words to change have to be in it."""
    file = agent / "deploy/kubernetes" / fault.file
    text = file.read_text()
    assert fault.old in text, f"{fault.file} has no {fault.old}"
    file.write_text(text.replace(fault.old, fault.new))
    try:
        yield
    finally:
        file.write_text(text)


@pytest.mark.parametrize("overlay", [EVERYTHING, ONE_POD])
def test_nothing_is_said_of_what_is_right(agent: Path, overlay: str) -> None:
    """A planted fault below is the only one."""

    assert said_of(agent, overlay) == {check: [] for check in CHECKS}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_is_named(agent: Path, fault: Fault) -> None:
    """Whoever runs `make manifests` reads what is wrong, and where."""
    with planted(agent, fault):
        said = [sentence for found in said_of(agent, fault.overlay).values() for sentence in found]

    assert [sentence for sentence in said if fault.said in sentence] != [], said


def test_patch_that_hits_nothing_is_named(agent: Path) -> None:
    """To kustomize it is no error."""
    vain = Fault(
        "components/monitoring/kustomization.yaml", "{kind: PrometheusRule}", "{kind: Rule}", ""
    )
    right = in_vain(agent, [EVERYTHING])
    with planted(agent, vain):
        wrong = in_vain(agent, [EVERYTHING])

    assert [one for one in wrong if one not in right] != []
    assert "components/monitoring/kustomization.yaml: this entry of patches" in wrong[0]
