"""compose.yaml: well-formed for all answers, without what was not chosen, and closed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from agents import run
from conftest import ANSWERS, Render, read_answers
from debian_packages import unpacked
from docker_lab import ENGINE
from programs import said

UNPUBLISHED = {"alerts", "alloy", "backup", "filebeat", "migrate", "redis", "replica"}
# Where it is not known what a server writes beside its data.
WRITABLE = {"elasticsearch", "kibana"}
LOGS = {"elasticsearch", "filebeat", "kibana"}
METRICS = {"alertmanager", "alerts", "prometheus"}
DASHBOARDS = {"alloy", "grafana", "loki"}
REPLICATED = {"backup", "envoy", "migrate", "postgres", "redis", "replica"}
PROFILES = {"backup", "dashboards", "elk", "envoy", "logs", "redis", "traces"}
SERVER_CONNECTIONS = 100 - 3  # what Postgres takes by itself, without those for its superuser

COMPOSED = [name for name in ANSWERS if "compose" in read_answers(name)["deployment"]]

each_composed = pytest.mark.parametrize("answers", COMPOSED)
each_store = pytest.mark.parametrize("task_store", ["sqlite", "postgres"])
each_choice = pytest.mark.parametrize(
    ("observability", "services"),
    [
        ([], set()),
        (["tracing"], {"jaeger"}),
        (["metrics"], METRICS),
        (["metrics", "dashboards"], METRICS | DASHBOARDS),
        (["metrics", "tracing", "dashboards"], METRICS | DASHBOARDS | {"jaeger"}),
    ],
)


def schema_faults(file: Path) -> str:
    """What the schema of the Compose specification has against a file; empty when nothing."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*check, file], capture_output=True, text=True, check=False)
    return result.stdout if result.returncode else ""


def compose_services(agent: Path) -> dict[str, Any]:
    """The services in an agent's compose.yaml."""
    services: dict[str, Any] = yaml.safe_load((agent / "compose.yaml").read_text())["services"]
    return services


@each_composed
def test_file_keeps_to_the_specification(render: Render, answers: str) -> None:
    """Compose knows every key, and every value has the right type."""

    assert schema_faults(render(answers) / "compose.yaml") == ""


def test_planted_fault_breaks_the_specification(render: Render, tmp_path: Path) -> None:
    """The check above is not blind."""
    text = (render() / "compose.yaml").read_text()
    (tmp_path / "compose.yaml").write_text(text.replace("mem_limit:", "memory_limit:"))

    assert "'memory_limit' was unexpected" in schema_faults(tmp_path / "compose.yaml")


@each_choice
def test_services_are_those_chosen(
    render: Render, observability: list[str], services: set[str]
) -> None:
    """What was not chosen has no container, no volume and no setting; logs are always there."""
    agent = render(observability=observability)
    file = yaml.safe_load((agent / "compose.yaml").read_text())
    mounted = {
        source
        for service in file["services"].values()
        for mount in service.get("volumes", [])
        if not (source := mount.partition(":")[0]).startswith((".", "$"))
    }

    assert set(file["services"]) == {"agent"} | LOGS | services
    assert set(file["volumes"]) == mounted
    assert schema_faults(agent / "compose.yaml") == ""


def test_services_of_replicas(render: Render) -> None:
    """With Postgres there is a server, and what makes one agent many; tasks are nowhere else."""
    agent = render(task_store="postgres", observability=[])
    file = yaml.safe_load((agent / "compose.yaml").read_text())

    assert set(file["services"]) == {"agent"} | LOGS | REPLICATED
    assert set(file["volumes"]) == {"backups", "elasticsearch", "filebeat", "postgres"}
    assert schema_faults(agent / "compose.yaml") == ""


def test_profiles_are_named_after_what_they_bring(render: Render) -> None:
    """Each of them can be chosen with `make up PROFILES=...`, and `make down` ends them all."""
    services = compose_services(render(task_store="postgres")).values()

    assert {name for service in services for name in service.get("profiles", [])} == PROFILES


