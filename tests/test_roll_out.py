"""How the pipeline rolls an image out; kubectl is a stand-in wherever a cluster would have to answer.

The stand-ins say what the cluster would say, so what is shown is the order of the commands, and what
the pipeline does when one of them fails. What is built from manifests is built by the real kubectl.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from agents import free_ports, fresh_environment, make, running
from conftest import Render

pytestmark = pytest.mark.slow

DIGEST = "sha256:" + "5" * 64
NAME = "ghcr.io/example-org/hello-agent"
IMAGE = f"{NAME}@{DIGEST}"
SERVICES = {
    "items": [
        {
            "metadata": {"name": name},
            "spec": {
                "selector": {"app.kubernetes.io/name": agent},
                "ports": [{"name": port} for port in ports],
            },
        }
        for name, agent, ports in (
            ("another", "another-agent", ["http", "grpc"]),
            ("hello-agent", "hello-agent", ["http"]),
            ("hello-agent-grpc", "hello-agent", ["grpc"]),
        )
    ]
}
KUBECTL = f"{sysconfig.get_path('scripts')}/kubectl"
# It writes down what it is called with; $FAILS is a word of the command that fails. What needs no
# cluster, the real kubectl does.
STAND_IN = f"""#!{sys.executable}
import json, os, sys, time
from pathlib import Path

words = sys.argv[1:]
with Path(os.environ["CALLS"]).open("a") as calls:
    calls.write(" ".join([Path(sys.argv[0]).name, *words]) + "\\n")
if os.environ["FAILS"] in words:
    sys.exit(os.environ["SAYS"] or 1)
if "kustomize" in words or "annotate" in words:
    os.execv({KUBECTL!r}, ["kubectl", *words])
elif "inspect" in words:
    print(os.environ["ADDRESS"])
elif "get" in words and "services" in words:
    print(json.dumps({SERVICES!r}))
elif "get" in words:
    print(os.environ["REVISION"], end="")
elif "port-forward" in words:
    port = json.loads(os.environ["PORTS"])[words[words.index("port-forward") + 2]]
    print(f"Forwarding from 127.0.0.1:{{port}} -> 1", flush=True)
    time.sleep(600)
elif "run" in words and os.environ["CALL"]:
    os.chdir(os.environ["CALL"])
    os.execvp("uv", ["uv", "run", "--no-sync", "python", "deploy/pipeline/smoke", *words[-2:]])
elif "run" in words:
    print(os.environ["SAYS"], end="")
