"""What nobody else checks, the API server included: that the objects fit together."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest
from builds import build, overlays
from neighbours import shared
from objects import Build
from patches import in_vain

CHECKS = [import_module(file.stem) for file in sorted(Path(__file__).parent.glob("check_*.py"))]


def refuse(faults: Iterable[str]) -> None:
    """Fail with each sentence once, and without the code that has found it."""
    if sentences := "\n".join(dict.fromkeys(faults)):
        pytest.fail(sentences, pytrace=False)


def test_objects_fit_together(built: Build) -> None:
    """Each file check_*.py beside this one says what it looks at."""
    refuse(fault for check in CHECKS for fault in check.faults(built))


def test_every_change_has_an_effect(agent: Path) -> None:
    """A patch whose target does not exist is no error to kustomize."""
    refuse(in_vain(agent, overlays(agent)))


def test_overlays_have_namespaces_of_their_own(agent: Path) -> None:
    """Else one environment is applied over another."""
    refuse(shared([build(agent, overlay) for overlay in overlays(agent)]))
