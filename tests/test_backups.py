"""Backups of a running agent: saved under load, destroyed, restored, and rehearsed."""

import json
import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml
from agents import free_ports, fresh_environment, make, wait_until_ready
from conftest import Render
from postgres_server import PostgresServer
from programs import said, tool

pytestmark = pytest.mark.lab

ENTRY_WORD = "postgres-has-a-password"
# Kubernetes in use, oldest and newest.
KUBERNETES = ("1.32", "1.36")
HEADERS = {"A2A-Version": "1.0", "Content-Type": "application/json"}


@dataclass(frozen=True)
class Place:
    """A database, and how a disaster takes it away."""

    agent: Path
    url: str
    server: PostgresServer | None

    def environment(self) -> dict[str, str]:
        """What the agent and its commands are told."""
        told = {"A2A_DATABASE_URL": self.url, "A2A_GRACE_SECONDS": "0"}
        if self.server is not None:
            told["A2A_DATABASE_PASSWORD"] = ENTRY_WORD
            told["PATH"] = f"{self.server.programs}:{os.environ['PATH']}"
        return fresh_environment() | told

    def db(self, *words: str | Path, **variables: str) -> tuple[int, str]:
        """The exit code of `db`, and what it prints."""
        done = subprocess.run(
            [self.agent / ".venv/bin/python", "-m", "hello_agent", "db", *words],
            cwd=self.agent,
            env=self.environment() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def destroy(self) -> None:
        """Nothing is left of it but an empty place."""
        if self.server is None:
            for file in (self.agent / "data").glob("lab.db*"):
                file.unlink()
        else:
            self.server.query("DROP DATABASE lab WITH (FORCE)")
            self.server.create_database("lab")


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, render: Render, tmp_path: Path) -> Iterator[Place]:
    """One of each kind, with tables."""
    agent = Path(shutil.copytree(render("default"), tmp_path / "agent"))
    make(agent, "setup")
    if request.param == "sqlite":
        place = Place(agent, "sqlite:///data/lab.db", None)
        assert place.db("upgrade")[0] == 0
        yield place
        return
    with PostgresServer(password=ENTRY_WORD) as server:
        place = Place(agent, server.create_database("lab"), server)
        assert place.db("upgrade")[0] == 0
        yield place


@dataclass
class Callers:
    """Keep one replica busy until it is killed; what it has acknowledged is written down.

    With each task stands when its message was sent, and when it was answered.
    """

    address: str
    acknowledged: dict[str, tuple[float, float]] = field(default_factory=dict)
    failure: Exception | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Callers":
        self._thread = threading.Thread(target=self._call)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def wait_for(self, count: int) -> None:
        """Until so many more tasks are done."""
        enough = len(self.acknowledged) + count
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < enough:
            assert self._thread.is_alive(), self.failure
            assert time.monotonic() < deadline, "The agent does not answer"
            time.sleep(0.02)

    def _call(self) -> None:
        while not self._stopping.is_set():
            message = {"messageId": uuid.uuid4().hex, "role": "ROLE_USER", "parts": [{"text": "A"}]}
            began = time.time()
            try:
                answer = called(f"{self.address}/v1/message:send", {"message": message})
            except (OSError, HTTPException) as error:
                self.failure = error
                return
            self.acknowledged[answer["task"]["id"]] = (began, time.time())