sys.exit(1 if "diff" in words else 0)
"""


@dataclass
class Cluster:
    """What answers the pipeline instead of a cluster and of Docker."""

    agent: Path
    folder: Path

    def roll_out(
        self, overlay: str = "production", image: str = IMAGE, **variables: str
    ) -> tuple[int, str]:
        """The exit code of the pipeline's program, and what it prints."""
        told = {"FAILS": "nothing", "REVISION": "7", "CALL": "", "SMOKE_HEADER": ""}
        told |= {"SAYS": "", "ADDRESS": "127.0.0.1"}
        told |= {"PORTS": json.dumps({":http": 1, ":grpc": 2}), "CALLS": str(self.folder / "calls")}
        told["PATH"] = f"{self.folder}:{os.environ['PATH']}"
        done = subprocess.run(
            [sys.executable, "deploy/pipeline/roll_out.py", overlay, image],
            cwd=self.agent,
            env=fresh_environment() | told | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def changes(self) -> list[str]:
        """The commands that changed something, or waited for it, without their options."""
        calls = (self.folder / "calls").read_text()
        return re.findall(r"^kubectl --namespace \S+ (diff|apply|rollout \w+)", calls, re.MULTILINE)

    def overlay(self, name: str = "production") -> Path:
        """The file that says what an overlay is."""
        return self.agent / f"deploy/kubernetes/overlays/{name}/kustomization.yaml"


@pytest.fixture
def cluster(render: Render, tmp_path: Path) -> Cluster:
    """An agent, and a folder with stand-ins for kubectl and docker."""
    agent = Path(shutil.copytree(render("default"), tmp_path / "agent"))
    return with_stand_ins(agent, tmp_path / "bin")


def with_stand_ins(agent: Path, folder: Path) -> Cluster:
    """Write the stand-ins."""
    folder.mkdir()
    for name in ("kubectl", "docker"):
        (folder / name).write_text(STAND_IN)
        (folder / name).chmod(0o755)
    return Cluster(agent, folder)


def images(objects: list[dict[str, Any]]) -> set[str]:
    """Every image that the objects of a cluster run."""
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.update([value["image"]] if isinstance(value.get("image"), str) else [])
            value = list(value.values())
        for each in value if isinstance(value, list) else []:
            look(each)

    look(objects)
    return found


def built(folder: Path) -> list[dict[str, Any]]:
    """What the real kubectl makes of a folder."""
    command = [KUBECTL, "kustomize", str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [each for each in yaml.safe_load_all(said) if each]


@pytest.mark.parametrize("overlay", ["development", "production"])
def test_all_containers_run_the_digest(cluster: Cluster, overlay: str) -> None:
    """What was built is what runs, in every container, and nothing else differs but the namespace."""
    cluster.roll_out(overlay)
    before = built(cluster.overlay(overlay).parent)
    text = (cluster.agent / f"build/roll-out/{overlay}/manifests.yaml").read_text()
    after = list(yaml.safe_load_all(text))

    assert images(after) == {IMAGE}
    assert images(before) != {IMAGE}
    assert sorted({each["kind"] for each in before} - {each["kind"] for each in after}) == [
        "Namespace"
    ]
    assert len(after) == len(before) - 1


def test_order_of_a_deployment(cluster: Cluster) -> None:
    """What will change is shown before it changes; nothing is undone that went well."""
    code, said = cluster.roll_out()

    assert code == 0, said
    assert cluster.changes() == ["diff", "apply", "rollout status"]


def test_it_is_called_over_every_transport(cluster: Cluster) -> None:
    """From a container of the new image, in a network that leads to this machine alone."""
    cluster.roll_out()
    calls = (cluster.folder / "calls").read_text().splitlines()
    [call] = [line for line in calls if line.startswith("docker run")]
    [network] = [line.split()[-1] for line in calls if "network create --internal" in line]

    assert call.endswith(f"{IMAGE} /smoke grpc=127.0.0.1:2 http=127.0.0.1:1")
    assert sum("port-forward service/hello-agent" in line for line in calls) == 2
    assert {f"--network={network}", "--cap-drop=ALL", "--security-opt=no-new-privileges"} <= set(
        call.split()
    )
    assert "kubeconfig" not in call.lower()
    assert calls[-1] == f"docker network rm {network}"


@pytest.mark.parametrize("fails", ["status", "run", "apply"])
def test_what_fails_is_undone(cluster: Cluster, fails: str) -> None:
    """To the revision that was there, which is not the one before when nothing was applied."""
    code, said = cluster.roll_out(FAILS=fails)
    calls = (cluster.folder / "calls").read_text()

    assert code == 1, said
    assert cluster.changes()[-2:] == ["rollout undo", "rollout status"]
    assert "rollout undo deployment/hello-agent --to-revision=7" in calls


def test_first_deployment_is_not_undone(cluster: Cluster) -> None:
    """There is nothing to go back to, and that is said."""
    code, said = cluster.roll_out(FAILS="status", REVISION="")

    assert code == 1
    assert cluster.changes() == ["diff", "apply", "rollout status"]
    assert "there is nothing to go back to" in said


def test_notes_are_no_overlay(cluster: Cluster) -> None:
    """Beside the folders of overlays, there may be files."""
    (cluster.agent / "deploy/kubernetes/overlays/README.md").touch()
    code, said = cluster.roll_out("README.md")

    assert code == 2
    assert "choose from" in said


@pytest.mark.parametrize(
    "image",
    [
        f"{NAME}:latest",
        f"{NAME}@sha256:",
        f"{NAME}@{DIGEST}5",
        f"{NAME}@{DIGEST[:-1]}X",
        f"{NAME}@{DIGEST} --privileged",
        f"{NAME}@{DIGEST}\n",
        f"{NAME}:main@{DIGEST}",
        f"hello-agent@{DIGEST}",
        f"../x@{DIGEST}",
    ],
)
def test_image_without_a_digest_is_refused(cluster: Cluster, image: str) -> None:
    """A tag may be another image tomorrow; nothing is run before that is known."""
    code, said = cluster.roll_out(image=image)

    assert code == 1
    assert "has no digest" in said
    assert not (cluster.folder / "calls").exists()


@pytest.mark.parametrize("overlay", ["development", "production"])
def test_image_that_the_overlay_does_not_run_is_refused(cluster: Cluster, overlay: str) -> None:
    """Where newName leads to a mirror, the digest would not arrive: the agent runs what it ran."""
    file = cluster.overlay(overlay)
    file.write_text(file.read_text().replace(NAME, "mirror.example.com/hello-agent"))
    code, said = cluster.roll_out(overlay)

    assert code == 1
    assert "Nothing has changed: Deployment hello-agent would run mirror.example.com/" in said
    assert f"newName of the overlay has to be {NAME}" in said
    assert cluster.changes() == []


def test_other_images_are_shown(cluster: Cluster) -> None:
    """What owners run beside the agent is theirs to choose, and for all to see."""
    patch = """
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/template/spec/containers/-
        value: {name: proxy, image: "docker.io/example/proxy:1"}
"""
    file = cluster.overlay("development")
    file.write_text(file.read_text() + patch.lstrip("\n"))
    code, said = cluster.roll_out("development")

    assert code == 0, said
    assert "verifies this here: Deployment hello-agent runs docker.io/example/proxy:1" in said


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("kubectl", "kubectl is not installed"), ("docker", "docker is not installed")],
)
def test_missing_program_is_named(cluster: Cluster, missing: str, expected: str) -> None:
    """Before anything has changed, although Docker has its part in the end."""
    (cluster.folder / missing).unlink()
    code, said = cluster.roll_out(PATH=str(cluster.folder))

    assert code == 1
    assert f"::error::Nothing has changed: {expected} on this machine." in said
    assert missing == "kubectl" or cluster.changes() == ["diff"]


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        ({"FAILS": "get", "SAYS": "error: Unauthorized"}, "is the kubeconfig the right one"),
        ({"FAILS": "pull"}, f"docker pull --quiet {IMAGE} ended with 1"),
        ({"ADDRESS": "192.0.2.1"}, "use --no-call, and call it yourself"),
    ],
    ids=["kubeconfig", "registry", "network"],
)
def test_what_can_be_known_beforehand_changes_nothing(
    cluster: Cluster, trouble: dict[str, str], expected: str
) -> None:
    """So that nothing has to be undone because of the machine that deploys."""
    code, said = cluster.roll_out(**trouble)

    assert code == 1
    assert re.search(f"^::error::Nothing has changed: .*{expected}", said, re.MULTILINE), said
    assert set(cluster.changes()) <= {"diff"}


