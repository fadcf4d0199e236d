"""Builds overlays with kustomize: as they are, with one component more, and with all of them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from objects import Build

OVERLAYS = "deploy/kubernetes/overlays"
# What a component builds on; an overlay takes these in before it.
NEEDS = {
    "autoscaling": ["postgres"],
    "backup": ["postgres"],
    "gateway-tls": ["gateway", "tls"],
    "migration": ["postgres"],
    "mtls": ["tls"],
}


def copied(agent: Path, folder: Path) -> Path:
    """Copy what the checks read of an agent to where overlays may be added."""
    for name in ("deploy", "docs", "src"):
        shutil.copytree(agent / name, folder / name)
    shutil.copy(agent / ".env.example", folder)
    return folder


def kustomize(folder: Path) -> str:
    """What `kubectl apply -k` would apply."""
    command = ["kubectl", "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{folder.name} cannot be built: {done.stderr.strip()}")
    return done.stdout


def build(agent: Path, overlay: str) -> Build:
    written = kustomize(agent / OVERLAYS / overlay)
    return Build(overlay, list(yaml.safe_load_all(written)), agent)


def read(kustomization: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(kustomization.read_text())
    return content


def components(agent: Path) -> dict[str, Path]:
    """The folder of every component by its name; some are not in deploy/kubernetes."""
    files = sorted((agent / "deploy").rglob("kustomization.yaml"))
    return {file.parent.name: file.parent for file in files if read(file)["kind"] == "Component"}


def write_overlays(agent: Path) -> Iterator[str]:
    """Add overlays that have more components; yield the names of all."""
    names = list(components(agent))
    for overlay in sorted(path.name for path in (agent / OVERLAYS).iterdir()):
        yield overlay
        yield from (_with(agent, overlay, [name], name) for name in names)
        yield _with(agent, overlay, names, "everything")


def _with(agent: Path, overlay: str, added: list[str], what: str) -> str:
    folder = agent / OVERLAYS / f"{overlay}-with-{what}"
    shutil.copytree(agent / OVERLAYS / overlay, folder)
    content, there = read(folder / "kustomization.yaml"), components(agent)
    chosen = [(folder / one).resolve() for one in content.get("components", [])]
    for name in [name for one in added for name in [*NEEDS.get(one, []), one]]:
        if there[name].resolve() not in chosen:
            chosen.append(there[name].resolve())
    # Relative, because kustomize takes no others.
    content["components"] = [os.path.relpath(one, folder.resolve()) for one in chosen]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return folder.name