def impatience(services: dict[str, Any]) -> list[str]:
    """Say which services start before what they need is well, or wait for what never says so."""
    found = []
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            checked = "healthcheck" in services[other]
            if how["condition"] == "service_healthy" and not checked:
                found.append(f"{name} waits for {other}, which has no health")
            if how["condition"] == "service_started":
                found.append(f"{name} does not wait for {other}")
    return found


@each_composed
@each_store
def test_services_start_in_order(render: Render, answers: str, task_store: str) -> None:
    """Nothing starts before what it needs is well, or done."""

    assert impatience(compose_services(render(answers, task_store=task_store))) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"depends_on": {"loki": {"condition": "service_started"}}}, "does not wait for loki"),
        ({"depends_on": {"alloy": {"condition": "service_healthy"}}}, "alloy, which has no health"),
    ],
)
def test_planted_impatience_is_seen(render: Render, change: dict[str, Any], fault: str) -> None:
    """The check above is not blind."""
    services = compose_services(render())
    services["grafana"] |= change

    assert [fault in one for one in impatience(services)] == [True]


@pytest.mark.lab
@each_composed
@each_store
def test_compose_understands_the_file(render: Render, answers: str, task_store: str) -> None:
    """The program itself reads it, alone and with every profile, and knows what each refers to."""
    compose = unpacked(*ENGINE) / "usr/libexec/docker/cli-plugins/docker-compose"
    file = render(answers, task_store=task_store) / "compose.yaml"
    alone = said(compose, "--file", file, "config", "--quiet")
    chosen = said(compose, "--file", file, "--profile", "*", "config", "--quiet")

    assert (alone, chosen) == ((0, ""), (0, ""))


def test_replicas_differ_from_the_agent_in_how_they_are_reached(render: Render) -> None:
    """All else is the same for both, so that what works with one works with many."""
    services = compose_services(render(task_store="postgres"))
    agent, replica = services["agent"], services["replica"]
    settings = {
        name
        for name in agent["environment"] | replica["environment"]
        if agent["environment"].get(name) != replica["environment"].get(name)
    }

    assert settings == {
        "A2A_DRAIN_DELAY_SECONDS",
        "A2A_PUBLIC_GRPC_URL",
        "A2A_PUBLIC_URL",
        "A2A_REPLICAS",
        "A2A_TRUSTED_PROXIES",
    }
    assert {key for key in agent.keys() | replica.keys() if agent.get(key) != replica.get(key)} == {
        *("build", "deploy", "environment", "ports", "profiles", "pull_policy"),
        "stop_grace_period",
    }


def test_replicas_wait_until_envoy_has_noticed(render: Render) -> None:
    """A replica that stops takes calls until the next health check has had its answer."""
    agent = render(task_store="postgres")
    replica = compose_services(agent)["replica"]
    envoy = yaml.safe_load((agent / "deploy/envoy/envoy.yaml").read_text())
    check = envoy["static_resources"]["clusters"][0]["health_checks"][0]
    interval, timeout = (float(check[key].removesuffix("s")) for key in ("interval", "timeout"))
    delay = replica["environment"]["A2A_DRAIN_DELAY_SECONDS"]

    assert interval * (1 + check["interval_jitter_percent"] / 100) + timeout < delay
    assert float(replica["stop_grace_period"].removesuffix("s")) >= 30 + delay


def test_postgres_has_connections_for_everybody(render: Render) -> None:
    """Each replica may fill its pool, and the agent beside them, and there is room for a person."""
    agent = render(task_store="postgres")
    [pool_size] = re.findall(r"A2A_DATABASE_POOL_SIZE=(\d+)", (agent / ".env.example").read_text())
    replicas = compose_services(agent)["replica"]["deploy"]["replicas"]

    assert int(pool_size) * (replicas + 2) < SERVER_CONNECTIONS


