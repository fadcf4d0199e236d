"""The checks that ship with an agent's manifests, called in process, and overlays to check."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT

FOLDER = ROOT / "template/deploy/kubernetes/tests"
CHECKS = sorted(file.stem for file in FOLDER.glob("check_*.py"))
# What a component builds on; an overlay takes these in before it.
NEEDS = {
    "autoscaling": ["postgres"],
    "backup": ["postgres"],
    "gateway-tls": ["gateway", "tls"],
    "migration": ["postgres"],
    "mtls": ["tls"],
}
# What a component needs of config.env.
NEEDED_SETTINGS = {"autoscaling": "A2A_REPLICAS=6\n"}

sys.path.append(str(FOLDER))
builds, patches = import_module("builds"), import_module("patches")
neighbours = import_module("neighbours")


def copy(agent: Path, folder: Path) -> list[str]:
    """Copy what the checks read of an agent; return its overlays, and those with more components."""
    builds.copied(agent, folder)
    return list(write_overlays(folder))


def components(agent: Path) -> dict[str, Path]:
    """The folder of every component by its name; some are not in deploy/kubernetes."""
    files = sorted((agent / "deploy").rglob("kustomization.yaml"))
    return {
        file.parent.name: file.parent for file in files if builds.read(file)["kind"] == "Component"
    }


def write_overlays(agent: Path) -> Iterator[str]:
    """Add overlays that have one component more, or all of them; yield the names of all."""
    names = list(components(agent))
    for overlay in builds.overlays(agent):
        yield overlay
        yield from (write_overlay(agent, overlay, [name], name) for name in names)
        yield write_overlay(agent, overlay, names, "everything")


def write_overlay(agent: Path, overlay: str, added: list[str], what: str) -> str:
    """Copy an overlay, and add components with what they build on."""
    folder: Path = agent / builds.OVERLAYS / f"{overlay}-with-{what}"
    shutil.copytree(agent / builds.OVERLAYS / overlay, folder)
    content, there = builds.read(folder / "kustomization.yaml"), components(agent)
    chosen = [(folder / one).resolve() for one in content.get("components", [])]
    for name in [name for one in added for name in [*NEEDS.get(one, []), one]]:
        if there[name].resolve() not in chosen:
            chosen.append(there[name].resolve())
            with (folder / "config.env").open("a") as config:
                config.write(NEEDED_SETTINGS.get(name, ""))
    # Relative, because kustomize takes no others.
    content["components"] = [os.path.relpath(one, folder.resolve()) for one in chosen]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return f"{overlay}-with-{what}"


def build(agent: Path, overlay: str) -> Any:
    """The objects that kustomize makes of an overlay."""
    return builds.build(agent, overlay)


def said_of(agent: Path, overlay: str) -> dict[str, list[str]]:
    """What each check says of an overlay; what cannot be built says so itself."""
    try:
        built = build(agent, overlay)
    except ValueError as error:
        return {"build": [str(error)]}
    return {check: list(import_module(check).faults(built)) for check in CHECKS}


def in_vain(agent: Path, overlays: list[str]) -> list[str]:
    """The changes in kustomizations that change nothing."""
    return list(patches.in_vain(agent, overlays))


def shared(agent: Path, overlays: list[str]) -> list[str]:
    """The namespaces that two overlays have in common."""
    return list(neighbours.shared([build(agent, overlay) for overlay in overlays]))