def called(url: str, body: object = None) -> dict[str, dict[str, str]]:
    """What the agent answers."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, HEADERS), timeout=60) as response:
        answer: dict[str, dict[str, str]] = json.load(response)
        return answer


@contextmanager
def replica(place: Place, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a running agent, and its process, which is killed in the end."""
    ports = free_ports("HTTP_PORT", "GRPC_PORT", "OPS_PORT")
    with log.open("ab") as file:
        process = subprocess.Popen(
            [place.agent / ".venv/bin/python", "-m", "hello_agent"],
            cwd=place.agent,
            env=place.environment() | {f"A2A_{name}": str(port) for name, port in ports.items()},
            stderr=file,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{ports['OPS_PORT']}/readyz", process)
        yield f"http://localhost:{ports['HTTP_PORT']}", process
    finally:
        process.kill()
        process.wait()


def state(address: str, task: str) -> str:
    """Of a task, or that there is none."""
    try:
        found = called(f"{address}/v1/tasks/{task}")
    except HTTPError as error:
        return str(error.code)
    return found["status"]["state"]


def test_what_was_acknowledged_before_a_backup_survives_a_disaster(
    place: Place, tmp_path: Path
) -> None:
    """Saved under load, killed, destroyed, restored; later tasks are gone, and only those."""
    with replica(place, tmp_path / "log") as (address, process), Callers(address) as callers:
        callers.wait_for(20)
        begun = time.time()
        code, printed = place.db("backup", tmp_path / "backups")
        assert code == 0, printed
        ended = time.time()
        callers.wait_for(20)
        process.kill()
    place.destroy()
    [file] = (tmp_path / "backups").iterdir()
    restored, printed = place.db("restore", file)
    assert restored == 0, printed
    assert place.db("check")[0] == 0
    with replica(place, tmp_path / "log") as (address, _):
        found = {task: state(address, task) for task in callers.acknowledged}
    times = callers.acknowledged
    before = {found[task] for task, (_, answered) in times.items() if answered < begun}
    after = {found[task] for task, (sent, _) in times.items() if sent > ended}

    assert before == {"TASK_STATE_COMPLETED"}
    assert after == {"404"}


def test_a_drill_under_load_is_exact(place: Place, tmp_path: Path) -> None:
    """Whatever callers do meanwhile is neither in the backup nor in the comparison."""
    with replica(place, tmp_path / "log") as (address, _), Callers(address) as callers:
        callers.wait_for(20)
        code, printed = place.db("drill", tmp_path / "backups")
        during = len(callers.acknowledged)

    assert (code, "Every table is as it was." in printed) == (0, True), printed
    assert during > 20


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_drill_notices_a_row_that_is_lost(place: Place, tmp_path: Path) -> None:
    """With a pg_restore that forgets one task and says that all is well."""
    assert place.server is not None
    with replica(place, tmp_path / "log") as (address, _), Callers(address) as callers:
        callers.wait_for(5)
    real = place.server.programs / "pg_restore"
    script = f"#!/bin/sh\n{real} \"$@\" | sed '/^COPY public.tasks /{{n;d}}'\n"
    forgetful = tmp_path / "bin/pg_restore"
    forgetful.parent.mkdir()
    forgetful.write_text(script)
    forgetful.chmod(0o755)
    path = f"{forgetful.parent}:{place.environment()['PATH']}"
    code, printed = place.db("drill", tmp_path / "backups", PATH=path)

    assert code == 1, printed
    assert "DIFFERENT tasks:" in printed


@pytest.fixture
def component(render: Render, tmp_path: Path) -> Path:
    """The component for Kubernetes, in an overlay of its own."""
    rendered = render("default", task_store="postgres")
    source = rendered / "deploy/kubernetes/components/backup"
    shutil.copytree(source, tmp_path / "backup")
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "components": ["backup"],
        "images": [{"name": "hello-agent", "newName": "registry.example/it", "newTag": "1"}],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return tmp_path


def built(overlay: Path) -> Path:
    """The objects that kustomize makes of it."""
    code, printed = said(tool("kubectl"), "kustomize", overlay)
    assert code == 0, printed
    (overlay / "built.yaml").write_text(printed)
    return overlay / "built.yaml"


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_knows_every_field(component: Path, version: str) -> None:
    """And would not know one that is misspelt."""
    validate = (tool("kubernetes-validate"), "--strict", "-k", version)
    code, printed = said(*validate, built(component))
    cron_job = component / "backup/cron-job.yaml"
    cron_job.write_text(cron_job.read_text().replace("concurrencyPolicy", "concurencyPolicy"))

    assert (code, printed.count("passed"), "WARN" in printed) == (0, 2, False), printed
    assert said(*validate, built(component))[0] != 0


def test_the_job_fits_together(component: Path) -> None:
    """Nothing checks what one object says of another: the volume, the image, the command."""
    claim, job = sorted(
        yaml.safe_load_all(built(component).read_text()), key=lambda o: -len(o["kind"])
    )
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}

    assert container["image"] == "registry.example/it:1"
    assert mounts.keys() == volumes.keys()
    assert volumes["backups"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert container["args"][:3] == ["db", "backup", mounts["backups"]]
    assert {"name": "A2A_SECRETS_DIR", "value": mounts["secrets"]} in container["env"]
    assert job["spec"]["concurrencyPolicy"] == "Forbid"


def test_the_job_may_nothing_that_it_need_not(component: Path) -> None:
    """What the restricted profile of Kubernetes asks for, and a disk that it cannot write."""
    [job] = [
        one for one in yaml.safe_load_all(built(component).read_text()) if "schedule" in one["spec"]
    ]
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    whole, own = pod["securityContext"], container["securityContext"]

    assert (whole["runAsNonRoot"], whole["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert own == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert container["resources"].keys() == {"limits", "requests"}
    assert pod["automountServiceAccountToken"] is False