def test_secrets_stay_out_of_git_and_of_the_image(render: Render) -> None:
    """No password stands in compose.yaml, and the files that hold them are nobody else's."""
    agent = render(task_store="postgres")
    file = yaml.safe_load((agent / "compose.yaml").read_text())
    files = [Path(one["file"]) for name, one in file["secrets"].items() if name != "ca_bundle"]

    assert {str(path.parent) for path in files} == {"secrets"}
    assert "secrets/" in (agent / ".gitignore").read_text().splitlines()
    assert (agent / ".dockerignore").read_text().splitlines()[1] == "*"
    assert "PASSWORD:" not in (agent / "compose.yaml").read_text()


@pytest.mark.lab
def test_secrets_are_made_once(render: Render, tmp_path: Path) -> None:
    """A second `make secrets` keeps them, and nobody else on the machine can read them."""
    agent = Path(shutil.copytree(render(task_store="postgres"), tmp_path / "agent"))
    made = [run(agent, "make", "secrets").returncode for _ in range(2)]
    files = sorted((agent / "secrets").iterdir())
    texts = [file.read_text() for file in files]
    run(agent, "make", "secrets")

    assert made == [0, 0]
    assert [file.name for file in files] == ["a2a_database_password", "a2a_encryption_keys"]
    assert min(len(text.strip()) for text in texts) >= 40
    assert [file.read_text() for file in files] == texts
    assert (agent / "secrets").stat().st_mode & 0o777 == 0o700


@each_composed
@each_store
def test_mounted_files_exist(render: Render, answers: str, task_store: str) -> None:
    """Docker would make a folder of a path that is not there, and say nothing."""
    agent = render(answers, task_store=task_store)
    mounts = [
        mount.partition(":")[0]
        for service in compose_services(agent).values()
        for mount in service.get("volumes", [])
        if mount.startswith("./")
    ]

    assert mounts != []
    assert [mount for mount in mounts if not (agent / mount).exists()] == []


def looseness(name: str, service: dict[str, Any]) -> list[str]:
    """Say where a service is less closed than it could be."""
    found = []
    if service.get("cap_drop") != ["ALL"]:
        found.append("keeps capabilities")
    if service.get("security_opt") != ["no-new-privileges:true"]:
        found.append("can gain privileges")
    if not service.get("read_only") and name not in WRITABLE:
        found.append("can change its own files")
    if not {"cpus", "mem_limit", "pids_limit"} <= service.keys():
        found.append("has no limit")
    if not re.search(r":(v?\d|local$)", service["image"]):
        found.append("has no version")
    if bool(service.get("ports")) == (name in UNPUBLISHED):
        found.append("is published, or is not")
    if not all(
        re.match(r"127\.0\.0\.1:\$\{\w+_PORT:-\d+\}:\d+$", p) for p in service.get("ports", [])
    ):
        found.append("is open to other machines, or on a port that cannot be changed")
    return [f"{name} {fault}" for fault in found]


@each_composed
@each_store
def test_services_are_closed(render: Render, answers: str, task_store: str) -> None:
    """Also those that no test starts can do no more than they have to."""
    services = compose_services(render(answers, task_store=task_store))

    assert [fault for name, one in services.items() for fault in looseness(name, one)] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"cap_drop": []}, "keeps capabilities"),
        ({"security_opt": []}, "can gain privileges"),
        ({"read_only": False}, "can change its own files"),
        ({"image": "grafana/loki"}, "has no version"),
        ({"ports": []}, "is published, or is not"),
        (
            {"ports": ["3100:3100"]},
            "is open to other machines, or on a port that cannot be changed",
        ),
    ],
)
def test_planted_looseness_is_seen(render: Render, change: dict[str, Any], fault: str) -> None:
    """The check above is not blind."""
    loki = compose_services(render())["loki"] | change

    assert looseness("loki", loki) == [f"loki {fault}"]


def test_up_without_docker_says_what_is_missing(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who has no Docker reads one sentence."""
    for program in ("make", "sh"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(render(), "make", "up")

    assert result.returncode != 0
    assert "make up needs Docker" in result.stdout
