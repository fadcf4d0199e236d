"""The checks that ship with an agent's manifests, called in process."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from conftest import ROOT

FOLDER = ROOT / "template/deploy/kubernetes/tests"
CHECKS = sorted(file.stem for file in FOLDER.glob("check_*.py"))

sys.path.append(str(FOLDER))
builds, patches = import_module("builds"), import_module("patches")


def copy(agent: Path, folder: Path) -> list[str]:
    """Copy what the checks read of an agent; return the overlays that they look at."""
    builds.copied(agent, folder)
    return list(builds.write_overlays(folder))


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