def obeyed(said: str) -> list[str]:
    """The commands among the lines that GitHub obeys."""
    found, word = [], ""
    for line in map(str.strip, said.splitlines()):
        if word and line == f"::{word}::":
            word = ""
        elif not word and line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        elif not word and ("##[" in line or line.startswith("::")):
            found.append(line)
    assert not word, "GitHub would obey nothing from here on"
    return found


@pytest.mark.parametrize("fails", ["nothing", "apply"])
def test_nobody_gives_orders_to_github(cluster: Cluster, fails: str) -> None:
    """What a container or a cluster prints is shown, in any stream, and our own errors still count."""
    code, said = cluster.roll_out(FAILS=fails, SAYS="::add-mask::e\n##[add-mask]e\n::end of it")

    assert "::add-mask::e" in said
    assert obeyed(said) == [line for line in said.splitlines() if line.startswith("::error::It is")]
    assert len(obeyed(said)) == code


KEYS = {"A2A_API_KEYS_FILE": "keys", "A2A_AUTHENTICATION": "api-key"}


@pytest.mark.living
@pytest.mark.parametrize(
    ("settings", "header", "expected"),
    [
        ({}, "", ("TASK_STATE_INPUT_REQUIRED", 0)),
        (KEYS, "", ("UNAUTHENTICATED", 0)),
        (KEYS, "x-api-key: wrong", ("UNAUTHENTICATED", 1)),
    ],
    ids=["open", "asks who calls", "refuses who calls"],
)
def test_smoke_call_of_a_running_agent(
    render: Render, tmp_path: Path, settings: dict[str, str], header: str, expected: tuple[str, int]
) -> None:
    """A real agent answers it over each transport; to be asked who calls is an answer as well."""
    ports = free_ports("http_port", "grpc_port", "ops_port")
    agent = Path(shutil.copytree(render("default", **ports), tmp_path / "agent"))
    make(agent, "setup")
    (agent / "keys").touch(mode=0o600)
    (agent / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    forwarded = json.dumps({":http": ports["http_port"], ":grpc": ports["grpc_port"]})
    cluster = with_stand_ins(agent, tmp_path / "bin")
    with running(agent, ports["ops_port"]):
        ended, said = cluster.roll_out(CALL=str(agent), PORTS=forwarded, SMOKE_HEADER=header)
    answers = re.findall(r"^(gRPC|JSON-RPC|REST): (\w+)$", said, re.MULTILINE)

    assert answers == [(name, expected[0]) for name in ("gRPC", "JSON-RPC", "REST")], said
    assert ended == expected[1]
