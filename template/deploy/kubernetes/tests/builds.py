"""Builds overlays with kustomize, out of nothing but what is in git."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from objects import Build

OVERLAYS = "deploy/kubernetes/overlays"
# The fields of kustomizations that lead to files.
PATHS = {
    "bases", "components", "configurations", "crds", "env", "envs", "files", "generators", "path",
    "patchesStrategicMerge", "resources", "transformers", "validators",
}  # fmt: skip


def copied(agent: Path, folder: Path) -> Path:
    """Copy what the checks read of an agent to where overlays may be added."""
    for name in ("deploy", "docs", "src"):
        shutil.copytree(agent / name, folder / name)
    shutil.copy(agent / ".env.example", folder)
    return folder


def overlays(agent: Path) -> list[str]:
    """The names of all environments."""
    return sorted(file.parent.name for file in (agent / OVERLAYS).glob("*/kustomization.yaml"))


def kustomize(folder: Path) -> str:
    """What `kubectl apply -k` would apply; what is not in git could be another thing then."""
    for file in parts(folder):
        for path in _files(read(file)):
            if not (file.parent / path).exists():
                raise ValueError(f"{folder.name} takes {path}, which is not in git: copy it there.")
    command = ["kubectl", "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{folder.name} cannot be built: {done.stderr.strip()}")
    return done.stdout


def build(agent: Path, overlay: str) -> Build:
    written = kustomize(agent / OVERLAYS / overlay)
    return Build(overlay, list(yaml.load_all(written, yaml.CSafeLoader)), agent)


def read(kustomization: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(kustomization.read_text(), yaml.CSafeLoader)
    return content


def parts(folder: Path) -> Iterator[Path]:
    """The kustomization of a folder, and those that it takes in."""
    yield folder / "kustomization.yaml"
    content = read(folder / "kustomization.yaml")
    for one in [*content.get("resources", []), *content.get("components", [])]:
        if (folder / one).is_dir():
            yield from parts((folder / one).resolve())


def _files(content: Any, field: str = "") -> Iterator[str]:
    """What a kustomization reads: paths, as it should be, or addresses."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _files(value, name)
    elif isinstance(content, list):
        for one in content:
            yield from _files(one, field)
    elif field in PATHS and "\n" not in content:
        # A file of a ConfigMap may have another name there.
        yield content.rpartition("=")[2] if field == "files" else content
