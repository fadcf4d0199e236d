"""The manifests of rendered agents: their own checks, public linters, and a real Prometheus."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from agents import run
from conftest import ROOT, Render
from manifests import CHECKS, build, copy, in_vain, said_of
from programs import said, tool
from rules import UNIT_TESTS

pytestmark = pytest.mark.lab

KUBERNETES = {"deployment": ["kubernetes"]}
AGENTS: dict[str, dict[str, Any]] = {
    "default": {},
    "everything": {},
    "grpc": KUBERNETES,
    "http": KUBERNETES,
    "minimal": KUBERNETES,
}
CHECKOV = ("uv", "tool", "run", "--quiet", "--from", "checkov>=3.3,<4", "checkov")
GATEWAY_MODELS = "@kubernetes-models/gateway-api@2"
# The labels that Kubernetes' service discovery gives to a target, for one replica.
REPLICA = {"__meta_kubernetes_pod_name": "hello-agent-7d9f"}


class Yard(NamedTuple):
    """A copy of what the checks read of an agent, and the overlays that they add to it."""

    agent: Path
    overlays: list[str]


@pytest.fixture(scope="module", params=AGENTS)
def yard(
    render: Render, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Yard:
    """One for each set of answers."""
    rendered = render(request.param, **AGENTS[request.param])
    folder = tmp_path_factory.mktemp(request.param)
    return Yard(folder, copy(rendered, folder))


@pytest.fixture(scope="module")
def everything(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Production with all components."""
    folder = tmp_path_factory.mktemp("whole")
    copy(render("default"), folder)
    return build(folder, "production-with-everything")


def test_own_checks_pass(yard: Yard) -> None:
    """Each overlay as it is, with each component alone, and with all of them."""
    found = {overlay: said_of(yard.agent, overlay) for overlay in yard.overlays}

    assert found == {overlay: {check: [] for check in CHECKS} for overlay in yard.overlays}
    assert {"development", "production", "production-with-gateway"} <= found.keys()


def test_every_change_has_an_effect(yard: Yard) -> None:
    """No patch is there for nothing."""
    overlays = [one for one in yard.overlays if "-with-" not in one or one.endswith("-everything")]

    assert in_vain(yard.agent, overlays) == []


