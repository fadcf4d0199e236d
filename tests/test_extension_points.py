"""What owners add has places of its own, so that they rarely change a file of the template."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from agents import make, run
from conftest import ROOT, Render
from debian_packages import unpacked
from docker_lab import ENGINE
from programs import said

NAMES = ["greet", "greet_2", "Say-hello"]  # as people call targets
OWN = "".join(f"{name}: ## say hello\n\t@echo Hello\n" for name in NAMES)
PATCHES = """\
patches:
  - target: {kind: Deployment}
    patch: |-
      - {op: replace, path: /spec/template/spec/terminationGracePeriodSeconds, value: 135}
"""


@pytest.fixture
def agent(render: Render, tmp_path: Path) -> Path:
    """An agent that may be changed."""
    return Path(shutil.copytree(render("everything"), tmp_path / "agent"))


def test_own_targets_are_targets(agent: Path) -> None:
    """`make` runs and lists what own.mk says, and does without it."""
    without = run(agent, "make", "help")
    (agent / "own.mk").write_text(OWN)
    listed = make(agent, "help")

    assert without.returncode == 0, without.stdout
    assert make(agent, "greet") == "Hello\n"
    assert re.findall(r"make (\S+) +say hello\n", listed) == NAMES


def test_template_lists_the_same_names(tmp_path: Path) -> None:
    """Its own Makefile does not overlook a target either."""
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text() + OWN)

    assert re.findall(r"make (\S+) +say hello\n", make(tmp_path, "help")) == NAMES


def test_own_dependencies_have_a_line(agent: Path) -> None:
    """Below it no update adds anything, so that two sides never change neighbouring lines."""
    file = agent / "pyproject.toml"
    text = file.read_text()
    [line] = re.findall(r"^  # Yours .*\n\]$", text, re.MULTILINE)
    file.write_text(text.replace(line, line.replace("]", '  "rich>=14",\n]')))

    assert tomllib.loads(file.read_text())["project"]["dependencies"][-1] == "rich>=14"


@pytest.mark.parametrize("overlay", ["development", "production"])
def test_own_patches_are_in_every_environment(agent: Path, overlay: str) -> None:
    """And come last, so that they win over the components of the template."""
    file = agent / "deploy/kubernetes/components/own/kustomization.yaml"
    file.write_text(file.read_text().replace("patches: []\n", PATCHES))
    folder = agent / "deploy/kubernetes/overlays" / overlay
    code, built = said("kubectl", "kustomize", folder)
    components = yaml.safe_load((folder / "kustomization.yaml").read_text())["components"]
    assert code == 0, built
    [deployment] = [one for one in yaml.safe_load_all(built) if one["kind"] == "Deployment"]

    assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 135
    assert components[-1] == "../../components/own"


@pytest.mark.lab
def test_own_services_join_those_of_compose(agent: Path) -> None:
    """Docker Compose reads the owner's file by itself, in all that `make up` does."""
    compose = unpacked(*ENGINE) / "usr/libexec/docker/cli-plugins/docker-compose"
    own = "services: {model: {image: example.com/model}, agent: {environment: {AGENT_TONE: dry}}}\n"
    (agent / "compose.override.yaml").write_text(own)
    result = run(agent, str(compose), "config")
    services = yaml.safe_load(result.stdout)["services"]

    assert "model" in services
    assert services["agent"]["environment"]["AGENT_TONE"] == "dry"
    assert services["agent"]["environment"]["A2A_HOST"] == "0.0.0.0"  # noqa: S104  # as it was


def test_own_places_are_never_updated() -> None:
    """Copier writes them once."""
    skipped = yaml.safe_load((ROOT / "copier.yml").read_text())["_skip_if_exists"]

    assert skipped == [
        "/CHANGELOG.md",
        "/deploy/kubernetes/components/own",
        "/src/*/agent",
        "/tests/agent",
    ]