def policies(folder: Path, manifest: str) -> tuple[int, dict[str, Any]]:
    """How many of checkov's policies an overlay passes, and those that it fails."""
    (folder / "manifest.yaml").write_text(manifest)
    options = ("--skip-download", "--compact", "--output=json", "--framework=kubernetes")
    done = subprocess.run(
        [*CHECKOV, *options, "--file", folder / "manifest.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    failed = {one["check_id"]: one["resource"] for one in report["results"]["failed_checks"]}
    return report["summary"]["passed"], failed


@pytest.mark.parametrize("overlay", ["development", "production-with-everything"])
def test_policies_hold(yard: Yard, overlay: str, tmp_path: Path) -> None:
    """Checkov finds nothing; an exception is an annotation with its reason."""
    passed, failed = policies(tmp_path, yaml.safe_dump_all(build(yard.agent, overlay).objects))

    assert failed == {}
    assert passed > 50


def test_policies_can_fail(everything: Any, tmp_path: Path) -> None:
    """Checkov does look."""
    manifest = yaml.safe_dump_all(everything.objects)
    _, failed = policies(tmp_path, manifest.replace("readOnlyRootFilesystem: true", ""))

    assert failed.keys() == {"CKV_K8S_22"}


@pytest.mark.parametrize("answers", AGENTS)
def test_yaml_is_in_style(render: Render, answers: str) -> None:
    """All YAML of an agent, by its own configuration of yamllint."""
    agent = render(answers, **AGENTS[answers])
    command = [sys.executable, "-m", "yamllint", "--strict", "."]
    done = subprocess.run(command, cwd=agent, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def rule_file(whole: Any, folder: Path) -> Path:
    """The groups of the PrometheusRule, as the operator hands them to Prometheus."""
    [rule] = whole.of("PrometheusRule")
    folder.mkdir()
    (folder / "all.yaml").write_text(yaml.safe_dump(rule["spec"]))
    return folder / "all.yaml"


def test_rules_reach_prometheus(everything: Any, tmp_path: Path) -> None:
    """Prometheus' own tool reads them, and their unit tests hold for them as well."""
    rules = rule_file(everything, tmp_path / "rules")
    (tmp_path / "tests").mkdir()
    tests = [Path(shutil.copy(file, tmp_path / "tests")) for file in UNIT_TESTS]
    for file in tests:
        file.write_text(re.sub(r"\.\./rules/[\w*]+\.yaml", "../rules/all.yaml", file.read_text()))
    checked = said(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", rules)
    tested = said(tool("promtool"), "test", "rules", *tests)

    assert (checked[0], tested[0]) == (0, 0), f"{checked[1]}{tested[1]}"


def target_labels(whole: Any, folder: Path) -> dict[str, str]:
    """The labels of a replica in Prometheus, by the relabeling that the operator writes for it."""
    [monitor] = whole.of("ServiceMonitor")
    [service] = [one for one in whole.of("Service") if one["metadata"]["name"].endswith("-ops")]
    spec, [endpoint] = monitor["spec"], monitor["spec"]["endpoints"]
    job = service["metadata"]["labels"][spec["jobLabel"]]
    relabelings = [
        {re.sub("([A-Z])", r"_\1", key).lower(): value for key, value in one.items()}
        for one in endpoint["relabelings"]
    ]
    scrape = {
        "job_name": "monitor",
        "metrics_path": endpoint["path"],
        "scrape_interval": endpoint["interval"],
        "scrape_timeout": endpoint["scrapeTimeout"],
        "relabel_configs": [{"target_label": "job", "replacement": job}, *relabelings],
        "static_configs": [{"targets": ["10.0.0.1:9464"], "labels": REPLICA}],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump({"scrape_configs": [scrape]}))
    check = ("check", "service-discovery", "--timeout=1s")
    code, text = said(tool("promtool"), *check, folder / "prometheus.yaml", "monitor")
    assert code == 0, text
    [target] = json.loads(text)
    labels: dict[str, str] = target["labels"]
    return labels


def test_replicas_have_the_labels_of_compose(
    render: Render, everything: Any, tmp_path: Path
) -> None:
    """So that each query of a dashboard or a rule means the same in both."""
    config = yaml.safe_load((render("default") / "deploy/prometheus/prometheus.yaml").read_text())
    labels = target_labels(everything, tmp_path)

    assert labels["job"] == config["scrape_configs"][0]["job_name"]
    assert labels["instance"] == REPLICA["__meta_kubernetes_pod_name"]
    assert labels["__metrics_path__"] == "/metrics"


def gateway_faults(objects: list[dict[str, Any]], folder: Path) -> str:
    """What the models of the Gateway API have against objects; unknown fields they let pass."""
    # In the folder and not with --prefix, which would leave the machine's own npmrc unread.
    subprocess.run(
        ["npm", "install", "--silent", "--no-save", GATEWAY_MODELS], cwd=folder, check=True
    )
    script = Path(shutil.copy(ROOT / "tests/gateway_models.mjs", folder))
    done = subprocess.run(
        [tool("node"), script],
        input=json.dumps(objects),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_gateways_know_the_routes(everything: Any, tmp_path: Path) -> None:
    """And would not know a port that is a name."""
    objects = [one for one in everything.objects if one["apiVersion"].startswith("gateway.")]
    wrong = json.loads(json.dumps(objects))
    for one in wrong:
        for rule in one["spec"].get("rules", []):
            rule["backendRefs"][0]["port"] = "http"

    assert {one["kind"] for one in objects} == {"BackendTLSPolicy", "GRPCRoute", "HTTPRoute"}
    assert gateway_faults(objects, tmp_path) == ""
    assert gateway_faults(wrong, tmp_path).count("must be integer") >= 2


def test_unsafe_settings_stop_make_manifests(render: Render, tmp_path: Path) -> None:
    """What the agent would refuse at its start is said before."""
    agent = Path(shutil.copytree(render("default"), tmp_path / "agent"))
    config = agent / "deploy/kubernetes/overlays/production/config.env"
    config.write_text(
        config.read_text().replace("A2A_AUTHENTICATION=jwt", "A2A_AUTHENTICATION=none")
    )
    done = run(agent, "make", "manifests", "ARGS=-k settings")

    assert done.returncode != 0
    assert "Production has to know its callers: set A2A_AUTHENTICATION" in done.stdout
